"""Why this deadline: start + limit + calendar + pauses = deadline, and who is told when (docs/sla.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Ticket, TicketTimer, TimerStep
from complaints.states import HANDED_UP_TO, Target
from complaints.views import history, shown
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.ticket import found_by
from portal.calendars.business_time import BusinessCalendar
from portal.calendars.services import calendar_of
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.countdown import amount_words
from portal.promises import policies
from portal.promises.limits import Rule
from portal.promises.models import PolicyTarget, TimerEventKind, TimerState
from portal.promises.timekeeping import Place, deadline_from_events, open_pause, pauses_of, standing

MOST_SEGMENTS = 40
LANE = {"counts": 8, "stands": 40}  # where it is drawn
CALENDARS = {
    "round_the_clock": lambda: _("round the clock"),
    "polite_hours": lambda: _("polite hours"),
    "office_hours": lambda: _("office hours"),
}
CAUSES = {
    "regrade": lambda: _("severity changed"),
    "overtime": lambda: _("more time granted"),
    "wish": lambda: _("wished date confirmed"),
    "promise": lambda: _("promise moved"),
    "undone": lambda: _("undone"),
}


@login_required
@who_see_tickets
@never_cache
@require_GET
def why(request: HttpRequest, number: str) -> HttpResponse:
    found = found_by(user_of(request), number)
    timers = list(found.timers.order_by("started_at", "pk"))
    timer = _chosen(timers, request.GET.get("timer", ""), found)
    context: dict[str, Any] = {"ticket": found, "title": found.title, "tabs": [_tab(one, timer) for one in timers]}
    if timer is not None:
        context |= _explained(found, timer, timezone.now())
    return render(request, "complaints/why.html", context)


def _chosen(timers: list[TicketTimer], asked: str, found: Ticket) -> TicketTimer | None:
    """The one asked for, else the one that is due next, else the resolution's. Raises Http404 for another ticket's."""
    if asked:
        chosen = next((timer for timer in timers if str(timer.pk) == asked), None)
        if chosen is None:
            raise Http404
        return chosen
    due_next = (t for t in timers if t.is_open and t.target == found.next_target and t.due_at == found.next_due_at)
    resolving = (t for t in reversed(timers) if t.target == Target.RESOLVE)
    return next(due_next, None) or next(resolving, None) or (timers[-1] if timers else None)


def _tab(timer: TicketTimer, current: TicketTimer | None) -> dict[str, Any]:
    target = Target(timer.target)
    label = str(HANDED_UP_TO[target].label if target in HANDED_UP_TO else shown.DUE[target])
    again = pgettext("limit", "%(what)s %(round)d.%(turn)d") % {
        "what": label, "round": timer.round, "turn": timer.turn,
    }  # fmt: skip
    return {
        "url": f"?timer={timer.pk}",
        "label": again if timer.round > 1 or timer.turn > 1 else label,
        "done": timer.state == TimerState.MET,
        "current": current is not None and timer.pk == current.pk,
    }


def _explained(found: Ticket, timer: TicketTimer, now: datetime) -> dict[str, Any]:
    zone = found.site.zone
    events = list(TimerStep.objects.filter(timer=timer).order_by("pk"))
    row = PolicyTarget.objects.select_related("version__policy").get(pk=timer.policy_target_id)
    calendar = calendar_of(row.calendar, found.site_id, found.site.time_zone)
    pauses = pauses_of(events, ending=now)
    words = shown.Words(now)
    paused = timer.state == TimerState.PAUSED
    left = shown.on_hold() if paused else words.left(timer.due_at, timer.started_at, timer.warn_at)
    segments = list(_segments(timer, calendar, pauses, now))
    return {
        "what": str(Target(timer.target).label),
        "left": left if timer.is_open else None,
        "clock": shown.clock_attributes(left, zone) if timer.is_open else "",
        "state": timer.get_state_display(),
        "boxes": _boxes(found, timer, row, pauses, events, zone),
        "moved": [_moved(event, zone) for event in standing(events) if event.kind == TimerEventKind.RECOMPUTED],
        "segments": [_line(one, zone) for one in segments],
        "lanes": _lanes(segments, timer, now, zone),
        "ladder": list(_ladder(timer, events, zone)),
    }


def _boxes(
    found: Ticket,
    timer: TicketTimer,
    row: PolicyTarget,
    pauses: list[tuple[datetime, datetime]],
    events: list[TimerStep],
    zone: ZoneInfo,
) -> list[dict[str, str]]:
    """Start + limit + calendar + pauses = deadline."""
    still = open_pause(events)
    whole = sum((end - begin for begin, end in pauses), timedelta())
    same = deadline_from_events(events, Place(found.site_id, found.site.time_zone), timer.started_at) == timer.due_at
    deadline = _moment(timer.due_at, zone) if timer.due_at else _("none while it stands")
    proof = _("worked out again from its history (%(count)d): the same") if same else _("its history gives another")
    if not timer.is_open:
        proof = _("entries of its history: %(count)d")
    return [
        {"head": _("Start"), "value": _moment(timer.started_at, zone), "more": _("round %(n)s") % {"n": timer.round}},
        {
            "head": _("Limit"),
            "value": _limit(timer, row, zone),
            "more": f"{row.version.policy.code} v{row.version.number}",
        },
        {"head": _("Calendar"), "value": _calendar(row.calendar), "more": found.site.name},
        {
            "head": _("Pauses"),
            "value": f"+ {amount_words(whole)}" if whole else _("none"),
            "more": (_("does not pause") if not row.pausable else _("one still goes on") if still else ""),
        },
        {"head": _("Deadline"), "value": deadline, "more": proof % {"count": len(events)}},
    ]


def _limit(timer: TicketTimer, row: PolicyTarget, zone: ZoneInfo) -> str:
    if timer.fixed_due_at is not None:
        return _("an agreed date: %(moment)s") % {"moment": _moment(timer.fixed_due_at, zone)}
    return {
        Rule.AMOUNT: lambda: amount_words(row.amount),
        Rule.END_OF_LOCAL_DAY: lambda: _("the end of that day"),
        Rule.END_OF_HALF_DAY: lambda: _("the end of the next half-day"),
    }[Rule(row.rule)]()


def _calendar(code: str) -> str:
    return str(CALENDARS[code]()) if code in CALENDARS else code


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return moments.short(moment, zone, seconds=bool(moment.second))


def _moved(event: TimerStep, zone: ZoneInfo) -> dict[str, str]:
    cause = event.details.get("cause", "")
    was = event.details.get("was")
    return {
        "at": moments.short(event.at, zone),
        "cause": str(CAUSES[cause]()) if cause in CAUSES else cause,
        "was": _moment(datetime.fromisoformat(was), zone) if was else "–",
        "due": _moment(event.due_at, zone) if event.due_at else "–",
    }


def _segments(
    timer: TicketTimer, calendar: BusinessCalendar, pauses: list[tuple[datetime, datetime]], now: datetime
) -> Iterator[tuple[str, datetime, datetime, timedelta]]:
    """(what the clock did, from, to, what it counted), from the start to the deadline, or to now while it stands."""
    end = timer.met_at or timer.due_at or now
    at = timer.started_at
    for begins, ends in sorted(pauses):
        if begins >= end or ends <= at:
            continue
        if begins > at:
            yield "counts", at, begins, calendar.elapsed(at, begins)
        yield "stands", max(begins, at), min(ends, end), timedelta()
        at = min(ends, end)
    if at < end:
        yield "counts", at, end, calendar.elapsed(at, end)


def _line(segment: tuple[str, datetime, datetime, timedelta], zone: ZoneInfo) -> dict[str, str]:
    kind, begins, ends, counted = segment
    return {
        "kind": _("counts") if kind == "counts" else _("stands"),
        "from": _moment(begins, zone),
        "to": _moment(ends, zone),
        "counted": amount_words(counted) if counted else "–",
    }


def _lanes(
    segments: list[tuple[str, datetime, datetime, timedelta]], timer: TicketTimer, now: datetime, zone: ZoneInfo
) -> dict[str, Any] | None:
    """The same on a time axis of 1000 units, for the drawing."""
    if not segments:
        return None
    first = segments[0][1]
    last = max(segments[-1][2], now if timer.is_open else segments[-1][2], first + timedelta(minutes=1))
    whole = (last - first).total_seconds()

    def place(at: datetime) -> int:
        return round(1000 * (at - first).total_seconds() / whole)

    bars = [
        {
            "x": place(begins),
            "width": max(place(ends) - place(begins), 2),
            "kind": kind,
            "y": 8 if kind == "counts" else 40,
        }
        for kind, begins, ends, _counted in segments[:MOST_SEGMENTS]
    ]
    return {
        "bars": bars,
        "now": place(now) if timer.is_open and first <= now <= last else None,
        "due": place(timer.due_at) if timer.due_at and timer.due_at <= last else None,
        "first": _moment(first, zone),
        "last": _moment(last, zone),
    }


def _ladder(timer: TicketTimer, events: list[TimerStep], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Each level: when it is due, whom it tells, and when it was sent."""
    fired = {event.level: event for event in events if event.kind == TimerEventKind.LEVEL_FIRED}
    for place, level in enumerate(policies.limit_of(timer.policy_target_id).levels):
        event = fired.get(level.name)
        due = event.due_at if event else timer.moments[place] if place < len(timer.moments) else None
        roles = pgettext("between facts", ", ").join(str(Role(role).label) for role in level.roles)
        yield {
            "name": f"{level.percent} %"
            if level.percent is not None
            else _("at the limit")
            if not level.after
            else f"+{amount_words(level.after)}",
            "due": moments.short(due, zone) if due else "–",
            "who": (history.told(event.details) if event else "") or roles,
            "sent": moments.short(event.at, zone) if event else "",
            "ahead": event is None and timer.is_open,
        }
