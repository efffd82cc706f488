"""The strip of steps 登记→派发→签收→答复→办结→交回→通报→回访: each with its clock, its limit and who did it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from complaints.models import Ticket, TicketEvent, TicketTimer
from complaints.states import (
    ALWAYS_CALLED_BACK,
    DRAWN_FOR_CALLBACK,
    HAS_FORM,
    OVER,
    UNRESOLVED,
    EventKind,
    Kind,
    Severity,
    Status,
    Target,
)
from complaints.views import shown
from portal.organization.roles import Role
from portal.pages import moments
from portal.promises import policies
from portal.promises.models import TimerState

NAMES: dict[str, str | Promise] = {
    "registered": pgettext_lazy("strip", "Registered"),
    Target.DISPATCH: pgettext_lazy("strip", "Dispatched"),
    Target.SIGN: pgettext_lazy("strip", "Signed"),
    Target.REPLY: pgettext_lazy("strip", "Replied"),
    Target.RESOLVE: pgettext_lazy("strip", "Handled"),
    Target.RETURN_FORM: pgettext_lazy("strip", "Returned"),
    Target.INFORM: pgettext_lazy("strip", "Told"),
    Target.CALLBACK: pgettext_lazy("strip", "Called back"),
    "passed_on": pgettext_lazy("strip", "Passed on"),
}
DONE_BY = {
    "registered": {EventKind.REGISTERED},
    Target.DISPATCH: {EventKind.DISPATCHED, EventKind.ANSWERED},
    Target.SIGN: {EventKind.SIGNED},
    Target.REPLY: {EventKind.REPLIED, EventKind.INFORMED},
    Target.RESOLVE: {EventKind.RESOLVED, EventKind.ANSWERED, EventKind.DECLINED},
    Target.RETURN_FORM: {EventKind.RETURNED},
    Target.INFORM: {EventKind.INFORMED, EventKind.DECLINED},
    Target.CALLBACK: {EventKind.CALLBACK, EventKind.RATED},
    "passed_on": {EventKind.PASSED_ON},
}
# Where a ticket at that status stands in the strip.
CURRENT = {
    Status.REGISTERED: Target.DISPATCH,
    Status.DISPATCHED: Target.SIGN,
    Status.SIGNED: Target.RESOLVE,
    Status.IN_PROGRESS: Target.RESOLVE,
    Status.WAITING: Target.RESOLVE,
    Status.INFORMED: Target.CALLBACK,
    Status.DECLINED: Target.CALLBACK,
}


def strip(
    ticket: Ticket, timers: list[TicketTimer], events: list[TicketEvent], words: shown.Words, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """The steps of the ticket's present round."""
    newest = {
        timer.target: timer for timer in timers if timer.round == ticket.round and timer.state != TimerState.CANCELLED
    }
    done = {(event.kind, event.round): event for event in events}
    found = [_step(code, ticket, newest.get(code), done, words, zone) for code in _codes(ticket)]
    return [step for n, step in enumerate(found) if not _never_comes(step, found[n + 1 :], ticket)]


def _never_comes(step: dict[str, Any], later: list[dict[str, Any]], ticket: Ticket) -> bool:
    """A step that was left out: answered on the spot nobody signs, declined nobody returns a form, and so on."""
    if ticket.status in UNRESOLVED or step["left"] or step["at"] or step["current"]:
        return False
    return ticket.status in OVER or any(one["current"] for one in later)


def _codes(ticket: Ticket) -> list[str]:
    if ticket.kind == Kind.PRAISE:
        return ["registered", "passed_on"]
    codes: list[str] = ["registered", Target.DISPATCH, Target.SIGN]
    if ticket.severity == Severity.MAJOR:
        codes.append(Target.REPLY)
    codes.append(Target.RESOLVE)
    if ticket.kind in HAS_FORM:
        codes.append(Target.RETURN_FORM)
    codes.append(Target.INFORM)
    if ticket.kind in ALWAYS_CALLED_BACK | DRAWN_FOR_CALLBACK:
        codes.append(Target.CALLBACK)
    return codes


def _current(ticket: Ticket) -> str:
    if ticket.status == Status.RESOLVED:
        return Target.RETURN_FORM if ticket.waits_for_form else Target.INFORM
    if ticket.kind == Kind.PRAISE and ticket.status == Status.REGISTERED:
        return "passed_on"
    return CURRENT.get(Status(ticket.status), "")


def _step(
    code: str,
    ticket: Ticket,
    timer: TicketTimer | None,
    done: dict[tuple[str, int], TicketEvent],
    words: shown.Words,
    zone: ZoneInfo,
) -> dict[str, Any]:
    current = code == _current(ticket)
    round_of = 1 if code == "registered" else ticket.round
    event = next((done[kind, round_of] for kind in DONE_BY[code] if (kind, round_of) in done), None)
    finished = _finished(timer, event, current)
    step: dict[str, Any] = {"name": NAMES[code], "current": current, "left": None, "clock": "", "at": "", "more": ""}
    rule = policies.limit_of(timer.policy_target_id).rule if timer else ""
    limit = words.limit(timer.target, rule, timer.started_at, timer.due_at, zone) if timer else ""
    if finished is not None:
        late = bool(timer and timer.breached_at)
        who = event.by.name if event and event.by else ""
        step |= {
            "css": "done was-late" if late else "done",
            "icon": "late" if late else "check",
            "at": moments.short(finished, zone),
            "more": _("late; %(who)s") % {"who": who} if late and who else _("late") if late else who,
        }
    elif timer is not None and timer.is_open:
        left = (
            shown.on_hold()
            if timer.state == TimerState.PAUSED
            else words.left(timer.due_at, timer.started_at, timer.warn_at)
        )
        late_now = left.state == "late"
        step |= {
            "css": ("now" if current else "todo") + (" late" if late_now else ""),
            "icon": "late" if late_now else "hold" if left.state == "hold" else "ok",
            "left": left,
            "clock": shown.clock_attributes(left, zone),
            "more": limit,
        }
    else:
        step |= {"css": "now" if current else "todo", "icon": "ok", "more": _expected(code, ticket)}
    return step


def _expected(code: str, ticket: Ticket) -> str:
    """Whose step it will be."""
    if code == Target.RETURN_FORM:
        return str(Role.DEPARTMENT_HEAD.label)
    if code in {Target.SIGN, Target.RESOLVE}:
        return str(ticket.department) if ticket.department else ""
    return pgettext("department", "front desk")


def _finished(timer: TicketTimer | None, event: TicketEvent | None, current: bool) -> Any:
    """When the step was done; a step that is open again (sent back, reopened) is not."""
    if timer is not None and timer.met_at is not None:
        return timer.met_at
    if event is not None and (timer is None or not timer.is_open) and not current:
        return event.at
    return None
