"""Residents by the hundred thousand for a benchmark: on the demo's own sites first, then on further ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Max

from complaints.demo.archive import GIVEN, LAYOUTS, SURNAMES
from complaints.demo.bulk import copy_rows, next_keys_of, without_indexes
from portal.organization.models import Site
from residents.models import (
    Building,
    Contact,
    Entrance,
    Phone,
    Relation,
    Residence,
    Resident,
    Unit,
    UnitStatus,
    Vehicle,
)
from residents.spelling import search_pairs, search_text

OF_A_SITE = 20_000
FIRST_BUILDING, ENTRANCES, FLOORS, HOMES_A_FLOOR = 101, 2, 30, 4
FIRST_PHONE = 15000000001
IN_A_HOME = (1, 2, 2, 3, 4)
GIVEN_CHARACTERS = "".join(dict.fromkeys("".join(given for given, _address in GIVEN)))

_UNIT = (
    "id",
    "uuid",
    "site_id",
    "entrance_id",
    "room",
    "digits",
    "floor",
    "area",
    "layout",
    "use",
    "status",
    "remarks",
)
_RESIDENT = (
    "id",
    "uuid",
    "name",
    "form_of_address",
    "language",
    "contact",
    "do_not_call",
    "remarks",
    "search_text",
    "search_pairs",
)
_PHONE = ("resident_id", "number")
_RESIDENCE = ("unit_id", "resident_id", "relation", "since")
_VEHICLE = ("unit_id", "plate", "space")


def fill_crowd(sites: list[Site], count: int, random: Random, now: datetime) -> None:
    """Until ``count`` residents are there: a site gets at most 20,000, then another one opens."""
    missing = count - Resident.objects.count()
    with without_indexes(Unit, Resident, Phone, Residence, Vehicle):
        for site in _with_more(sites):
            if missing <= 0:
                break
            coming = min(missing, OF_A_SITE)
            _Arrivals(site, coming, random, now).write()
            missing -= coming
    next_keys_of(Unit, Resident)


def _with_more(sites: list[Site]) -> Iterator[Site]:
    yield from sites
    for number in range(1, 10_000):
        code, name = f"Y{number:03d}", f"云景苑{number}期"
        yield Site.objects.create(company_id=sites[0].company_id, code=code, name=name)


class _Arrivals:
    """Those who move to one site, as rows for COPY."""

    def __init__(self, site: Site, count: int, random: Random, now: datetime) -> None:
        self.site, self.random, self.count = site, random, count
        self.today = now.date()
        self.unit = _last(Unit)
        self.resident = _last(Resident)
        self.rows: dict[type, list[tuple[Any, ...]]] = {Unit: [], Resident: [], Phone: [], Residence: [], Vehicle: []}

    def write(self) -> None:
        homes = self._homes()
        while self.count:
            entrance, room, floor = next(homes)
            self._home(entrance, room, floor)
            people = min(self.random.choice(IN_A_HOME), self.count)
            for place in range(people):
                self._person(Relation.OWNER if place == 0 else Relation.FAMILY)
            self.count -= people
        for model, columns in (
            (Unit, _UNIT),
            (Resident, _RESIDENT),
            (Phone, _PHONE),
            (Residence, _RESIDENCE),
            (Vehicle, _VEHICLE),
        ):
            copy_rows(model, columns, self.rows[model])

    def _homes(self) -> Iterator[tuple[int, str, int]]:
        for code in range(FIRST_BUILDING, 10_000):
            building = Building.objects.create(site=self.site, code=str(code))
            for entrance in range(1, ENTRANCES + 1):
                key = Entrance.objects.create(building=building, code=str(entrance)).pk
                for floor in range(1, FLOORS + 1):
                    for home in range(1, HOMES_A_FLOOR + 1):
                        yield key, f"{code}-{entrance}-{floor}{home:02d}", floor

    def _home(self, entrance: int, room: str, floor: int) -> None:
        self.unit += 1
        layout, area = LAYOUTS[self.unit % len(LAYOUTS)]
        digits = room.replace("-", "")
        self.rows[Unit].append(
            (
                self.unit,
                self._uuid(),
                self.site.pk,
                entrance,
                room,
                digits,
                floor,
                area,
                layout,
                "住宅",
                UnitStatus.OCCUPIED.value,
                "",
            )
        )
        if self.random.random() < 0.5:
            plate = f"粤{self.random.choice('ABCDEF')}{self.random.randrange(36**5):05X}"[:7]
            self.rows[Vehicle].append((self.unit, plate, ""))

    def _person(self, relation: Relation) -> None:
        self.resident += 1
        name, number = self._name(), str(FIRST_PHONE + self.resident)
        pairs = "{" + ",".join(_pairs(name)) + "}"
        text = f"{_spelled(name)} {number[-4:]}"
        self.rows[Resident].append(
            (self.resident, self._uuid(), name, "", "zh-hans", Contact.PHONE.value, "[]", "", text, pairs)
        )
        self.rows[Phone].append((self.resident, number))
        since = self.today - timedelta(days=self.random.randint(400, 3000))
        self.rows[Residence].append((self.unit, self.resident, relation.value, since))

    def _name(self) -> str:
        return self.random.choice(SURNAMES) + "".join(
            self.random.choices(GIVEN_CHARACTERS, k=self.random.choice((1, 2, 2)))
        )

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)


def _last(model: type[Unit] | type[Resident]) -> int:
    return int(model._default_manager.aggregate(last=Max("pk"))["last"] or 0)


@cache
def _spelled(name: str) -> str:
    return search_text(name, [])


@cache
def _pairs(name: str) -> list[str]:
    return search_pairs(name)
