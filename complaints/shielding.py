"""A name that stays at the desk: to a department the ticket has neither who reported it nor where they live (C23)."""

from __future__ import annotations

from django.db.models import Q

from complaints.models import Ticket
from portal.organization.roles import DESK, MANAGEMENT
from portal.organization.scope import Scope


def hides(scope: Scope, site_id: int) -> bool:
    """Whether hidden names are hidden from these posts."""
    return not scope.holds(DESK | MANAGEMENT, site_id)


def shielded(ticket: Ticket, scope: Scope) -> Ticket:
    """The same row without the resident, where it hides the name from this person; not to be saved."""
    if ticket.name_hidden and hides(scope, ticket.site_id):
        ticket.shielded = True  # type: ignore[attr-defined]
        ticket.resident = ticket.unit = ticket.reported_by = None
        ticket.visitor_name = ticket.visitor_phone = ""
        for annotated, nothing in (("held", []), ("relation", None)):
            setattr(ticket, annotated, nothing)
    return ticket


def names_shown_to(scope: Scope) -> Q:
    """The tickets that may be found by who reported them: for a department those that hide no name."""
    everywhere, sites = scope.sites_as(DESK | MANAGEMENT)
    return Q() if everywhere else Q(name_hidden=False) | Q(site_id__in=sites)
