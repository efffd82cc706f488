"""What is open with a person here: the tickets they handle or answer for."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from complaints.menu import SEE_TICKETS
from complaints.models import Ticket
from complaints.states import Kind, Status
from portal.organization.models import User
from portal.organization.open_work import Work

MOST = 200


def of(person: User, viewer: User) -> Iterator[Work]:
    """Numbers and kinds alone: an administrator learns what must be taken over, not whose matter it is."""
    mine = Ticket.objects.open().filter(Q(handler=person) | Q(first_responsible=person)).by_time_left()
    visible = Ticket.objects.visible_to(viewer) if viewer.scope.holds(SEE_TICKETS) else Ticket.objects.none()
    seen = set(visible.filter(pk__in=mine.order_by()).values_list("pk", flat=True))
    for ticket in mine[:MOST]:
        part = _("handles it") if ticket.handler_id == person.pk else _("answers for it at the desk")
        yield Work(
            f"{ticket.number} · {Kind(ticket.kind).label} · {Status(ticket.status).label}",
            ticket.url if ticket.pk in seen else "",
            part,
        )
