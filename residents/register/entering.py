"""Letting understood rows into the archive: what is missing is added, what a row says otherwise is corrected (R4).

Set by set: each batch costs the same few statements. The caller holds the one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal import sealing
from portal.organization.models import Site
from residents.finding import index_again
from residents.models import (
    Building,
    ChangedByImport,
    Entrance,
    IdentityNumber,
    ImportRun,
    Phone,
    Residence,
    Resident,
    Unit,
    Vehicle,
)
from residents.register.planning import Person, Row
from residents.spelling import room_digits, search_pairs, search_text

BATCH = 1000


@dataclass
class Entered:
    """What a batch knows while it is let in: the rows of the archive that its rows speak of."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[tuple[str, str], Residence] = field(default_factory=dict)  # by room and name
    namesakes: dict[tuple[str, str], Resident] = field(default_factory=dict)  # by name and number, anywhere on the site


def enter(rows: Iterable[Row], site: Site, run: ImportRun) -> Iterator[int]:
    """Let the rows in, batch by batch; yields how many have been seen so far."""
    archive, done = _Archive(site, run), 0
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        archive.take([row for row in batch if row.refused is None])
        done += len(batch)
        yield done


class _Archive:
    def __init__(self, site: Site, run: ImportRun) -> None:
        self.site, self.run = site, run
        self._entrances: dict[tuple[str, str], Entrance] = {}
        for entrance in Entrance.objects.filter(building__site=site).select_related("building"):
            self._entrances[entrance.building.code, entrance.code] = entrance

    def take(self, rows: list[Row]) -> None:
        known = Entered()
        self._homes(rows, known)
        self._people(rows, known)
        self._numbers(rows, known)
        self._vehicles(rows, known)

    # --- homes
    def _homes(self, rows: list[Row], known: Entered) -> None:
        rooms = {row.room for row in rows}
        known.units = {unit.room: unit for unit in Unit.objects.filter(site=self.site, room__in=rooms)}
        new: dict[str, Unit] = {}
        changed: dict[str, tuple[Unit, dict[str, Any]]] = {}
        for row in rows:
            unit = known.units.get(row.room) or new.get(row.room)
            if unit is None:
                unit = new[row.room] = Unit(
                    site=self.site,
                    entrance=self._entrance(row),
                    room=row.room,
                    digits=room_digits(row.room),
                    arrived_with=self.run,
                )
            before = _correct(
                unit,
                area=row.area,
                layout=row.layout,
                use=row.use,
                status=row.status,
                remarks="" if row.remarks in unit.remarks else row.remarks,
                floor=row.floor,
            )
            if before and row.room in known.units:
                changed.setdefault(row.room, (unit, {}))[1].update(
                    {name: value for name, value in before.items() if name not in changed[row.room][1]}
                )
        Unit.objects.bulk_create(new.values())
        known.units |= new
        self._note("unit", changed.values())
        Unit.objects.bulk_update(
            [unit for unit, _before in changed.values()], ["area", "layout", "use", "status", "remarks", "floor"]
        )

    def _entrance(self, row: Row) -> Entrance:
        found = self._entrances.get((row.place.building, row.place.entrance))
        if found is None:
            building, _new = Building.objects.get_or_create(site=self.site, code=row.place.building)
            found = Entrance.objects.create(building=building, code=row.place.entrance)
            self._entrances[row.place.building, row.place.entrance] = found
        return found

    # --- people
    def _people(self, rows: list[Row], known: Entered) -> None:
        here = Q(until=None) | Q(until__gte=timezone.localdate(timezone=self.site.zone))
        lived = Residence.objects.filter(here, unit__in=known.units.values()).select_related("resident", "unit")
        known.people = {(residence.unit.room, residence.resident.name): residence for residence in lived}
        known.namesakes = self._namesakes(rows)
        residents: dict[int, Resident] = {}
        residences: list[Residence] = []
        changed: dict[int, tuple[Residence, dict[str, Any]]] = {}
        for row in rows:
            for person in row.people:
                residence = known.people.get((row.room, person.name))
                if residence is None:
                    resident = self._resident(person, known, residents)
                    residence = Residence(
                        unit=known.units[row.room],
                        resident=resident,
                        relation=person.relation,
                        since=person.since,
                        arrived_with=self.run,
                    )
                    residences.append(residence)
                    known.people[row.room, person.name] = residence
                elif residence.pk and residence.since is None and person.since is not None:
                    changed[residence.pk] = (residence, {"since": None})
                    residence.since = person.since
        Resident.objects.bulk_create(residents.values())
        Residence.objects.bulk_create(residences)
        self._note("residence", changed.values())
        Residence.objects.bulk_update([residence for residence, _before in changed.values()], ["since"])

    def _namesakes(self, rows: list[Row]) -> dict[tuple[str, str], Resident]:
        """Who on this site already has that name with that number: one person with two homes, not two people."""
        numbers = {number for row in rows for person in row.people for number in person.numbers}
        held = list(Phone.objects.filter(number__in=numbers).select_related("resident").order_by("pk"))
        # A statement of its own: in one with the numbers, tables that were just filled make the planner guess badly.
        everywhere = Residence.objects.filter(resident__in={phone.resident_id for phone in held})
        here = set(everywhere.filter(unit__site=self.site).values_list("resident_id", flat=True))
        return {(phone.resident.name, phone.number): phone.resident for phone in held if phone.resident_id in here}

    def _resident(self, person: Person, known: Entered, new: dict[int, Resident]) -> Resident:
        for number in person.numbers:
            if (person.name, number) in known.namesakes:
                return known.namesakes[person.name, number]
        resident = Resident(name=person.name, arrived_with=self.run)
        resident.search_pairs = search_pairs(person.name)
        resident.search_text = search_text(person.name, person.numbers)
        new[id(resident)] = resident
        for number in person.numbers:
            known.namesakes[person.name, number] = resident
        return resident

    # --- numbers
    def _numbers(self, rows: list[Row], known: Entered) -> None:
        said: dict[int, tuple[Resident, list[str]]] = {}
        identities: dict[int, str] = {}
        for row in rows:
            for person in row.people:
                resident = known.people[row.room, person.name].resident
                said.setdefault(resident.pk, (resident, []))[1].extend(person.numbers)
                if person.identity:
                    identities.setdefault(resident.pk, person.identity)
        held: dict[int, set[str]] = defaultdict(set)
        for owner, number in Phone.objects.filter(resident__in=said).values_list("resident_id", "number"):
            held[owner].add(number)
        missing = [
            Phone(resident=resident, number=number, arrived_with=self.run)
            for resident, numbers in said.values()
            for number in dict.fromkeys(numbers)
            if number not in held[resident.pk]
        ]
        Phone.objects.bulk_create(missing)
        spelled = {
            resident.pk: search_text(resident.name, [*held[resident.pk], *numbers])
            for resident, numbers in said.values()
        }
        told = {resident.pk: resident.search_text for resident, _numbers in said.values()}
        changed = {pk for pk, words in spelled.items() if set(words.split()) != set(told[pk].split())}
        index_again(Resident.objects.filter(pk__in=changed))
        sealed = set(IdentityNumber.objects.filter(resident__in=identities).values_list("resident_id", flat=True))
        IdentityNumber.objects.bulk_create(
            IdentityNumber(
                resident_id=resident,
                sealed=sealing.seal(number.encode()).decode(),
                fingerprint=sealing.fingerprint(number),
                arrived_with=self.run,
            )
            for resident, number in identities.items()
            if resident not in sealed
        )

    def _vehicles(self, rows: list[Row], known: Entered) -> None:
        said = {(known.units[row.room].pk, plate) for row in rows for plate in row.plates}
        held = set(Vehicle.objects.filter(unit__in={unit for unit, _ in said}).values_list("unit_id", "plate"))
        Vehicle.objects.bulk_create(
            Vehicle(unit_id=unit, plate=plate, arrived_with=self.run) for unit, plate in sorted(said - held)
        )

    def _note(self, kind: str, changed: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
        ChangedByImport.objects.bulk_create(
            ChangedByImport(run=self.run, kind=kind, row_id=row.pk, before=_plain(before)) for row, before in changed
        )


def _correct(row: models.Model, **said: Any) -> dict[str, Any]:
    """Set what the file says and the row does not; what stood there before."""
    before = {}
    for name, value in said.items():
        there = getattr(row, name)
        if value not in (None, "") and value != there:
            before[name] = there
            setattr(row, name, value)
    return before


def _plain(before: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None else str(value) for name, value in before.items()}
