"""Corrective and preventive measures 纠正预防措施: the cause, what is done, by whom, by when (C17)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Ticket
from complaints.services.change import Change, changing, has_in_hand, require_text
from complaints.sla import wished_deadline
from complaints.states import EventKind, Kind, Status, Target
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT

FURTHEST = timedelta(days=366)
HANDLED = frozenset({Status.RESOLVED, Status.INFORMED, Status.DECLINED, Status.CLOSED})


def set_measure(ticket_id: int, text: str, person: User, on: date, *, by: User, version: int | None = None) -> Ticket:
    """What is done so that it does not happen again, by whom and by which day: a promise that outlives the close.

    The cause stands in its words. The same again changes nothing. Raises NotPossible before the handling is done and
    for a day that has passed.
    """
    words = require_text(text, _("Write down the cause, and what is done about it."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        _require_theirs(change, by)
        details = {"person": person.name, "on": on.isoformat()}
        if ticket.events.filter(kind=EventKind.MEASURE_SET, text=words, details__contains=details).exists():
            return ticket
        change.refuse_stale(version)
        today = change.now.astimezone(ticket.site.zone).date()
        if not today <= on <= today + FURTHEST:
            raise NotPossible(_("Choose a day from today on, within a year."), ticket)
        timer = change.begin(Target.CORRECTIVE_MEASURE, change.now, fixed_due_at=wished_deadline(on, ticket.site.zone))
        if timer is None:
            raise NotPossible(_("No limit is set for measures: ask the administrator."), ticket)
        change.note(EventKind.MEASURE_SET, words, turn=timer.turn, **details)
        change.tell_people([person.pk], "measure", by=by.name, on=on.isoformat())
    return ticket


def need_no_measure(ticket_id: int, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """Why nothing has to be done about the cause, on record. The same again changes nothing."""
    why = require_text(reason, _("Say why no measure is needed."))
    with changing(ticket_id, by=by) as change:
        _require_theirs(change, by)
        if not change.ticket.events.filter(kind=EventKind.NO_MEASURE, text=why).exists():
            change.refuse_stale(version)
            change.note(EventKind.NO_MEASURE, why)
    return change.ticket


def take_measure(ticket_id: int, proof: str, *, by: User, version: int | None = None) -> Ticket:
    """The measure that is due first is taken: what was done, and how that can be seen. Again changes nothing."""
    words = require_text(proof, _("Write down what was done, and how that can be seen."))
    with changing(ticket_id, by=by) as change:
        _require_theirs(change, by)
        running = change.running(Target.CORRECTIVE_MEASURE)
        if not running:
            return change.ticket
        change.refuse_stale(version)
        first = min(running, key=lambda timer: (timer.due_at or timer.started_at, timer.turn))
        change.ledger.meet(first)
        change.note(EventKind.MEASURE_TAKEN, words, turn=first.turn)
    return change.ticket


def may_have_measures(ticket: Ticket) -> bool:
    return ticket.status in HANDLED and ticket.kind == Kind.COMPLAINT


def _require_theirs(change: Change, by: User) -> None:
    ticket = change.ticket
    if not has_in_hand(by, ticket, DESK | MANAGEMENT):
        raise NotYours(_("This ticket is somebody else's."), ticket)
    if not may_have_measures(ticket):
        raise NotPossible(_("A measure is set once a complaint has been handled."), ticket)
