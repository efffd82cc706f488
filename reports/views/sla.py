"""How promises were kept 时限 (P2): by target, split, over time; every figure opens the promises it counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Goal, Ticket, TicketEvent, TicketTimer
from complaints.remembered import goal_percent
from complaints.states import EventKind, Target
from complaints.undone import standing
from portal.organization.models import Site
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import site_of
from reports import charts, kept, lost_time
from reports.kept import Kept
from reports.periods import NAMES
from reports.views import words
from reports.views.asked import Asked, asked_by, sites_of

PAGE = 50
DAYS_DRAWN = 14
ROWS = "/reports/sla/rows/"
SHOWN_FIRST = (Target.DISPATCH, Target.SIGN, Target.RESOLVE, Target.INFORM)
NEARLY = 10  # points below the goal: due soon, not yet late


@only_for(kept.READERS)
@never_cache
@require_GET
def sla(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    sites = sites_of(user)
    asked = asked_by(request, sites)
    rows = _promised(request, asked)
    of_targets = kept.figures(rows, kept.groups(asked.period.zone)["target"], now)
    then = _promised(request, asked.before()).filter(target__in=SHOWN_FIRST)
    before = kept.figures(then, kept.groups(asked.period.zone)["target"], now, times=False)
    context = {
        "asked": asked,
        "goal": goal_of(asked),
        "period_words": period_words(asked),
        "periods": [(asked.address(period=name), label, asked.name == name) for name, label in NAMES.items()],
        "previous": asked.address(period=asked.period.before().code),
        "next": asked.address(period=asked.period.next().code) if asked.period.ends <= now else "",
        "sites": [(asked.address(site=one.pk), one.name, one == asked.site) for one in sites] if len(sites) > 1 else [],
        "all_sites": (asked.address(site=""), asked.site is None),
        "figures": [_card(asked, target, of_targets, before) for target in SHOWN_FIRST],
        "targets": [_line(asked, Target(key), found) for key, found in sorted(of_targets.items(), key=_in_order)],
        "by": [(asked.address(by=by), label, by == asked.by) for by, label in words.BY.items()],
        "split": _split(asked, rows, sites, now),
        "split_is_typed": asked.by in {"department", "site"},
        "target_word": asked.target.label,
        "promise_word": _("Promise"),
        "chart": _days(asked, rows.filter(target=asked.target), now),
        "lost": asked.address(ROWS, figure="late"),
    }
    return render(request, "reports/sla.html", context)


def _promised(request: HttpRequest, asked: Asked) -> QuerySet[TicketTimer]:
    return kept.promised(user_of(request).scope, asked.period, site_id=asked.site.pk if asked.site else None)


def period_words(asked: Asked) -> str:
    first, last = asked.period.first, asked.period.after - timedelta(days=1)
    if asked.name == "month":
        return date_format(first, "YEAR_MONTH_FORMAT")
    if asked.name in {"quarter", "year"}:
        return asked.period.code
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%m-%d}"


def _in_order(pair: tuple[str, Kept]) -> int:
    return list(Target).index(Target(pair[0]))


def _line(asked: Asked, target: Target, found: Kept) -> dict[str, Any]:
    urls = {figure: asked.address(ROWS, figure=figure, target=target.value) for figure in kept.FIGURES}
    return _row(asked, str(target.label), found, urls) | {
        "choose": asked.address(target=target.value),
        "chosen": target == asked.target,
    }


def _row(asked: Asked, label: str, found: Kept, urls: dict[str, str]) -> dict[str, Any]:
    return {
        "label": label,
        "kept": found,
        "urls": urls,
        "percent": words.percent(found.percent),
        "percent_at_first": words.percent(found.percent_at_first),
        "state": state_of(found.percent, goal_of(asked)),
        "median": words.duration(found.median),
        "p90": words.duration(found.p90),
    }


def goal_of(asked: Asked) -> int:
    return goal_percent(Goal.Code.IN_LIMIT, asked.site.pk if asked.site else None)


def state_of(percent: float | None, goal: int) -> str:
    if percent is None:
        return ""
    return "ok" if percent >= goal else "soon" if percent >= goal - NEARLY else "late"


def _card(asked: Asked, target: Target, found: dict[Any, Kept], before: dict[Any, Kept]) -> dict[str, Any]:
    now_kept, then = found.get(target.value, Kept()), before.get(target.value, Kept())
    return _line(asked, target, now_kept) | {"trend": trend(now_kept.percent, then.percent)}


def trend(now: float | None, before: float | None) -> str:
    """Against the period before, in points."""
    return (
        ""
        if now is None or before is None
        else _("%(points)s against the one before") % {"points": f"{now - before:+.1f}"}
    )


def _split(asked: Asked, rows: QuerySet[TicketTimer], sites: list[Site], now: datetime) -> list[dict[str, Any]]:
    of_target = rows.filter(target=asked.target)
    if asked.by in {"department", "severity", "category"}:
        of_target = kept.of_tickets(of_target, asked.period, [one.pk for one in sites])
    found = kept.figures(of_target, kept.groups(asked.period.zone)[asked.by], now)
    if asked.by == "shift":
        found = kept.by_shift(found)
    name = words.group_words(asked.by, of_one_site=asked.site is not None)
    return [_row(asked, name(key), one, _split_urls(asked, key)) for key, one in found.items()]


def _split_urls(asked: Asked, key: Any) -> dict[str, str]:
    code = f"{key:%Y-%m}" if asked.by == "month" and key is not None else "none" if key is None else key
    return {figure: asked.address(ROWS, figure=figure, group=code) for figure in kept.FIGURES}


def _days(asked: Asked, rows: QuerySet[TicketTimer], now: datetime) -> dict[str, Any]:
    """Kept and late by the day of reception; of a long period its last days so far."""
    shown = kept.conditions(now)
    last = min(asked.period.ends, now)
    first = max(asked.period.begins, last - timedelta(days=DAYS_DRAWN))
    by_day = rows.filter(received_at__gte=first).annotate(day=TruncDate("received_at", tzinfo=asked.period.zone))
    counts = {"n_kept": Count("target", filter=shown["kept"]), "n_late": Count("target", filter=shown["late"])}
    found = list(by_day.order_by("day").values("day").annotate(**counts))
    chart = charts.stacked(
        [(f"{one['day']:%m-%d}", (("kept", one["n_kept"]), ("late", one["n_late"]))) for one in found]
    )
    return {"chart": chart, "rows": found}


@only_for(kept.READERS)
@never_cache
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The promises that one figure counted, as many as it said; of late ones who had the time."""
    user, now = user_of(request), timezone.now()
    asked = asked_by(request, sites_of(user))
    figure, group = request.GET.get("figure", "all"), request.GET.get("group", "")
    if figure not in kept.FIGURES:
        raise Http404
    found = _promised(request, asked).filter(kept.conditions(now)[figure], target=asked.target)
    if group:
        found = _of_group(found, asked, group)
    ordered = found.select_related("ticket").order_by("-received_at", "-pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    lines = list(page.object_list)
    context = {
        "asked": asked,
        "figure": words.FIGURES[figure],
        "target_word": asked.target.label,
        "period_words": period_words(asked),
        "count": words.promises(page.paginator.count),
        "pager": page,
        "query": request.GET.urlencode() if "page" not in request.GET else _without_page(request),
        "lines": _shown(lines, now),
        "back": asked.address(),
    }
    return render(request, "reports/sla_rows.html", context)


def _without_page(request: HttpRequest) -> str:
    asks = request.GET.copy()
    asks.pop("page")
    return asks.urlencode()


def _of_group(found: QuerySet[TicketTimer], asked: Asked, group: str) -> QuerySet[TicketTimer]:
    if asked.by == "shift":
        if group not in kept.SHIFTS:
            raise Http404
        hours = list(kept.SHIFTS[group])
        return found.annotate(group=kept.groups(asked.period.zone)["shift"]).filter(group__in=hours)
    key: Any = None if group == "none" else group
    if key is not None and asked.by in {"department", "category", "site"}:
        if not (group.isascii() and group.isdigit() and len(group) < 19):
            raise Http404
        key = int(group)
    if asked.by == "month":
        try:
            key = datetime.strptime(group, "%Y-%m").replace(tzinfo=asked.period.zone)
        except ValueError:
            raise Http404 from None
    return found.annotate(group=kept.groups(asked.period.zone)[asked.by]).filter(group=key)


def _shown(timers: list[TicketTimer], now: datetime) -> list[dict[str, Any]]:
    """Two statements for all; the strip shows who had the ticket until the promise was met."""
    tickets = {timer.ticket_id: timer.ticket for timer in timers}
    histories = _histories(list(tickets.values()))
    return [_promise(timer, histories.get(timer.ticket_id, []), now) for timer in timers]


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


def _histories(tickets: list[Ticket]) -> dict[int, list[TicketEvent]]:
    kinds = [*lost_time.PASSES_TO, EventKind.WAITING, EventKind.CHASED, EventKind.RESUMED, EventKind.UNDONE]
    events = TicketEvent.objects.filter(ticket__in=tickets, kind__in=kinds).order_by("at", "pk")
    found: dict[int, list[TicketEvent]] = {}
    for event in events:
        found.setdefault(event.ticket_id, []).append(event)
    return {pk: standing(history) for pk, history in found.items()}
