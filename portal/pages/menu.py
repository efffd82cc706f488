"""The menu: apps register their places in AppConfig.ready(); each person sees those that their posts open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

from portal.organization.models import User
from portal.organization.roles import Role


@dataclass(frozen=True)
class Place:
    """One line of the menu. ``count`` names the number beside it: what waits there for this very person."""

    url: str
    label: str | Promise
    short: str | Promise
    group: str | Promise
    icon: str
    roles: frozenset[Role]
    count: str = ""
    rank: int = 50  # the order of the menu: desk from 10, service from 30, management from 80
    on_phone: bool = True  # in the bottom bar too


MOST_COUNTED = 999  # nobody reads more; who counts stops here
Counter = Callable[[User], Mapping[str, int]]
_places: list[Place] = []
_counters: list[tuple[frozenset[str], Counter]] = []


def register(places: list[Place], count: Counter | None = None) -> None:
    """``count`` answers all numbers of these places in one statement; places without numbers need none."""
    _places.extend(places)
    _places.sort(key=lambda place: place.rank)
    if count is not None:
        _counters.append((frozenset(place.count for place in places if place.count), count))


def counted(number: int) -> str:
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def places_of(user: User) -> list[Place]:
    """Each address once: for whom several roles open it, as the first of them has it."""
    found: dict[str, Place] = {}
    for place in _places:
        if user.scope.holds(place.roles):
            found.setdefault(place.url, place)
    return list(found.values())


def counts_for(request: HttpRequest, user: User) -> dict[str, int]:
    """The numbers of the menu; what a view has counted already it leaves in ``request.menu_counts``."""
    counted: dict[str, int] = dict(getattr(request, "menu_counts", {}))
    for names, count in _counters:
        if not names <= counted.keys():
            counted.update(count(user))
    return counted
