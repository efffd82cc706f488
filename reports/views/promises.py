"""The promises that one figure counted, as many as it said; of each who had the time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import TicketEvent, TicketTimer
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import site_of
from reports import causes, charts, kept, lost_time, years
from reports.lost_time import Had
from reports.views import words
from reports.views.asked import Asked, asked_by, sites_of
from reports.views.sla import counted, counted_words, period_words, promised

PAGE = 50


@only_for(kept.READERS)
@never_cache
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    asked = asked_by(request, sites_of(user_of(request)))
    figure, group = request.GET.get("figure", "all"), request.GET.get("group", "")
    if figure not in kept.FIGURES:
        raise Http404
    found = promised(request, asked).filter(kept.conditions(now)[figure], target=asked.target)
    if group:
        found = _of_group(found, asked, group)
    cause, told = request.GET.get("cause", ""), None
    if cause:
        found = _of_cause(found.filter(kept.conditions(now)["late"]), cause, now)
    elif asked.name == years.BEYOND_A_QUARTER:
        told = _of_year(request, asked, figure, group)
    ordered = found.select_related("ticket").order_by("-received_at", "-pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "figure": words.FIGURES[figure],
        "cause": words.HAD[_had(cause)] if cause else "",
        "target_word": asked.target.label,
        "period_words": period_words(asked),
        "count": words.promises(page.paginator.count),
        "pager": page,
        "told": words.promises(told) if told not in {None, page.paginator.count} else "",
        "counted": counted_words(asked, now) if told is not None else "",
        "lines": _shown(list(page.object_list), now),
        "back": asked.address(),
    }
    return render(request, "reports/sla_rows.html", context)


def _of_cause(late: QuerySet[TicketTimer], cause: str, now: datetime) -> QuerySet[TicketTimer]:
    return late.filter(pk__in=causes.causes(late, now).get(_had(cause), []))


def _had(cause: str) -> Had | None:
    try:
        return None if cause == words.NOBODY else Had(cause)
    except ValueError:
        raise Http404 from None


def _of_year(request: HttpRequest, asked: Asked, figure: str, group: str) -> int:
    """What the year's figure said when its months were counted."""
    found = counted(request, asked).filter(target=asked.target)
    if group:
        key = f"{group}-01" if asked.by == "month" else None if group == "none" else group
        found = found.filter(**{f"{asked.by}__isnull": True} if key is None else {asked.by: key})
    of_all = years.figures(found, "target").get(asked.target.value, kept.Kept())
    return int(getattr(of_all, figure))


def _of_group(found: QuerySet[TicketTimer], asked: Asked, group: str) -> QuerySet[TicketTimer]:
    by = kept.groups(asked.period.zone)[asked.by]
    key: Any = None if group == "none" else group
    if key is not None and asked.by in {"department", "category", "site"}:
        if not (group.isascii() and group.isdigit() and len(group) < 19):
            raise Http404
        key = int(group)
    if asked.by == "month":
        try:
            key = datetime.strptime(group, "%Y-%m").date()  # noqa: DTZ007 - a day
        except ValueError:
            raise Http404 from None
    return found.annotate(group=by).filter(group=key)


def _shown(timers: list[TicketTimer], now: datetime) -> list[dict[str, Any]]:
    """Two statements for all; the strip shows who had the ticket until the promise was met."""
    of_tickets = causes.histories({timer.ticket_id for timer in timers})
    return [_promise(timer, of_tickets.get(timer.ticket_id, []), now) for timer in timers]


def _promise(timer: TicketTimer, events: list[TicketEvent], now: datetime) -> dict[str, Any]:
    ticket = timer.ticket
    zone = site_of(ticket.site_id).zone
    until = timer.met_at or now
    found = lost_time.parts(events, ticket.received_at, until, zone)
    longest = lost_time.who_had_most(found, timer.started_at, until)
    shares = lost_time.totals(found)
    return {
        "ticket": ticket,
        "received": moments.short(ticket.received_at, zone),
        "due": moments.short(timer.due_at, zone) if timer.due_at else words.NONE,
        "met": moments.short(timer.met_at, zone) if timer.met_at else words.NONE,
        "late": timer.breached_at is not None
        or (timer.met_at is None and timer.due_at is not None and timer.due_at < now),
        "strip": charts.strip([(f"had-{part.had.value}", part.took.total_seconds()) for part in found]),
        "shares": [(words.HAD[had], words.duration(took.total_seconds())) for had, took in shares.items()],
        "cause": words.HAD[longest] if longest else "",
    }
