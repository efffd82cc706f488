"""Which home a row is about: its columns, its sheet and the rows above it, brought together part by part. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from residents import rooms
from residents.register.columns import Field
from residents.rooms import LONGEST_CODE, LONGEST_ROOM, Parts, Room

T = TypeVar("T")
COLUMNS = (Field.PHASE, Field.BUILDING, Field.ENTRANCE, Field.FLOOR, Field.ROOM)


class Place(NamedTuple):
    """What a sheet says of all its rows."""

    phase: str = ""
    building: str = ""
    entrance: str = ""


class Placed(NamedTuple):
    room: Room
    above: tuple[str, str]  # what an empty building in the next row means
    other_floor: bool


class Unplaced(Exception):
    """Nobody can tell which home is meant: ``code`` says why, ``column`` where."""

    def __init__(self, code: str, column: Field = Field.ROOM) -> None:
        super().__init__(code)
        self.code, self.column = code, column


def placed(
    said: Mapping[Field, str], has_buildings: bool, has_entrances: bool, above: tuple[str, str], phase: str
) -> Placed:
    """The home that the cells name, in the light of the building above. Raises Unplaced."""
    building, entrance = _read(rooms.building_of, said, Field.BUILDING)
    own_entrance = _read(rooms.entrance_of, said, Field.ENTRANCE)
    if entrance and own_entrance and entrance != own_entrance:
        raise Unplaced("room_contradicts", Field.ENTRANCE)
    entrance = entrance or own_entrance
    room = _read(rooms.parts_of, said, Field.ROOM)
    if not room.number:
        raise Unplaced("room_missing")
    inherits = not building and not room.building
    known = above[0] if inherits else building
    if not has_buildings and room.building and above[0] and not _same_building(room.building, above[0]):
        raise Unplaced("room_contradicts")
    if not entrance and known == above[0] and (inherits or has_entrances):
        entrance = above[1]  # a cell that is merged, or was left out, under the one above
    if inherits and has_buildings and known and room.lead:
        raise Unplaced("room_contradicts")
    whole = _with_room(room, building, known, entrance, bool(own_entrance))
    floor = _read(rooms.floor_of, said, Field.FLOOR)
    number = rooms.with_floor(whole.number, floor)
    other_floor = bool(floor) and number == whole.number and _on_another_floor(number, floor)
    whole = _in_its_phase(whole._replace(number=number), _phase(said, phase))
    _ensure_certain(whole, has_buildings)
    return Placed(whole, (known or room.building if has_buildings else above[0], entrance), other_floor)


def _read(understand: Callable[[str], T], said: Mapping[Field, str], column: Field) -> T:
    try:
        return understand(said.get(column, ""))
    except rooms.Unclear as unclear:
        raise Unplaced(unclear.code, column) from None


def _same_building(whole: str, building: str) -> bool:
    """Whether a whole code's building is the column's, perhaps with its phase or estate before it: 一期3 and 3."""
    return whole == building or bool(re.fullmatch(r"[一-鿿]+", whole.removesuffix(building)))


def _with_room(room: Parts, building: str, known: str, entrance: str, said_by_column: bool) -> Room:
    """A room's cell may be a whole code; then the other columns say the same, or nothing is certain."""
    if room.building:
        if building and not _same_building(room.building, building):
            raise Unplaced("room_contradicts")
        known = room.building
    if room.entrance:
        if said_by_column and room.entrance != entrance:
            raise Unplaced("room_contradicts")
        return Room(known, room.entrance, room.number)
    if room.lead:
        return _with_lead(room, known, entrance, said_by_column)
    return Room(known, "" if room.building and not said_by_column else entrance, room.number)


def _with_lead(room: Parts, known: str, entrance: str, said_by_column: bool) -> Room:
    """``3-1801``: what 3 is depends on what is known beside it."""
    if not known:
        return Room(room.lead, entrance, room.number)
    if said_by_column:
        if room.lead not in (entrance, known):
            raise Unplaced("room_contradicts")
        return Room(known, entrance, room.number)
    if room.lead == known:  # 3-1801 beside building 3: an entrance 3, or the building once more?
        raise Unplaced("lead_unclear")
    return Room(known, room.lead, room.number)


def _on_another_floor(number: str, floor: str) -> bool:
    at = rooms.floor_number(number)
    below = floor.startswith(rooms.BELOW)
    bare = floor.removeprefix(rooms.BELOW)
    return at is not None and bare.isdigit() and at != (-int(bare) if below else int(bare))


def _phase(said: Mapping[Field, str], phase: str) -> str:
    """The phase that a column or the sheet names: ``一期``."""
    words = said.get(Field.PHASE, "")
    if not words:
        return phase
    named = rooms.phase_of(f"{words}期" if words.isdigit() else words)
    return named or words.replace("-", "")


def _in_its_phase(room: Room, phase: str) -> Room:
    if not phase or not room.building or room.building.startswith(phase):
        return room
    return room._replace(building=f"{phase}{room.building}")


def _ensure_certain(room: Room, has_buildings: bool) -> None:
    """A number that any building may have needs to say which one; a shop's or a villa's stands for itself."""
    anywhere = room.number.removeprefix(rooms.BELOW).isdigit() and len(room.number) > 2
    if not room.building and (room.entrance or anywhere):
        raise Unplaced("building_missing", Field.BUILDING if has_buildings else Field.ROOM)
    if len(str(room)) > LONGEST_ROOM or max(len(room.building), len(room.entrance)) > LONGEST_CODE:
        raise Unplaced("room_unclear")
