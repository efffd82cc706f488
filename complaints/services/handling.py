"""In the department: notes, handling done 办结, the form returned 交回 (C7)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.models import Ticket
from complaints.services.change import Change, changing, require_text
from complaints.services.overtime import lapse
from complaints.services.waiting import end_wait
from complaints.states import EventKind, Status, Step, Target
from portal.organization.models import User
from portal.organization.roles import Role


def note_handling(ticket_id: int, text: str, *, by: User, version: int | None = None) -> Ticket:
    """Write down how it goes 处理过程; the first note begins the handling. While it waits, it goes on waiting."""
    words = require_text(text, _("Write down what was done."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        change.require(Step.NOTE, version)
        noted(change, words)
    return ticket


def noted(change: Change, words: str) -> None:
    if change.ticket.status == Status.SIGNED:
        change.ticket.status = Status.IN_PROGRESS
    change.note(EventKind.NOTE, words)


def resolve_ticket(ticket_id: int, text: str, *, by: User, version: int | None = None) -> Ticket:
    """The handling is done 办结; the head returns the form the same day. Waiting ends first."""
    result = require_text(text, _("Write down the result."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.RESOLVED:
            return ticket
        change.require(Step.RESOLVE, version)
        end_wait(change, cause="resolved")
        resolved(change, EventKind.RESOLVED, result)
    return ticket


def resolved(change: Change, kind: EventKind, result: str) -> None:
    """What follows from a result: the resolution is met, and the form or the telling has its own clock."""
    ticket = change.ticket
    ticket.status, ticket.resolved_at, ticket.waits_for_form = (Status.RESOLVED, change.now, ticket.has_form)
    change.meet(Target.RESOLVE, Target.ARRIVE, Target.MADE_SAFE)
    if change.ticket.overtime_asked_of:
        lapse(change)
    change.cancel(Target.PROGRESS, cause="resolved")  # what comes next is the result itself
    change.note(kind, result)
    if ticket.has_form:
        change.begin(Target.RETURN_FORM, change.now)
        change.tell([Role.DEPARTMENT_HEAD], "resolved")
    else:
        change.begin(Target.INFORM, change.now)
        if ticket.department_id is not None:
            change.tell([Role.RECEPTIONIST], "returned")


def return_form(ticket_id: int, text: str = "", *, by: User, version: int | None = None) -> Ticket:
    """The head returns the form; now the desk tells the resident, the same day. Operations hears the result (C8)."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.RESOLVED and ticket.returned_at is not None and not ticket.waits_for_form:
            return ticket
        change.require(Step.RETURN, version)
        returned(change, text.strip())
    return ticket


def returned(change: Change, words: str) -> None:
    """The form is back: from here the resident is to be told."""
    change.ticket.returned_at, change.ticket.waits_for_form = change.now, False
    change.meet(Target.RETURN_FORM)
    change.begin(Target.INFORM, change.now)
    change.note(EventKind.RETURNED, words)
    change.tell([Role.RECEPTIONIST], "returned")
    change.tell([Role.OPERATIONS_MANAGER], "result")
