"""Whose work needs the phones of a ticket, and when they may be dialled (R2, K2).

What the archive's own act of showing a number (residents.services.revealing) asks of this app.
"""

from __future__ import annotations

from datetime import datetime

from complaints.models import Ticket, TicketQuerySet
from complaints.shielding import names_shown_to
from complaints.states import Severity
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT
from residents.calling import Calling, calling
from residents.services.revealing import Number, What, register_callers, register_number


def register() -> None:
    register_callers(_has_a_ticket_of, _has_a_major_ticket_of)
    register_number(What.VISITOR, _visitor)
    register_number(What.ACCOUNT, _account)


def is_for(user: User, ticket: Ticket) -> bool:
    """The desk and the managers, whatever became of it; a department while it has the ticket."""
    return user.scope.holds(DESK | MANAGEMENT, site_id=ticket.site_id) or _works_on(user, ticket)


def call_of(ticket: Ticket, now: datetime) -> Calling:
    wishes = ticket.resident.do_not_call if ticket.resident else []
    return calling(now, ticket.site_id, ticket.site.time_zone, wishes)


def cannot_wait(ticket: Ticket) -> bool:
    """A major ticket: its resident is called at any hour, with the reason on record."""
    return ticket.severity == Severity.MAJOR and not ticket.is_over


def _works_on(user: User, ticket: Ticket) -> bool:
    return (
        not ticket.is_over and not ticket.name_hidden and ticket.department_id in user.scope.departments_as(DEPARTMENT)
    )


def _has_a_ticket_of(user: User, resident_id: int) -> bool:
    mine = user.scope.departments_as(DEPARTMENT)
    return bool(mine) and _of(resident_id).filter(department__in=mine).exists()


def _of(resident_id: int) -> TicketQuerySet:
    return Ticket.objects.open().filter(resident=resident_id, name_hidden=False)


def _has_a_major_ticket_of(user: User, resident_id: int) -> bool:
    visible = Ticket.objects.visible_to(user).open().filter(names_shown_to(user.scope))
    return visible.filter(resident=resident_id, severity=Severity.MAJOR).exists()


def _visitor(ticket_id: int) -> Number:
    ticket = Ticket.objects.exclude(visitor_phone="").select_related("site", "resident").get(pk=ticket_id)
    return _of_ticket(ticket, ticket.visitor_phone)


def _account(ticket_id: int) -> Number:
    found = Ticket.objects.exclude(reported_by=None).select_related("site", "resident", "reported_by")
    ticket = found.get(pk=ticket_id)
    return _of_ticket(ticket, ticket.reported_by.phone if ticket.reported_by else "")


def _of_ticket(ticket: Ticket, value: str) -> Number:
    return Number(
        value,
        f"ticket {ticket.number}",
        [(ticket.site_id, ticket.site.time_zone)],
        ticket.resident.do_not_call if ticket.resident else [],
        also=lambda user: _works_on(user, ticket),
        urgent=lambda user: cannot_wait(ticket),
    )
