"""Naming a colleague in an internal note: ``@name`` tells whoever of that name may see the ticket, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from complaints.models import Ticket
from portal.organization.models import Membership, StandIn
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT, Role


@dataclass(frozen=True)
class Colleague:
    user_id: int
    name: str
    post: str


def colleagues_of(ticket: Ticket) -> list[Colleague]:
    """Everybody who may see the ticket, by name: ``visible_to`` seen from its other end. Two statements."""
    posts = (Q(site_id=ticket.site_id) | Q(site_id=None)) & Q(role__in=DESK | MANAGEMENT)
    departments = [pk for pk in (ticket.department_id, *ticket.also_with) if pk is not None]
    if departments:
        posts |= Q(role__in=DEPARTMENT, department_id__in=departments)
    found: dict[int, Colleague] = {}
    for rows in (Membership.objects.filter(posts), StandIn.objects.filter(posts)):
        for row in rows.filter(user__is_active=True).select_related("user", "department").order_by("user__name", "pk"):
            post = str(row.department) if row.department else str(Role(row.role).label)
            found.setdefault(row.user_id, Colleague(row.user_id, row.user.name, post))
    return sorted(found.values(), key=lambda one: (one.name, one.user_id))


def named_in(text: str, colleagues: Iterable[Colleague]) -> list[Colleague]:
    """Those whose whole name follows an ``@``; of names that begin alike the longest."""
    by_name: dict[str, list[Colleague]] = {}
    for one in colleagues:
        if one.name:
            by_name.setdefault(one.name, []).append(one)
    if not by_name:
        return []
    longest_first = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    names = dict.fromkeys(re.findall(f"@({longest_first})", text))
    return [one for name in names for one in by_name[name]]
