"""Finding who stands at the counter: a room in any spelling, a name, or some digits of a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from portal.organization.roles import DESK
from residents.models import Residence, Resident
from residents.spelling import room_digits, search_pairs, search_text

if TYPE_CHECKING:
    from portal.organization.models import User

MOST = 8
SHORTEST = 2


def find_residents(text: str, user: User, limit: int = MOST) -> list[Residence]:
    """Those who belong somewhere now and match, best first.

    Each has ``unit``, ``resident``, ``relation`` and the phones at hand (a second statement). Fewer than two
    characters find nobody.
    """
    wanted = text.strip().replace("\x00", "")
    if len(wanted) < SHORTEST:
        return []
    everywhere, sites = user.scope.sites_as(DESK)
    digits = room_digits(wanted)
    matches = Q(resident__name__contains=wanted)
    ranks = [When(unit__digits=digits, then=Value(0)), When(resident__name=wanted, then=Value(1))]
    if re.fullmatch(r"[0-9A-Z]+", digits):
        matches |= Q(unit__digits__startswith=digits)
        ranks.append(When(unit__digits__startswith=digits, then=Value(2)))
    if wanted.isdigit() and len(wanted) >= 4:
        matches |= Q(resident__phones__number__contains=wanted)
    found = Residence.objects.current(timezone.localdate()).filter(matches)
    if not everywhere:
        found = found.filter(unit__site_id__in=sites)
    return list(
        found.annotate(rank=Case(*ranks, default=Value(3), output_field=IntegerField()))
        .select_related("unit__site", "resident")
        .prefetch_related("resident__phones")
        .order_by("rank", "unit__digits", "pk")
        .distinct()[:limit]
    )


def index_again(residents: QuerySet[Resident]) -> None:
    """Make these people findable by what their names and numbers are now."""
    waiting = list(residents.prefetch_related("phones"))
    for resident in waiting:
        resident.search_text = search_text(resident.name, (phone.number for phone in resident.phones.all()))
        resident.search_pairs = search_pairs(resident.name)
    Resident.objects.bulk_update(waiting, ["search_text", "search_pairs"], batch_size=1000)
