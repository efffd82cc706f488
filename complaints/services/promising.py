"""A word given to the resident, and how it stands: small timers that somebody on duty owns (C8, C22)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Ticket, TicketTimer
from complaints.services.change import Change, changing, has_in_hand, require_text
from complaints.states import OVER, UNRESOLVED, EventKind, Kind, Status, Target
from portal.calendars.services import calendar_of
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT
from portal.promises import policies

FURTHEST = timedelta(days=90)


def promise_resident(ticket_id: int, text: str, at: datetime, *, by: User, version: int | None = None) -> Ticket:
    """ "I call you at four": a timer of its own, shown to whoever is on duty then. Raises NotPossible for the past."""
    words = require_text(text, _("Write down what was promised."))
    with changing(ticket_id, by=by) as change:
        _require_theirs(change, by)
        change.refuse_stale(version)
        _require_ahead(change, at)
        give_word(change, words, at)
    return change.ticket


def give_word(change: Change, words: str, at: datetime, *, of: str = "") -> None:
    """``of`` is the number of the merged ticket whose resident it was given to."""
    timer = change.begin(Target.PROMISE, change.now, fixed_due_at=at)
    if timer is None:
        raise NotPossible(_("No limit is set for promises: ask the administrator."), change.ticket)
    change.note(EventKind.PROMISED, words, turn=timer.turn, at=at.isoformat(), **({"of": of} if of else {}))


def keep_promise(ticket_id: int, turn: int, text: str = "", *, by: User) -> Ticket:
    """What was promised has been done. Again changes nothing; a ticket that only waited for it closes."""
    with changing(ticket_id, by=by) as change:
        timer = _promise_of(change, turn)
        if not timer.is_open:
            return change.ticket
        _require_theirs(change, by)
        change.ledger.meet(timer)
        change.note(EventKind.PROMISE_KEPT, text.strip(), turn=turn)
        close_when_nothing_is_left(change)
    return change.ticket


def move_promise(ticket_id: int, turn: int, at: datetime, reason: str, *, by: User) -> Ticket:
    """It cannot be kept: the resident is told beforehand, with the reason and another time (C22).

    To the same time again changes nothing.
    """
    words = require_text(reason, _("Give the reason that the resident was told."))
    with changing(ticket_id, by=by) as change:
        timer = _promise_of(change, turn)
        _require_theirs(change, by)
        if not timer.is_open or timer.due_at is None:
            raise NotPossible(_("This promise is kept already."), change.ticket)
        was = timer.due_at
        if was == at:
            return change.ticket
        _require_ahead(change, at)
        change.ledger.restate(timer, timer.policy_target_id, (), fixed_due_at=at, cause="promise")
        change.note(EventKind.PROMISE_MOVED, words, turn=turn, was=was.isoformat(), at=at.isoformat())
    return change.ticket


def call_in_the_morning(change: Change) -> None:
    """Told by a message after the polite hours: the call at the next opening is a promise (C8)."""
    opens = polite_calls_from(change.ticket, change.now)
    if opens > change.now:
        give_word(change, "", opens)


def polite_calls_from(ticket: Ticket, now: datetime) -> datetime:
    """``now`` where the polite hours are open, else when they open next."""
    return calendar_of("polite_hours", ticket.site_id, ticket.site.time_zone).deadline(now, timedelta())


def how_it_stands(change: Change, *, told: bool) -> None:
    """The resident hears how it stands at least every two days, while the result is further away than that (C8).

    Begins with the signature. ``told``: they have just heard it, by a reply or on their phone; the next telling is
    due from here.
    """
    ticket = change.ticket
    running = change.running(Target.PROGRESS)
    if told:
        change.meet(Target.PROGRESS)
    elif running:
        return
    if ticket.status in UNRESOLVED - {Status.REGISTERED} and ticket.kind != Kind.PRAISE and _is_far(change):
        change.begin(Target.PROGRESS, change.now)


def _is_far(change: Change) -> bool:
    """Whether the result is not promised before the next telling would be due."""
    ticket = change.ticket
    policy = policies.policy_for(
        ticket.site_id, ticket.kind, ticket.severity, ticket.category.code if ticket.category else ""
    )
    row = policy.for_turn(Target.PROGRESS) if policy else None
    if row is None:
        return False
    resolving = change.running(Target.RESOLVE)
    return any(timer.due_at is None or timer.due_at > change.now + policies.limit_of(row).amount for timer in resolving)


def close_when_nothing_is_left(change: Change) -> None:
    """A ticket whose resident was told stays open for a promise; kept, and with no call due, it closes."""
    told = change.ticket.status in {Status.INFORMED, Status.DECLINED}
    if told and not change.running(Target.PROMISE, Target.CALLBACK):
        change.ticket.status = Status.CLOSED
        change.note(EventKind.CLOSED)


def _promise_of(change: Change, turn: int) -> TicketTimer:
    for timer in change.timers:
        if (timer.target, timer.round, timer.turn) == (Target.PROMISE, change.ticket.round, turn):
            return timer
    raise NotPossible(_("There is no such promise."), change.ticket)


def _require_theirs(change: Change, by: User) -> None:
    ticket = change.ticket
    if not has_in_hand(by, ticket, DESK | MANAGEMENT):
        raise NotYours(_("This ticket is somebody else's."), ticket)
    if ticket.status in OVER:
        raise TransitionNotAllowed(_("%(number)s is over.") % {"number": ticket.number}, ticket)


def _require_ahead(change: Change, at: datetime) -> None:
    if not change.now < at <= change.now + FURTHEST:
        raise NotPossible(_("Choose a time ahead, within %(days)d days.") % {"days": FURTHEST.days}, change.ticket)
