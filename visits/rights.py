"""Whose work on a visit needs a resident's phone (R2)."""

from __future__ import annotations

from portal.organization.models import User
from visits.models import Assignment
from visits.states import OPEN


def goes_to(user: User, resident_id: int) -> bool:
    """Who is on an open visit to them may call them; the desk and the managers may anyhow."""
    mine = Assignment.objects.filter(user=user, released_at=None)
    return mine.filter(visit__resident=resident_id, visit__status__in=OPEN).exists()
