"""What a row of a register means, in the light of the rows above it. Pure: nothing here knows the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from residents.models import Relation, UnitStatus
from residents.register import cells
from residents.register.cells import Unclear
from residents.register.columns import Field

T = TypeVar("T")
Values = Mapping[Field, Any]

STATUSES = {
    "未售": UnitStatus.UNSOLD,
    "待售": UnitStatus.UNSOLD,
    "空置": UnitStatus.VACANT,
    "空关": UnitStatus.VACANT,
    "未办理": UnitStatus.NOT_COLLECTED,
    "未收楼": UnitStatus.NOT_COLLECTED,
    "未交房": UnitStatus.NOT_COLLECTED,
    "已收楼": UnitStatus.HANDED_OVER,
    "已交房": UnitStatus.HANDED_OVER,
    "已入住": UnitStatus.OCCUPIED,
    "入住": UnitStatus.OCCUPIED,
    "自住": UnitStatus.OCCUPIED,
    "出租": UnitStatus.OCCUPIED,
    "已出租": UnitStatus.OCCUPIED,
    "装修中": UnitStatus.RENOVATING,
    "装修": UnitStatus.RENOVATING,
    "营业": UnitStatus.SHOP,
    "商铺": UnitStatus.SHOP,
    "样板间": UnitStatus.SHOW_FLAT,
    "样板房": UnitStatus.SHOW_FLAT,
    "工程抵款": UnitStatus.SET_OFF,
    "施工借用": UnitStatus.LENT_OUT,
}
RELATIONS = {
    "业主": Relation.OWNER,
    "产权人": Relation.OWNER,
    "户主": Relation.OWNER,
    "共有人": Relation.OWNER,
    "租户": Relation.TENANT,
    "租客": Relation.TENANT,
    "承租人": Relation.TENANT,
}
OWNERLESS = {UnitStatus.UNSOLD, UnitStatus.SHOW_FLAT}


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
    building: str = ""
    entrance: str = ""
    room: str = ""
    floor: int | None = None
    area: Decimal | None = None
    layout: str = ""
    use: str = ""
    status: UnitStatus | None = None
    remarks: str = ""
    people: list[Person] = field(default_factory=list)
    plates: list[str] = field(default_factory=list)
    refused: Wrong | None = None
    warnings: list[Wrong] = field(default_factory=list)


class Planner:
    """Reads rows in their order and remembers what later rows depend on: the building above, each home's area."""

    def __init__(self) -> None:
        self._areas: dict[str, Decimal | None] = {}
        self._refused_homes: set[str] = set()
        self._above: dict[str, tuple[str, str]] = {}

    def understand(self, sheet: str, number: int, values: Values) -> Row:
        row = Row(sheet, number)
        try:
            self._place(row, values)
            self._home(row, values)
            self._people(row, values)
        except _Refused as refusal:
            row.refused = refusal.wrong
            if row.room and row.room not in self._areas:
                self._refused_homes.add(row.room)
            return row
        self._areas.setdefault(row.room, row.area)
        if self._areas[row.room] is None:
            self._areas[row.room] = row.area
        self._refused_homes.discard(row.room)
        return row

    def _place(self, row: Row, values: Values) -> None:
        above_building, above_entrance = self._above.get(row.sheet, ("", ""))
        building = self._code(values, Field.BUILDING)
        entrance = self._code(values, Field.ENTRANCE)
        if Field.BUILDING in values and not building:
            building = above_building
            entrance = entrance or above_entrance
        parts = _read(cells.room_parts, values, Field.ROOM)
        if not parts:
            raise _Refused(Wrong("room_missing", Field.ROOM))
        if len(parts) > 1:  # a whole code in one cell
            building, entrance = parts[0], parts[1] if len(parts) == 3 else ""
        row.building, row.entrance = building[:10], entrance[:10]
        row.room = "-".join(part for part in (building, entrance, parts[-1]) if part)
        if len(row.room) > 30:
            raise _Refused(Wrong("room_unclear", Field.ROOM, cells.text(values.get(Field.ROOM))))
        row.floor = int(parts[-1][:-2]) if parts[-1].isdigit() and 3 <= len(parts[-1]) <= 5 else None
        if Field.BUILDING in values:
            self._above[row.sheet] = (building, entrance)

    def _code(self, values: Values, column: Field) -> str:
        """``１栋`` and ``01`` as ``1``."""
        return "".join(_read(cells.room_parts, values, column) or [])

    def _home(self, row: Row, values: Values) -> None:
        row.area = _read(cells.area, values, Field.AREA)
        known = self._areas.get(row.room)
        if row.area is not None and known is not None and row.area != known:
            raise _Refused(Wrong("other_area", Field.AREA, cells.text(values[Field.AREA])))
        row.layout = cells.text(values.get(Field.LAYOUT))[:30]
        row.use = cells.text(values.get(Field.USE))[:20]
        row.remarks = cells.text(values.get(Field.REMARKS))[:500]
        status = cells.text(values.get(Field.STATUS))
        row.status = STATUSES.get(status)
        if status and row.status is None:
            row.warnings.append(Wrong("status_unknown", Field.STATUS, status))
        row.plates = _read_or_warn(cells.plates, values, Field.PLATE, row) or []

    def _people(self, row: Row, values: Values) -> None:
        names = cells.names(values.get(Field.OWNER))
        said = cells.text(values.get(Field.RELATION))
        relation = RELATIONS.get(said, Relation.FAMILY if said else Relation.OWNER)
        numbers = _read(cells.numbers, values, Field.PHONE) or []
        if relation != Relation.OWNER and row.room in self._refused_homes:
            raise _Refused(Wrong("home_refused"))
        first_of_home = row.room not in self._areas
        if not names and relation == Relation.OWNER and first_of_home and row.status not in OWNERLESS:
            raise _Refused(Wrong("owner_missing", Field.OWNER))
        identities = _read_or_warn(cells.identities, values, Field.IDENTITY, row) or []
        since = _read_or_warn(cells.day, values, Field.SINCE, row)
        row.people = _share(names, relation, numbers, identities, since)
        row.people += _share(
            cells.names(values.get(Field.TENANT)),
            Relation.TENANT,
            _read(cells.numbers, values, Field.TENANT_PHONE) or [],
            _read_or_warn(cells.identities, values, Field.TENANT_IDENTITY, row) or [],
            _read_or_warn(cells.day, values, Field.TENANT_SINCE, row),
        )


class _Refused(Exception):
    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.code)
        self.wrong = wrong


def _read(understand: Callable[[Any], T], values: Values, column: Field) -> T | None:
    """The cell's value; one that cannot be understood refuses the row."""
    try:
        return understand(values.get(column))
    except Unclear as unclear:
        raise _Refused(Wrong(unclear.code, column, cells.text(values[column]))) from None


def _read_or_warn(understand: Callable[[Any], T], values: Values, column: Field, row: Row) -> T | None:
    """The cell's value; one that cannot be understood is left out, and the row says so."""
    try:
        return understand(values.get(column))
    except Unclear as unclear:
        row.warnings.append(Wrong(unclear.code, column, cells.text(values[column])))
        return None


def _share(
    names: list[str], relation: Relation, numbers: list[str], identities: list[str], since: date | None
) -> list[Person]:
    """The people of a cell with a number each where there are as many; otherwise the first has them all."""
    people = [Person(name, relation, since=since) for name in dict.fromkeys(names)]
    if not people:
        return []
    if len(numbers) == len(people):
        for person, number in zip(people, numbers, strict=True):
            person.numbers = [number]
    else:
        people[0].numbers = numbers
    for person, identity in zip(people, identities, strict=False):
        person.identity = identity
    return people
