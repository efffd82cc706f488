"""Reminding 催办: whoever has the ticket is asked for it, on record, and not again within half an hour."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Ticket
from complaints.services.change import Change, changing
from complaints.services.telling import DOUBLE_CLICK
from complaints.states import BEING_HANDLED, HANDED_UP_TO, OVER, EventKind, Status, Target
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT, Role

NOT_AGAIN_WITHIN = timedelta(minutes=30)


def remind_holder(ticket_id: int, *, by: User, version: int | None = None) -> Ticket:
    """Ask whoever has the ticket for it. The same person again at once is a double click."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if not by.scope.holds(DESK | MANAGEMENT, ticket.site_id):
            raise NotYours(_("This is for the front desk and the managers."), ticket)
        if ticket.status in OVER:
            raise TransitionNotAllowed(_("%(number)s is over.") % {"number": ticket.number}, ticket)
        last = ticket.events.filter(kind=EventKind.REMINDED, at__gt=change.now - NOT_AGAIN_WITHIN).last()
        if last is not None:
            if last.by_id == by.pk and change.now - last.at <= DOUBLE_CLICK:
                return ticket
            again = (last.at + NOT_AGAIN_WITHIN).astimezone(ticket.site.zone)
            raise NotPossible(_("Reminded already; again from %(time)s.") % {"time": f"{again:%H:%M}"}, ticket)
        change.refuse_stale(version)
        _tell_holder(change)
    return ticket


def _tell_holder(change: Change) -> None:
    ticket = change.ticket
    if ticket.handler is not None and ticket.status in BEING_HANDLED and ticket.next_target not in HANDED_UP_TO:
        change.tell_people([ticket.handler.pk], "reminded")
        change.note(EventKind.REMINDED, person=ticket.handler.name)
    else:
        roles = holders_of(ticket)
        change.tell(roles, "reminded")
        change.note(EventKind.REMINDED, to=roles)
    if not change.messages:
        raise NotPossible(_("Nobody but you has this ticket now."), ticket)


def holders_of(ticket: Ticket) -> list[Role]:
    """Whose the next step is, as the queue shows it."""
    if ticket.next_target in HANDED_UP_TO and ticket.status != Status.REGISTERED:
        return [HANDED_UP_TO[Target(ticket.next_target)]]
    if ticket.status in BEING_HANDLED:
        return [Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD]
    return [Role.DEPARTMENT_HEAD] if ticket.waits_for_form else [Role.RECEPTIONIST]
