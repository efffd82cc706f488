"""Who is told: roles become people through memberships, the roster and stand-ins, at the moment of telling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from portal.memo import for_a_moment
from portal.organization.models import Membership, Shift, StandIn
from portal.organization.roles import ABOVE, Role


@dataclass(frozen=True)
class Holder:
    user_id: int
    name: str
    language: str


@dataclass
class Directory:
    """Everyone who can be told something at one site, as the tables stood when it was read."""

    holders: dict[tuple[Role, int | None], list[Holder]] = field(default_factory=dict)
    stand_ins: dict[tuple[Role, int | None], list[Holder]] = field(default_factory=dict)
    shifts: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def reached(self, role: Role, department_id: int | None, at: datetime) -> tuple[Role, list[Holder]]:
        """The role that is told and its people: those on duty, else their stand-ins, else the next role above.

        When nobody at all is on duty up to the top, the role's own holders are told: better off duty than nobody.
        """
        asked: Role | None = role
        while asked is not None:
            post = (asked, department_id if asked in _OF_A_DEPARTMENT else None)
            present = self._on_duty(self.holders.get(post, []), at) or self._on_duty(self.stand_ins.get(post, []), at)
            if present:
                return asked, present
            asked = ABOVE.get(asked)
        return role, self.holders.get((role, department_id if role in _OF_A_DEPARTMENT else None), [])

    def is_on_duty(self, user_id: int, at: datetime) -> bool:
        """Whether the roster says that it is this person's shift."""
        return any(begins <= at < ends for begins, ends in self.shifts.get(user_id, ()))

    def _on_duty(self, people: list[Holder], at: datetime) -> list[Holder]:
        """Those whose shift it is. Where the roster plans none of them around this moment, it says nothing: all."""
        if not any(person.user_id in self.shifts for person in people):
            return people
        return [person for person in people if self.is_on_duty(person.user_id, at)]


_OF_A_DEPARTMENT = frozenset({Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD})


@for_a_moment
def directory_of(site_id: int, hour: datetime) -> Directory:
    """The site's directory around ``hour`` (a full hour); three statements, remembered for some seconds."""
    found = Directory()
    here = Q(site_id=site_id) | Q(site_id=None)
    for posts, rows in (
        (found.holders, Membership.objects.filter(here, user__is_active=True)),
        (found.stand_ins, StandIn.objects.filter(here, user__is_active=True)),
    ):
        for role, department, user_id, name, language in rows.order_by("pk").values_list(
            "role", "department_id", "user_id", "user__name", "user__language"
        ):
            post = (Role(role), department if Role(role) in _OF_A_DEPARTMENT else None)
            holder = Holder(user_id, name, language)
            if holder not in posts.setdefault(post, []):
                posts[post].append(holder)
    for user_id, begins, ends in (
        Shift.objects.filter(site_id=site_id).around(hour).values_list("user_id", "starts_at", "ends_at")
    ):
        found.shifts.setdefault(user_id, []).append((begins, ends))
    return found


def _directory_at(site_id: int, at: datetime) -> Directory:
    return directory_of(site_id, at.replace(minute=0, second=0, microsecond=0))


def off_duty(people: Iterable[int], *, site_id: int, at: datetime) -> set[int]:
    """Those of them whose shift it is not by the site's roster, and whoever stands in no roster."""
    directory = _directory_at(site_id, at)
    return {user_id for user_id in people if not directory.is_on_duty(user_id, at)}


def people_for(
    roles: Iterable[Role], *, site_id: int, department_id: int | None, at: datetime
) -> list[tuple[Role, list[Holder]]]:
    """For each role, the role that is told in its place and its people; nobody twice."""
    directory = _directory_at(site_id, at)
    told: set[int] = set()
    result: list[tuple[Role, list[Holder]]] = []
    for role in roles:
        reached, people = directory.reached(role, department_id, at)
        fresh = [person for person in people if person.user_id not in told]
        told.update(person.user_id for person in fresh)
        result.append((reached, fresh))
    return result
