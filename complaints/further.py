"""What apps above begin from a ticket: they register it in ``AppConfig.ready()``, the ticket's page shows it."""

from __future__ import annotations

from collections.abc import Callable

from complaints.models import Ticket
from portal.organization.models import User
from portal.pages.about import Act

Further = Callable[[User, Ticket], Act | None]
_further: list[Further] = []


def register(further: Further) -> None:
    """``further`` asks no statement; None where this person begins nothing from that ticket."""
    _further.append(further)


def acts_for(user: User, ticket: Ticket) -> list[Act]:
    return [act for further in _further if (act := further(user, ticket)) is not None]
