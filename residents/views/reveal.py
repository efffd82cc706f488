"""Showing a number for a minute: in place with script, on a page of its own without; and who looked at what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import Membership, User
from portal.organization.roles import LEADERSHIP, Role
from portal.pages.asking import only_for, user_of
from portal.ways_back import is_way_back
from residents.errors import NotYours, Refused, TooMany
from residents.models import Resident, Unit
from residents.services import reveal
from residents.services.revealing import HIDDEN_AGAIN_AFTER, TO_DIAL, Reason, What

PAGE = 50
REVIEWERS = LEADERSHIP - {Role.SHIFT_LEADER}
STATUS = {Refused: 422, TooMany: 429}


@only_for(Role)
@never_cache
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """The number, and the way back; after a minute the page that asked stands there again."""
    what, row_id, reason = _asked(request)
    context: dict[str, Any] = {"back": _way_back(request), "seconds": int(HIDDEN_AGAIN_AFTER.total_seconds())}
    status, words = 200, request.POST.get("words", "").replace("\0", "")[:150]
    try:
        shown = reveal(what, row_id, reason, words, by=user_of(request), request=request)
        context |= {"value": shown.value, "dial": what in TO_DIAL and reason == Reason.CALL, "what": what.label}
    except (ObjectDoesNotExist, NotYours):
        raise Http404 from None
    except Refused as refusal:
        context["problem"], status = refusal.user_message, STATUS[type(refusal)]
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "residents/_shown.html" if fragment else "residents/shown.html", context, status=status)
    if not fragment and status == 200:
        response["Refresh"] = f"{context['seconds']}; url={context['back']}"
    return response


def _asked(request: HttpRequest) -> tuple[What, int, Reason]:
    what, reason, row = (request.POST.get(name, "") for name in ("what", "reason", "id"))
    if (
        what not in What.values
        or reason not in Reason.values
        or not (row.isascii() and row.isdigit() and len(row) < 19)
    ):
        raise Http404
    return What(what), int(row), Reason(reason)


def _way_back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return back if back.startswith("/") and is_way_back(back, request) else "/residents/"


@only_for(REVIEWERS)
@never_cache
@require_GET
def shown_numbers(request: HttpRequest) -> HttpResponse:
    """The week's reveals 查看记录: by person, and one by one; the weekly list of the supervisor."""
    user = user_of(request)
    begins, ends, week = _week(request)
    everywhere, mine = user.scope.sites_as(REVIEWERS)
    seen = AuditEntry.objects.filter(action=AuditAction.REVEALED, at__gte=begins, at__lt=ends)
    if not everywhere:
        colleagues = Membership.objects.filter(Q(site__in=mine) | Q(site=None)).values("user")
        seen = seen.filter(by__in=colleagues)
    people = seen.values("by__name", "by__username").annotate(times=Count("pk")).order_by("-times", "by__name")
    page = Paginator(seen.select_related("by").order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "people": people,
        "lines": _lines(page.object_list, user),
        "pager": page,
        "begins": begins,
        "last": ends - timedelta(days=1),
        "week": week,
    }
    return render(request, "residents/shown_numbers.html", context)


def _week(request: HttpRequest) -> tuple[datetime, datetime, int]:
    """Monday to Monday; ``week`` weeks ago, this one where that is no number."""
    asked = request.GET.get("week", "0")
    week = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    begins = today - timedelta(days=today.weekday(), weeks=week)
    return begins, begins + timedelta(weeks=1), week


def _lines(entries: Any, user: User) -> list[dict[str, Any]]:
    """Whose number it was, where that is this reader's to know; never the number. Two statements whatever the rows."""
    entries = list(entries)
    uuids: dict[str, set[str]] = {"resident": set(), "unit": set()}
    for entry in entries:
        kind, _space, found = entry.subject.partition(" ")
        if kind in uuids:
            uuids[kind].add(found)
    seen = Unit.objects.visible_to(user)
    here = Resident.objects.filter(uuid__in=uuids["resident"], residences__unit__in=seen)
    people = {str(found): name for found, name in here.values_list("uuid", "name")}
    rooms = {str(found): room for found, room in seen.filter(uuid__in=uuids["unit"]).values_list("uuid", "room")}
    labels, whats = dict(Reason.choices), dict(What.choices)
    return [
        {
            "at": entry.at,
            "by": entry.by.name if entry.by else "",
            "what": ", ".join(str(whats.get(field, field)) for field in entry.fields),
            "whose": (people | rooms).get(entry.subject.partition(" ")[2], "") or _ticket(entry.subject),
            "reason": labels.get(entry.reason, entry.reason),
            "typed": entry.reason not in labels,
        }
        for entry in entries
    ]


def _ticket(subject: str) -> str:
    """A visitor's number is a ticket's: its number names nobody."""
    kind, _space, number = subject.partition(" ")
    return number if kind == "ticket" else ""
