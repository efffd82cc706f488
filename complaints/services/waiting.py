"""Waiting for the resident or a third party: what may pause, pauses; the wait is visible and chased (C13)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from complaints.models import Ticket
from complaints.services.change import Change, changing, require_text
from complaints.services.promising import how_it_stands
from complaints.states import EventKind, Status, Step, Target, WaitFor
from portal.organization.models import User
from portal.organization.roles import Role

LONGEST_WAIT = timedelta(days=366)


def wait(
    ticket_id: int,
    reason: str,
    *,
    by: User,
    waits_for: WaitFor = WaitFor.THIRD_PARTY,
    until: datetime | None = None,
    version: int | None = None,
) -> Ticket:
    """Wait for somebody: what may pause, pauses. Major tickets: the supervising manager.

    With ``until`` the clock runs on by itself from then, and who has it is told; without it the wait is asked about
    every two days. Raises NotPossible for an end that is not ahead.
    """
    why = require_text(reason, _("Say what is being waited for."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.WAITING and (ticket.waits_for, ticket.waits_until) == (waits_for, until):
            return ticket
        change.require(Step.WAIT, version)
        begin_wait(change, why, waits_for, until)
    return ticket


def begin_wait(change: Change, why: str, waits_for: WaitFor, until: datetime | None) -> None:
    """Pause what may be paused."""
    ticket = change.ticket
    _require_ahead(change, until)
    ticket.status_before_wait, ticket.status = ticket.status, Status.WAITING
    ticket.waits_for, ticket.waits_until = waits_for, until
    change.pause_what_may(until=until, cause="waiting")
    change.begin(Target.CHASE, change.now, fixed_due_at=until)
    change.note(EventKind.WAITING, why, waits_for=waits_for, until=until.isoformat() if until else "")
    how_it_stands(change, told=ticket.reported_by_id is not None)


def chase_wait(
    ticket_id: int, text: str, *, by: User, until: datetime | None = None, version: int | None = None
) -> Ticket:
    """Whoever it waits for was asked how it stands; a new end of the wait may come of it. The next asking is due."""
    words = require_text(text, _("Write down what they said."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        change.require(Step.RESUME, version)
        _require_ahead(change, until)
        change.meet(Target.CHASE)
        if until != ticket.waits_until:
            ticket.waits_until = until
            change.pause_again(until=until, cause="chased")
        change.begin(Target.CHASE, change.now, fixed_due_at=until)
        change.note(EventKind.CHASED, words, until=until.isoformat() if until else "")
        change.tell([Role.RECEPTIONIST], "chased")
    return ticket


def _require_ahead(change: Change, until: datetime | None) -> None:
    if until is not None and not change.now < until <= change.now + LONGEST_WAIT:
        raise NotPossible(_("The wait must end in the future, within a year."), change.ticket)


def resume(ticket_id: int, *, by: User, version: int | None = None) -> Ticket:
    """Take it up where it was; the time spent waiting does not count."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        change.require(Step.RESUME, version)
        end_wait(change, cause="resumed")
        change.note(EventKind.RESUMED)
    return ticket


def end_wait(change: Change, *, cause: str) -> None:
    """Back to where it was before it waited."""
    ticket = change.ticket
    if ticket.status == Status.WAITING:
        change.resume_paused(cause=cause)
        change.meet(Target.CHASE, cause=cause)
        ticket.status, ticket.status_before_wait = (ticket.status_before_wait, "")
        ticket.waits_for, ticket.waits_until = "", None
