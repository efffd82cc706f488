"""A room as its parts: building, entrance, number; read from what people type and registers hold. Pure.

Two rooms are one if their parts are equal, one by one. ``spelling.room_digits`` finds rooms and never tells them apart.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from residents.spelling import plain

BELOW = "负"  # stands before the number of a room under the ground: 负101
MOST_PARTS = 4
LONGEST_CODE, LONGEST_ROOM = 20, 30
_NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SUFFIXES = {
    "building": ("号楼", "#楼", "号院", "栋", "幢", "座", "#"),
    "entrance": ("单元", "梯", "门洞"),
    "floor": ("层", "楼"),
    "number": ("号房", "室", "房", "户", "号"),
}
_KIND = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}
_SUFFIX = "|".join(sorted(_KIND, key=len, reverse=True))
_TOKEN = re.compile(rf"((?:(?!{_SUFFIX})[0-9A-Z㐀-鿿])+)({_SUFFIX})?")
_BETWEEN = re.compile(r"[\s\-−－—–_.]*")
_SEVERAL = re.compile(r"[、,，;；&＆+＋~～]|[\u4e00-\u9fff0-9](?:至|和|及|到)[0-9]")
_SLASH = re.compile(r"\s*[/\\]\s*")
_SHOP = re.compile(r"(?:商铺|铺位|店铺|门面|铺)(?:号)?[\s\-]*([0-9A-Z]+)号?|([0-9]+)(?:号)?(?:商铺|铺位|店铺|门面|铺)")
_SHOP_LETTERS = re.compile(r"([A-Z]+[0-9]+[A-Z]?)号?(?:商铺|铺位|店铺|门面|铺)")
_PHASE = re.compile(r"([一二三四五六七八九十]+|[0-9]{1,2})期")
_NAMED_BUILDING = re.compile(
    r"(?:([一二三四五六七八九十]+|[0-9]{1,2})期)?[\s\-]*"
    r"((?<![0-9A-Z])[A-Z]?[0-9]{1,4}[A-Z]?|(?<![A-Z])[A-Z]|[一二三四五六七八九十]{1,3})(?:号楼|#楼|栋|幢|座|#)(?:楼)?"
    r"(?:[\s\-]*([0-9]{1,2}|[一二三四五六七八九十]{1,3})单元)?"
)


class Unclear(ValueError):
    """``code`` says why no room can be told: room_unclear, room_joined (several homes) or room_contradicts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Room(NamedTuple):
    building: str = ""
    entrance: str = ""
    number: str = ""

    def __str__(self) -> str:
        """As it is kept and shown, ``3-2-1801``."""
        return "-".join(part for part in self if part)


class Parts(NamedTuple):
    """What one text says of a room. ``lead``: the first of two bare parts, a building or an entrance."""

    building: str = ""
    entrance: str = ""
    floor: str = ""
    number: str = ""
    lead: str = ""


def parts_of(text: str) -> Parts:
    """``3-2-1801``, ``3栋2单元1801室``, ``A座1801``, ``-101``, ``S01铺`` by their parts. Raises Unclear."""
    said = _spelled(text)
    if not said:
        return Parts()
    if shop := _SHOP.fullmatch(said):
        return Parts(number=f"商铺{_code(shop[1] or shop[2])}")
    if shop := _SHOP_LETTERS.fullmatch(said):
        return Parts(number=shop[1])
    tokens = _tokens(said)
    if len(tokens) > MOST_PARTS:
        raise Unclear("room_unclear")
    _refuse_several([value for value, _kind in tokens])
    return _placed(tokens)


def building_of(text: str) -> tuple[str, str]:
    """What a building's cell says: building and entrance, the second often "". Raises Unclear."""
    said = re.sub(r"(?<=[0-9A-Z一二三四五六七八九十])楼$", "栋", _spelled(text))
    if not said:
        return "", ""
    tokens = _tokens(said)
    kinds = [kind for _value, kind in tokens]
    values = [value for value, _kind in tokens]
    if len(tokens) == 1 and kinds[0] in ("", "building", "number"):
        return values[0], ""
    if len(tokens) == 2 and kinds[1] == "building" and not kinds[0] and not values[0].isdigit():
        return "".join(values), ""  # A-3栋
    if len(tokens) == 2 and kinds[0] in ("", "building") and kinds[1] in ("", "entrance"):
        _refuse_several(values)
        return values[0], values[1]
    raise Unclear("building_unclear")


def entrance_of(text: str) -> str:
    """What an entrance's cell says. Raises Unclear."""
    said = _spelled(text)
    if not said:
        return ""
    tokens = _tokens(said)
    if len(tokens) != 1 or tokens[0][1] not in ("", "entrance", "number"):
        raise Unclear("entrance_unclear")
    return tokens[0][0]


def floor_of(text: str) -> str:
    """What a floor's cell says: ``18``, ``负1`` for -1 and 负一层, ``B1``. Raises Unclear."""
    said = re.sub(r"^地下", BELOW, _spelled(text))
    said = re.sub(rf"^{BELOW}\s*", BELOW, re.sub(r"(?:层|楼|F)$", "", said))
    below = said.startswith(BELOW)
    value = _code(said.removeprefix(BELOW), numerals=True)
    if not said or (value.isdigit() and len(value) < 4):
        return f"{BELOW}{value}" if below and value else value
    if re.fullmatch(r"[A-Z]{1,2}[0-9]{1,2}", said):
        return said
    raise Unclear("floor_unclear")


def phase_of(text: str) -> str:
    """``一期`` for 一期 and 1期; "" where none is named, or two are."""
    found = {_phase(one) for one in _PHASE.findall(plain(text).upper())}
    return found.pop() if len(found) == 1 else ""


def named_in(text: str) -> tuple[str, str]:
    """The one building, and its entrance if it says so, that a title or a sheet's name names; else nothing."""
    found = {
        ((_phase(phase) if phase else "") + _code(building, numerals=True), _code(entrance, numerals=True))
        for phase, building, entrance in _NAMED_BUILDING.findall(plain(text).upper())
    }
    return found.pop() if len(found) == 1 else ("", "")


def with_floor(number: str, floor: str) -> str:
    """The whole number where a register keeps the floor apart: ``1`` and ``01`` are 101; ``负1`` and 101 are 负101."""
    bare = number.removeprefix(BELOW)
    if not floor or not bare.isdigit() or number.startswith(BELOW):
        return number
    if len(bare) <= 2:
        return f"{floor}{int(bare):02d}"
    if floor.startswith(BELOW) and bare[:-2] == floor.removeprefix(BELOW):
        return f"{BELOW}{bare}"
    return number


def floor_number(number: str) -> int | None:
    """The floor that a room's number begins with; 101 is on the first, 负101 on the first below."""
    bare = number.removeprefix(BELOW)
    if not bare.isdigit() or not 3 <= len(bare) <= 5:
        return None
    return -int(bare[:-2]) if number.startswith(BELOW) else int(bare[:-2])


def _spelled(text: str) -> str:
    said = plain(text).upper()
    said = re.sub(r"^([0-9]+)\.0+$", r"\1", said)
    if re.fullmatch(r"[0-9]+\.[0-9]+", said):  # a number that Excel made of something else
        raise Unclear("room_unclear")
    if _SEVERAL.search(said):
        raise Unclear("room_joined")
    said = _one_code(said)
    # A minus before the first number, and the second of two, says: under the ground.
    said = re.sub(r"^[-−—–](?=[0-9])", BELOW, said)
    return re.sub(r"(?<=[-−—–])[-−—–](?=[0-9]+$)", BELOW, said)


def _one_code(said: str) -> str:
    """``3/2/1801`` is a code; ``1803/1804`` are two homes."""
    pieces = _SLASH.split(said)
    if len(pieces) == 1:
        return said
    if len(pieces) == 3 and all(re.fullmatch(r"[0-9A-Z]{1,2}", piece) for piece in pieces[:2]):
        return "-".join(pieces)
    raise Unclear("room_joined")


def _tokens(said: str) -> list[tuple[str, str]]:
    """Each part with its kind, "" where no word says which it is. Raises Unclear for what is no room at all."""
    found, at = [], 0
    while at < len(said):
        gap = _BETWEEN.match(said, at)
        at = gap.end() if gap else at
        if at == len(said):
            break
        token = _TOKEN.match(said, at)
        if token is None:
            raise Unclear("room_unclear")
        kind = _KIND.get(token[2] or "", "")
        value = _code(token[1], numerals=bool(kind))
        if len(value) > LONGEST_CODE or (kind == "" and re.fullmatch(r"[㐀-鿿]{5,}", value)):
            raise Unclear("room_unclear")
        found.append((value, kind))
        at = token.end()
    if not found:
        raise Unclear("room_unclear")
    return found


def _code(value: str, *, numerals: bool = False) -> str:
    """Without zeros in front; ``三`` as 3 where a word says that it is a number; ``1期3`` as 一期3."""
    if value.isdigit():
        return value.lstrip("0") or "0"
    if numerals and value.startswith(BELOW) and (number := _numeral(value.removeprefix(BELOW))):
        return f"{BELOW}{number}"
    if numerals and (number := _numeral(value)):
        return number
    value = re.sub(r"^([0-9]{1,2})期", lambda found: _phase(found[1]), value)
    return re.sub(r"(?<=[㐀-鿿])0+(?=[0-9])", "", value)


def _numeral(value: str) -> str:
    """``十二`` as 12; "" for what is no number."""
    if not value or not all(sign in _NUMERALS or sign == "十" for sign in value):
        return ""
    tens, ten, ones = value.rpartition("十")
    if not ten:
        return "".join(str(_NUMERALS[sign]) for sign in value).lstrip("0") or "0"
    if len(tens) > 1 or len(ones) > 1:
        return ""
    return str(10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0))


def _phase(said: str) -> str:
    number = int(said) if said.isdigit() else int(_numeral(said) or 0)
    if not 0 < number < 100:
        return f"{said}期"
    tens, ones = divmod(number, 10)
    signs = "〇一二三四五六七八九"
    ten = "" if not tens else "十" if tens == 1 else f"{signs[tens]}十"
    return f"{ten}{signs[ones] if ones else ''}期"


def _refuse_several(values: list[str]) -> None:
    """``1801-1802`` and ``S01-S02`` are two homes, never a building 1801."""
    if len(values) < 2:
        return
    before, last = (re.sub(r"[0-9]", "0", value) for value in values[-2:])
    numbers = all(re.fullmatch(r"负?[0-9]{3,}", value) for value in values[-2:])
    if numbers or (before == last and re.search(r"[A-Z]", last) and len(last) > 1):
        raise Unclear("room_joined")


def _placed(tokens: list[tuple[str, str]]) -> Parts:
    said: dict[str, str] = {}
    bare: list[str] = []
    for at, (value, kind) in enumerate(tokens):
        last = at == len(tokens) - 1
        if kind == "number" and not last and value.isdigit() and len(value) <= 2 and "building" not in said:
            kind = "building"  # 3号2单元1801
        if kind == "floor" and _is_a_building(value, said, bare, tokens[at + 1 :]):
            kind = "building"
        if not kind and last:
            kind = "number"
        if not kind and len(tokens) > at + 1 and tokens[at + 1][1] == "building" and not value.isdigit():
            tokens[at + 1] = (value + tokens[at + 1][0], "building")  # A区-3栋
            continue
        if not kind:
            bare.append(value)
        elif kind in said:
            raise Unclear("room_unclear")
        else:
            said[kind] = value
    if any(value.startswith(BELOW) for kind, value in said.items() if kind in ("building", "entrance")):
        raise Unclear("room_unclear")
    if "number" in said and not re.search(r"[0-9A-Z]", said["number"]):
        raise Unclear("room_unclear")
    return _with_bare(said, bare)


def _is_a_building(value: str, said: dict[str, str], bare: list[str], after: list[tuple[str, str]]) -> bool:
    """Whether 楼 means the building, as in 3楼2单元1801, and not the floor, as in 18楼1801."""
    first = "building" not in said and not bare and not value.startswith(BELOW)
    return first and bool(after) and not after[-1][0].startswith(value)


def _with_bare(said: dict[str, str], bare: list[str]) -> Parts:
    """The parts that no word names take the places that are free, in their order."""
    if any(value.startswith(BELOW) for value in bare):
        raise Unclear("room_unclear")
    free = [kind for kind in ("building", "entrance") if kind not in said]
    number, lead = said.get("number", ""), ""
    if len(bare) == 3 and len(free) == 2 and all(value.isdigit() for value in [*bare, number]):
        said["floor"] = bare.pop()
    if len(bare) == 1 and len(free) == 2:
        lead = bare.pop()
    elif len(bare) > len(free):
        raise Unclear("room_unclear")
    for kind, value in zip(free, bare, strict=False):
        said[kind] = value
    floor = said.get("floor", "")
    if floor and number.isdigit() and len(number) > 2 and not number.startswith(floor.removeprefix(BELOW)):
        raise Unclear("room_contradicts")
    return Parts(
        said.get("building", ""), said.get("entrance", ""), floor, with_floor(number, floor) if number else "", lead
    )
