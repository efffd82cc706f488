"""The place of visits in the menu, and how many of today's are this person's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import pgettext_lazy

from portal import memo
from portal.organization.models import User
from portal.pages import menu
from visits.models import VISITORS, Assignment
from visits.states import OPEN

PLACES = [
    menu.Place(
        "/visits/",
        pgettext_lazy("menu", "Visits"),
        pgettext_lazy("bottom bar", "Visits"),
        pgettext_lazy("menu", "Service"),
        "house-door",
        VISITORS,
        "visits",
        rank=28,
    ),
]


def counts(user: User) -> Mapping[str, int]:
    """What is planned or agreed for today and earlier and still to be made by oneself."""
    return {"visits": _still_to_make(user.pk, timezone.localdate())} if user.scope.holds(VISITORS) else {}


@memo.for_a_moment
def _still_to_make(user_id: int, today: date) -> int:
    mine = Assignment.objects.filter(user=user_id, released_at=None, visit__status__in=OPEN)
    return mine.filter(visit__planned_on__lte=today)[: menu.MOST_COUNTED + 1].count()


def register() -> None:
    menu.register(PLACES, counts)
