"""A register against the archive: what a person did by hand outlives a file, and each contradiction is said (R4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.utils import timezone

from portal import sealing
from portal.organization.models import Site
from residents import phones
from residents.models import IdentityNumber, Relation, Residence, Unit, Vehicle
from residents.register.columns import Field
from residents.register.planning import Person, Row, Wrong

BATCH = 1000
OF_A_HOME = {
    "area": Field.AREA,
    "layout": Field.LAYOUT,
    "use": Field.USE,
    "status": Field.STATUS,
    "remarks": Field.REMARKS,
}


@dataclass
class Known:
    """The rows of the archive that a batch speaks of, by room."""

    units: dict[str, Unit] = field(default_factory=dict)
    lived: dict[str, list[Residence]] = field(default_factory=dict)
    ended_plates: dict[str, set[str]] = field(default_factory=dict)
    identities: dict[int, str] = field(default_factory=dict)  # fingerprints by resident
    owners: dict[str, set[str]] = field(default_factory=dict)  # whom the batch names as owners of each home


def compared(rows: Iterable[Row], site: Site, problems: list[tuple[Row, Wrong]]) -> Iterator[Row]:
    """The rows without what a person has undone; what was left out is added to ``problems``. In batches."""
    today = timezone.localdate(timezone=site.zone)
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        known = _known(batch, site)
        for row in batch:
            if row.refused is None and row.room in known.units:
                said = len(row.warnings)
                _compare(row, known, today)
                problems += [(row, wrong) for wrong in row.warnings[said:]]
            yield row


def _known(rows: list[Row], site: Site) -> Known:
    rooms = {row.room for row in rows if row.refused is None}
    known = Known({unit.room: unit for unit in Unit.objects.filter(site=site, room__in=rooms)})
    for row in rows:
        if row.refused is None:
            known.owners.setdefault(row.room, set()).update(row.owners())
    lived = Residence.objects.filter(unit__in=known.units.values()).select_related("resident", "unit").order_by("pk")
    for residence in lived:
        known.lived.setdefault(residence.unit.room, []).append(residence)
    for room, plate in Vehicle.objects.filter(unit__in=known.units.values(), until__isnull=False).values_list(
        "unit__room", "plate"
    ):
        known.ended_plates.setdefault(room, set()).add(plate)
    people = {residence.resident_id for residence in lived}
    known.identities = dict(IdentityNumber.objects.filter(resident__in=people).values_list("resident", "fingerprint"))
    return known


def _compare(row: Row, known: Known, today: date) -> None:
    _the_home(row, known.units[row.room])
    lived = known.lived.get(row.room, [])
    here = [one for one in lived if one.until is None or one.until >= today]
    row.people = [person for person in row.people if _may_live(row, person, here, lived, known)]
    said = known.owners.pop(row.room, set())
    others = {one.resident.name for one in here if one.relation == Relation.OWNER and not _names(one, said)}
    if said and others:
        row.warn("owner_in_archive", Field.OWNER, "、".join(sorted(said)))
    for plate in known.ended_plates.get(row.room, set()).intersection(row.plates):
        row.warn("vehicle_ended", Field.PLATE, phones.masked_plate(plate))
        row.plates.remove(plate)


def _the_home(row: Row, unit: Unit) -> None:
    """What somebody set by hand stays, whatever the file says."""
    for name, column in OF_A_HOME.items():
        says = getattr(row, name)
        if name in unit.by_hand and says not in (None, "") and says != getattr(unit, name):
            row.warn("kept_by_hand", column, str(says.label) if name == "status" else str(says))
            setattr(row, name, None if name in ("area", "status") else "")


def _may_live(row: Row, person: Person, here: list[Residence], lived: list[Residence], known: Known) -> bool:
    """Whether a person goes in, after what is known of them; under the name that they have by now."""
    living = _of(person, here)
    if living is None:
        gone = _of(person, lived)
        if gone is None or gone.until is None:
            return True
        if person.since is not None and person.since > gone.until:
            return True  # back again
        row.warn("moved_out", Field.TENANT if person.relation == Relation.TENANT else Field.OWNER, person.name)
        return False
    resident = living.resident
    if person.name != resident.name:
        row.warn("renamed_by_hand", Field.OWNER, person.name)
        person.name = resident.name
    dropped = {number for number in person.numbers if phones.fingerprint(number) in resident.dropped_numbers}
    for number in sorted(dropped):
        row.warn("number_dropped", Field.PHONE, phones.masked(number))
    person.numbers = [number for number in person.numbers if number not in dropped]
    held = known.identities.get(resident.pk)
    if person.identity and held and not sealing.is_fingerprint_of(held, person.identity):
        row.warn("other_identity", Field.IDENTITY, person.identity)
        person.identity = ""
    return True


def _names(residence: Residence, said: set[str]) -> bool:
    """Whether the file names this person, perhaps as they were called before."""
    return bool(said.intersection([residence.resident.name, *residence.resident.former_names]))


def _of(person: Person, residences: list[Residence]) -> Residence | None:
    """The person's own residence here, by the name of now or by one of before."""
    by_name = [one for one in residences if one.resident.name == person.name]
    before = [one for one in residences if person.name in one.resident.former_names]
    found = by_name or before
    return found[-1] if found else None
