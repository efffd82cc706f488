"""From the desk to the department: dispatch, sign, send back, arrive; answering on the spot; passing praise on (C3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Ticket
from complaints.services.callbacks import close
from complaints.services.change import Change, changing, has_in_hand, require_text
from complaints.services.handling import resolved
from complaints.services.joining import bring_back
from complaints.services.promising import FURTHEST, how_it_stands
from complaints.services.telling import How, informed
from complaints.states import (
    ANSWERED_AT_ONCE,
    BEING_HANDLED,
    REPAIRS,
    UNRESOLVED,
    EventKind,
    Kind,
    Severity,
    Status,
    Step,
    Target,
)
from portal.organization.models import Department, User
from portal.organization.roles import DEPARTMENT, Role

LONGEST_WINDOW = timedelta(days=1)


def dispatch_ticket(ticket_id: int, department: Department, *, by: User, version: int | None = None) -> Ticket:
    """Send the form to a department; sent again elsewhere it is a transfer: a new sign turn, the clock keeps running.

    Again to the same department is a double click. Raises Ticket.DoesNotExist and the refusals of ``require``.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.DISPATCHED and ticket.department_id == department.pk:
            return ticket
        if department.site_id != ticket.site_id:
            raise NotPossible(_("That department belongs to another site."), ticket)
        change.require(Step.DISPATCH, version)
        if ticket.department_id == department.pk and ticket.status in BEING_HANDLED:
            raise NotPossible(_("This department has it already."), ticket)
        sent(change, department)
    return ticket


def sent(change: Change, department: Department) -> None:
    """What follows from sending the form to a department."""
    ticket = change.ticket
    came_from = ticket.department_id
    change.meet(Target.DISPATCH)
    change.cancel(Target.SIGN, cause="transfer")
    ticket.status, ticket.department, ticket.handler = (Status.DISPATCHED, department, None)
    ticket.first_responsible = ticket.first_responsible or change.by
    ticket.also_with = [pk for pk in ticket.also_with if pk != department.pk]
    change.begin(Target.SIGN, change.now)
    change.note(EventKind.DISPATCHED, department=department.pk, code=department.code, came_from=came_from)
    change.tell([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD], "dispatched")


def answer_on_the_spot(ticket_id: int, text: str, *, by: User, version: int | None = None) -> Ticket:
    """The desk solves it itself: dispatch is met, nobody signs, there is no form; the resident is told next."""
    answer = require_text(text, _("Write down what was answered."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.RESOLVED and ticket.department_id is None:
            return ticket
        change.require(Step.ANSWER, version)
        change.meet(Target.DISPATCH)
        ticket.handler = by
        ticket.first_responsible = ticket.first_responsible or by
        resolved(change, EventKind.ANSWERED, answer)
    return ticket


def answer_at_once(
    ticket_id: int, text: str, *, by: User, version: int | None = None, in_person: bool = False
) -> Ticket:
    """Answered while the caller is there 当场答复 (C30): told and over, one step. Enquiries and suggestions only.

    Again changes nothing. Raises the refusals of ``require``, and NotPossible for another kind.
    """
    answer = require_text(text, _("Write down what was answered."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.CLOSED and ticket.department_id is None:
            return ticket
        change.require(Step.ANSWER_AT_ONCE, version)
        if ticket.kind not in ANSWERED_AT_ONCE:
            raise NotPossible(_("Only an enquiry or a suggestion is answered at once and over."), ticket)
        change.meet(Target.DISPATCH)
        ticket.handler = by
        ticket.first_responsible = ticket.first_responsible or by
        resolved(change, EventKind.ANSWERED, answer)
        informed(change, How.IN_PERSON if in_person else How.PHONE, answer, "")
        bring_back(change)
        close(change)
    return ticket


def sign_for_ticket(ticket_id: int, *, by: User, version: int | None = None) -> Ticket:
    """Record that the department has signed for it: its own signature and nothing else stops the clock."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.SIGNED and ticket.handler_id == by.pk:
            return ticket
        change.require(Step.SIGN, version)
        signed(change)
    return ticket


def signed(change: Change) -> None:
    change.ticket.status, change.ticket.handler = Status.SIGNED, change.by
    change.meet(Target.SIGN)
    change.note(EventKind.SIGNED)
    how_it_stands(change, told=change.ticket.reported_by_id is not None)


def send_back(ticket_id: int, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """The wrong department sends the form back 退回: the desk's clock for dispatching starts a new turn."""
    why = require_text(reason, _("Say why it goes back."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        change.require(Step.SEND_BACK, version)
        department = ticket.department_id
        change.cancel(Target.SIGN, cause="sent_back")  # the resident's own clocks run on
        ticket.status, ticket.department, ticket.handler = Status.REGISTERED, None, None
        change.begin(Target.DISPATCH, change.now)
        change.note(EventKind.SENT_BACK, why, department=department)
        change.tell([Role.RECEPTIONIST], "sent_back")
    return ticket


def record_arrival(ticket_id: int, *, by: User, version: int | None = None) -> Ticket:
    """The department is on site: of an urgent repair or danger within the limit, else in the agreed window (C21)."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if not change.running(Target.ARRIVE):
            return ticket
        if not by.scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id):
            raise NotYours(_("The department records its own arrival."), ticket)
        if ticket.status not in BEING_HANDLED:
            raise TransitionNotAllowed(_("Nobody is on the way for this ticket."), ticket)
        change.meet(Target.ARRIVE)
        change.note(EventKind.ARRIVED)
    return ticket


def record_safe(ticket_id: int, text: str, *, by: User, version: int | None = None) -> Ticket:
    """The danger is over: what was done. Whoever says so is on site. Again changes nothing."""
    words = require_text(text, _("Write down what was done to make it safe."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if not change.running(Target.MADE_SAFE):
            return ticket
        if not by.scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id):
            raise NotYours(_("The department records what it did."), ticket)
        change.refuse_stale(version)
        change.meet(Target.ARRIVE, Target.MADE_SAFE)
        change.note(EventKind.MADE_SAFE, words)
    return ticket


def agree_window(ticket_id: int, begins: datetime, ends: datetime, *, by: User, version: int | None = None) -> Ticket:
    """When somebody comes for an ordinary repair, as the resident agreed: on site by its end is a promise (C21).

    Agreed anew it moves. The same again changes nothing. Raises NotPossible for a window that cannot be.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if (ticket.window_from, ticket.window_until) == (begins, ends):
            return ticket
        if not has_in_hand(by, ticket):
            raise NotYours(_("This ticket is somebody else's."), ticket)
        change.refuse_stale(version)
        if not may_agree_window(ticket):
            raise NotPossible(_("An appointment is agreed for an ordinary repair that is not done yet."), ticket)
        if not change.now < ends or not begins < ends <= begins + LONGEST_WINDOW or ends > change.now + FURTHEST:
            raise NotPossible(_("Choose a window ahead, of at most a day."), ticket)
        ticket.window_from, ticket.window_until = begins, ends
        running = change.running(Target.ARRIVE)
        for timer in running:
            change.ledger.restate(timer, timer.policy_target_id, (), fixed_due_at=ends, cause="window")
        if not running:
            change.begin(Target.ARRIVE, change.now, fixed_due_at=ends)
        change.note(EventKind.APPOINTED, at=begins.isoformat(), until=ends.isoformat())
    return ticket


def may_agree_window(ticket: Ticket) -> bool:
    return (
        ticket.kind in REPAIRS
        and ticket.status in UNRESOLVED
        and ticket.severity == Severity.MINOR
        and not ticket.dangerous
    )


def pass_on_praise(ticket_id: int, department: Department, *, by: User, version: int | None = None) -> Ticket:
    """Tell the department that it was praised; nothing else is to be done."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.kind != Kind.PRAISE:
            raise NotPossible(_("Only praise is passed on."), ticket)
        if ticket.status == Status.CLOSED:
            return ticket
        if department.site_id != ticket.site_id:
            raise NotPossible(_("That department belongs to another site."), ticket)
        change.require(Step.PASS_ON, version)
        ticket.status, ticket.department = Status.CLOSED, department
        change.note(EventKind.PASSED_ON, department=department.pk, code=department.code)
        change.tell([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD], "praise")
    return ticket
