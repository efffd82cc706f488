"""What a row of a register means, in the light of the rows above it. Pure: nothing here knows the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from residents import rooms
from residents.models import Relation, UnitStatus
from residents.phones import masked
from residents.register import cells, places
from residents.register.cells import Unclear
from residents.register.columns import JOINED, Field
from residents.register.meanings import CO_OWNERS, FORMER, OWNERLESS, RELATIONS, STATUSES
from residents.register.places import Place
from residents.rooms import Room

T = TypeVar("T")
Values = Mapping[Field, list[Any]]
NOWHERE = Room()
LONGEST = {Field.LAYOUT: 30, Field.USE: 20, Field.REMARKS: 500}


@dataclass(slots=True)
class Person:
    name: str
    relation: Relation
    numbers: list[str] = field(default_factory=list)
    identity: str = ""
    since: date | None = None


@dataclass(slots=True)
class Wrong:
    """What is wrong in one cell; ``cell`` is what stands there."""

    code: str
    column: Field | None = None
    cell: str = ""


@dataclass(slots=True)
class Row:
    """One row as it is understood: refused whole, or what goes in. ``room`` is the whole code, ``3-2-1801``."""

    sheet: str
    number: int
    place: Room = NOWHERE
    floor: int | None = None
    area: Decimal | None = None
    layout: str = ""
    use: str = ""
    status: UnitStatus | None = None
    remarks: str = ""
    people: list[Person] = field(default_factory=list)
    plates: list[str] = field(default_factory=list)
    co_owner: bool = False  # says itself that there is another owner
    refused: Wrong | None = None
    warnings: list[Wrong] = field(default_factory=list)

    @property
    def room(self) -> str:
        return str(self.place)

    def warn(self, code: str, column: Field | None = None, cell: str = "") -> None:
        self.warnings.append(Wrong(code, column, cell))

    def owners(self) -> set[str]:
        return {person.name for person in self.people if person.relation == Relation.OWNER}


@dataclass(slots=True)
class Home:
    """What earlier rows said of a home."""

    sheet: str
    area: Decimal | None = None
    status: UnitStatus | None = None
    layout: str = ""
    use: str = ""
    remarks: str = ""
    owners: set[str] = field(default_factory=set)


class Planner:
    """Reads rows in their order and remembers what later rows depend on: the building above, what each home is."""

    def __init__(self) -> None:
        self._homes: dict[str, Home] = {}
        self._refused_homes: set[str] = set()
        self._above: dict[str, tuple[str, str]] = {}
        self._estate = ""

    def heading(self, sheet: str, named: tuple[str, str]) -> None:
        """A row that names the building of those below it."""
        self._above[sheet] = named

    def understand(self, sheet: str, number: int, values: Values, place: Place | None = None) -> Row:
        """``place``: what the sheet itself says of all its rows."""
        row = Row(sheet, number)
        try:
            self._place(row, values, place or Place())
            self._home(row, values)
            self._people(row, values)
            self._compare(row)
        except _Refused as refusal:
            row.refused = refusal.wrong
            if row.room and row.room not in self._homes:
                self._refused_homes.add(row.room)
            return row
        home = self._homes.setdefault(row.room, Home(sheet))
        home.area = home.area or row.area
        home.status = home.status or row.status
        home.layout, home.use = home.layout or row.layout, home.use or row.use
        home.remarks = row.remarks = _together(home.remarks, row.remarks)[: LONGEST[Field.REMARKS]]
        home.owners |= row.owners()
        self._refused_homes.discard(row.room)
        return row

    def _place(self, row: Row, values: Values, place: Place) -> None:
        estate = cells.said(_first(values, Field.ESTATE, row))
        self._estate = self._estate or estate
        if estate and estate != self._estate:
            raise _Refused(Wrong("other_estate", Field.ESTATE, estate))
        above = self._above.get(row.sheet, (place.building, place.entrance))
        said = {column: _read(cells.room, values, column, row) or "" for column in places.COLUMNS}
        try:
            found = places.placed(said, Field.BUILDING in values, Field.ENTRANCE in values, above, place.phase)
        except places.Unplaced as unplaced:
            shown = cells.text((values.get(unplaced.column) or [""])[0])
            raise _Refused(Wrong(unplaced.code, unplaced.column, shown)) from None
        row.place, row.floor = found.room, rooms.floor_number(found.room.number)
        if found.other_floor:
            row.warn("floor_other", Field.FLOOR, said[Field.FLOOR])
        for other in _others(values, Field.ROOM):
            self._same_room(row, other, found.room)
        self._above[row.sheet] = found.above

    def _same_room(self, row: Row, other: Any, room: Room) -> None:
        """A second column of rooms names the same one, or nobody knows which is meant."""
        try:
            parts = rooms.parts_of(cells.room(other))
        except (Unclear, rooms.Unclear):
            row.warn("second_column", Field.ROOM, cells.text(other))
            return
        if parts.number and parts.number != room.number:
            raise _Refused(Wrong("room_contradicts", Field.ROOM, cells.text(other)))

    def _home(self, row: Row, values: Values) -> None:
        row.area = _read(cells.area, values, Field.AREA, row)
        known = self._homes.get(row.room)
        if row.area is not None and known is not None and known.area is not None and row.area != known.area:
            raise _Refused(Wrong("other_area", Field.AREA, cells.text(values[Field.AREA][0])))
        row.layout = _words(values, Field.LAYOUT, row)
        row.use = _words(values, Field.USE, row)
        row.remarks = _words(values, Field.REMARKS, row)
        status = cells.said(_first(values, Field.STATUS, row))
        row.status = STATUSES.get(status)
        if status and row.status is None:
            row.warn("status_unknown", Field.STATUS, status)
        for cell in values.get(Field.PLATE, []):
            found, why = cells.plates(cell)
            row.plates += [plate for plate in found if plate not in row.plates]
            if why:
                row.warn("plate_masked" if why == cells.MASKED else why, Field.PLATE, cells.text(cell))
        for column in (Field.OWNER, Field.PHONE, Field.STATUS, Field.SINCE, Field.REMARKS, Field.TENANT):
            for cell in values.get(column, []):
                if cells.is_an_error(cells.text(cell)):
                    row.warn("cell_error", column, cells.text(cell))

    def _people(self, row: Row, values: Values) -> None:
        said = cells.said(_first(values, Field.RELATION, row))
        row.co_owner = said in CO_OWNERS
        relation = RELATIONS.get(said, Relation.FAMILY if said else Relation.OWNER)
        if said and said not in RELATIONS:
            row.warn("relation_former" if FORMER.search(said) else "relation_unknown", Field.RELATION, said)
        people = self._of_columns(row, values, relation, Field.OWNER, Field.PHONE, Field.IDENTITY, Field.SINCE)
        if relation != Relation.OWNER and row.room in self._refused_homes:
            raise _Refused(Wrong("home_refused"))
        first_of_home = row.room not in self._homes
        if not people and relation == Relation.OWNER and first_of_home and row.status not in OWNERLESS:
            raise _Refused(Wrong("owner_missing", Field.OWNER))
        row.people = [] if said and FORMER.search(said) else people
        row.people += self._of_columns(
            row,
            values,
            Relation.TENANT,
            Field.TENANT,
            Field.TENANT_PHONE,
            Field.TENANT_IDENTITY,
            Field.TENANT_SINCE,
        )

    def _of_columns(
        self, row: Row, values: Values, relation: Relation, name: Field, phone: Field, identity: Field, since: Field
    ) -> list[Person]:
        """The people whom these columns name, each with what is theirs; notes beside them become remarks."""
        named = [one for cell in values.get(name, []) for one in cells.names(cell)]
        numbers = [one for cell in values.get(phone, []) for one in _numbers(row, phone, cell)]
        identities = [
            one
            for cell in values.get(identity, [])
            for one in _read_or_warn(cells.identities, cell, identity, row) or []
        ]
        day = _read_or_warn(cells.day, _first(values, since, row), since, row)
        for one in named:
            if len(one.name) > cells.LONGEST_NAME:
                row.warn("cut_off", name, one.name)
                one.name = one.name[: cells.LONGEST_NAME]
            if one.note:
                _remark(row, name, f"{one.name}：{one.note}")
        for number in numbers:
            if number.note:
                _remark(row, phone, f"{masked(number.number)} {number.note}")
        people = _share(named, relation, [number.number for number in numbers], identities, day)
        if (numbers or identities) and not people:
            row.warn("nobody_to_dial", phone if numbers else identity, cells.text((values.get(phone) or [""])[0]))
        if len(identities) > max(len(people), 1):
            row.warn("identities_left", identity)
        return people

    def _compare(self, row: Row) -> None:
        """A row about a home that an earlier row was about says so where it says otherwise; the first one counts."""
        known = self._homes.get(row.room)
        if known is None:
            return
        owners = row.owners()
        if owners and known.owners and not owners & known.owners:
            if known.sheet != row.sheet:
                raise _Refused(Wrong("owner_of_another_sheet", Field.OWNER, "、".join(sorted(owners))))
            if not row.co_owner:
                row.warn("other_owner", Field.OWNER, "、".join(sorted(owners)))
        if row.status is not None and known.status is not None and row.status != known.status:
            row.warn("other_status", Field.STATUS, str(row.status.label))
            row.status = None
        for name, column in (("layout", Field.LAYOUT), ("use", Field.USE)):
            if getattr(row, name) and getattr(known, name) and getattr(row, name) != getattr(known, name):
                row.warn("other_value", column, getattr(row, name))
                setattr(row, name, "")


class _Refused(Exception):
    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.code)
        self.wrong = wrong


def _first(values: Values, column: Field, row: Row) -> Any:
    """The first cell of the column's that says something; another that says otherwise is told."""
    found = None
    for cell in values.get(column, []):
        if not cells.said(cell):
            continue
        if found is None:
            found = cell
        elif column not in JOINED and cells.text(cell) != cells.text(found):
            row.warn("second_column", column, cells.text(cell))
    return found


def _others(values: Values, column: Field) -> list[Any]:
    return [cell for cell in values.get(column, []) if cells.said(cell)][1:]


def _words(values: Values, column: Field, row: Row) -> str:
    """The words of a column; of several columns of remarks all."""
    if column in JOINED:
        words = "；".join(dict.fromkeys(cells.said(cell) for cell in values.get(column, []) if cells.said(cell)))
    else:
        words = cells.said(_first(values, column, row))
    if len(words) > LONGEST[column]:
        row.warn("cut_off", column, words)
    return words[: LONGEST[column]]


def _numbers(row: Row, column: Field, cell: Any) -> list[cells.Number]:
    """A number that cannot be understood refuses the row; one that an export hides is left out."""
    try:
        return cells.numbers(cell)
    except Unclear as unclear:
        if unclear.code != cells.MASKED:
            raise _Refused(Wrong(unclear.code, column, cells.text(cell))) from None
        row.warn("phone_masked", column, cells.text(cell))
        return []


def _read(understand: Callable[[Any], T], values: Values, column: Field, row: Row) -> T | None:
    """The column's value; one that cannot be understood refuses the row."""
    try:
        cell = (
            next((one for one in values.get(column, []) if cells.said(one)), None)
            if column == Field.ROOM
            else _first(values, column, row)
        )
        return understand(cell)
    except Unclear as unclear:
        raise _Refused(Wrong(unclear.code, column, cells.text(cell))) from None


def _read_or_warn(understand: Callable[[Any], T], cell: Any, column: Field, row: Row) -> T | None:
    """The cell's value; one that cannot be understood is left out, and the row says so."""
    try:
        return understand(cell)
    except Unclear as unclear:
        row.warn(unclear.code, column, cells.text(cell))
        return None


def _remark(row: Row, column: Field, words: str) -> None:
    """What stood beside a value is kept as a remark, and the row says so."""
    row.warn("note_kept", column, words)
    row.remarks = _together(row.remarks, words)[: LONGEST[Field.REMARKS]]


def _together(words: str, more: str) -> str:
    return words if more in words else more if words in more else f"{words}；{more}"


def _share(
    named: list[cells.Name], relation: Relation, numbers: list[str], identities: list[str], since: date | None
) -> list[Person]:
    """The people of a cell with a number each where there are as many; otherwise the first has them all."""
    people = {one.name: Person(one.name, relation, list(one.numbers), since=since) for one in reversed(named)}
    found = list(reversed(people.values()))
    if not found:
        return []
    if len(numbers) == len(found):
        for person, number in zip(found, numbers, strict=True):
            person.numbers.append(number)
    else:
        found[0].numbers += numbers
    for person, identity in zip(found, identities, strict=False):
        person.identity = identity
    return found
