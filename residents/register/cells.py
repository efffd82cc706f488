"""What stands in a cell: numbers, dates, people, in the spellings that registers have. Pure.

Each function answers with the value; ``Unclear`` carries the code of what is wrong. What can be understood beside a
value (a note, an extension) is handed back with it, so that nothing of a cell is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from residents import phones
from residents.register.surnames import begins_with_one
from residents.spelling import HAN, plain

MANY = re.compile(r"[/、;；|\\\n]+")
_COMMA = re.compile(r"[,，]+")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}·•])\s+(?=[{HAN}·•])")
_SUBTOTAL = re.compile(
    r".{0,12}(?:小计|合计|总计|共计|累计|汇总|(?:sub-?)?total)[:：]?(?:\s*[\d.,]+\s*[户套间㎡]?)?", re.IGNORECASE
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_AREA = re.compile(r"(\d+(?:\.\d+)?)(?:㎡|平方米|平米|平方|平|m2|m²)?", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})[日号]?(?:[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|(\d{4})(\d{2})(\d{2})"
)
_PLATE = re.compile(r"[一-鿿][A-Z][A-Z0-9]{4,6}[一-鿿]?|[A-Z0-9]{5,8}")
_MASKED = re.compile(r"[0-9A-Z一-鿿+]+\*{2,}[0-9A-Z]*")
_CARD_18 = re.compile(r"\d{17}[\dX]")
_CARD_15 = re.compile(r"\d{15}")
_PASSPORT = re.compile(r"[A-Z]{1,3}\d{6,9}|\d{8}|[A-Z]{1,2}\d{6}[0-9A]")
_IN_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_EXTENSION = re.compile(r"^(.*?\d{5,}[\d\s]*?)\s*(?:转|分机|ext\.?|x|#|\*)\s*[:：]?\s*(\d{1,6})$", re.IGNORECASE)
_LANDLINE_EXTENSION = re.compile(r"^(\(?0\d{2,3}\)?[\s\-]*\d{7,8}|[2-8]\d{6,7})\s*-\s*(\d{1,6})$")
_NUMBER_WITH_WORDS = re.compile(
    rf"^([{HAN}A-Za-z:：\s]{{1,12}}?)[:：\s]*([+\d][\d\s\-()+]{{5,}}\d)$|^([+\d][\d\s\-()+]{{5,}}\d)\s*([{HAN}A-Za-z]{{1,12}})$"
)
_MOBILE_IN_A_NAME = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "－",
        "/",
        "\\",
        ".",
        "、",
        "无",
        "暂无",
        "没有",
        "无电话",
        "无号码",
        "未知",
        "不详",
        "未登记",
        "未提供",
        "未填",
        "空",
        "空白",
        "null",
        "none",
        "nil",
        "n/a",
        "na",
        "nan",
        "同上无",
    ]
)
ERRORS = frozenset(
    ["#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#getting_data"]
)
EXCEL_DAYS = range(18_000, 80_000)  # 1949 to 2119, as Excel counts days
EARLIEST = 1900
LONGEST_NAME = 60
MASKED = "masked"  # the code of a number that an export of ours hides


class Unclear(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Name:
    """A person of a cell, with what stands beside the name: numbers, and words such as 已故."""

    name: str
    numbers: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class Number:
    """A phone number, with what stands beside it: whose it is, an extension."""

    number: str
    note: str = ""


def text(cell: Any) -> str:
    """As a person reads it: full-width digits plain, whole numbers without their ``.0``, nothing that nobody sees."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    return plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(cell)).replace("\r", "\n"))


def said(cell: Any) -> str:
    """The text of a cell, nothing where it only says that there is nothing: 无, ``-``, ``#N/A``."""
    words = text(cell)
    return "" if words.lower() in NOTHING or is_an_error(words) else words


def is_an_error(words: str) -> bool:
    """Whether a formula has failed there."""
    return words.lower() in ERRORS


def is_a_subtotal(words: str) -> bool:
    return bool(_SUBTOTAL.fullmatch(words))


def room(cell: Any) -> str:
    """What a room's, a building's or an entrance's cell says. Raises Unclear for a date that Excel made of it."""
    if isinstance(cell, datetime | date | time):
        raise Unclear("room_is_a_date")
    return said(cell)


def area(cell: Any) -> Decimal | None:
    """Square metres to the hundredth, None where nothing stands. Raises Unclear."""
    words = said(cell).replace(",", "").replace(" ", "")
    if not words:
        return None
    found = _AREA.fullmatch(words)
    try:
        metres = Decimal(found[1]).quantize(Decimal("0.01")) if found else None
    except InvalidOperation:
        metres = None
    if metres is None or not 0 < metres < 1_000_000:
        raise Unclear("area_unclear")
    return metres


def day(cell: Any) -> date | None:
    """A date in any of the usual spellings, None where nothing stands. Raises Unclear."""
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    words = said(cell)
    if not words:
        return None
    if words.isascii() and words.isdigit() and len(words) < 6 and int(words) in EXCEL_DAYS:
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(words))
    found = _DATE.fullmatch(words)
    parts = [int(part) for part in found.groups() if part is not None] if found else []
    try:
        return _plausible(date(*parts))
    except (TypeError, ValueError):
        raise Unclear("date_unclear") from None


def _plausible(on: date) -> date:
    if not EARLIEST <= on.year < 2200:
        raise Unclear("date_unclear")
    return on


def numbers(cell: Any) -> list[Number]:
    """The phone numbers of a cell, as they are dialled. Raises Unclear where one of them cannot be understood."""
    if isinstance(cell, float) and not cell.is_integer():
        raise Unclear("phone_unclear")
    words = said(cell).replace("'", "").replace("’", "")
    found: dict[str, Number] = {}
    for piece in _COMMA.split("\n".join(MANY.split(words)).replace("\n", ",")):
        if said(piece):
            for one in _numbers(piece.strip()):
                found.setdefault(one.number, one)
    return list(found.values())


def _numbers(piece: str) -> list[Number]:
    """One number with its notes, or several with blanks between them."""
    if _MASKED.fullmatch(piece.upper()):
        raise Unclear(MASKED)
    notes = [note for note in _IN_BRACKETS.findall(piece) if note and not note.strip().isdigit()]
    bare = _IN_BRACKETS.sub(lambda found: found[0] if found[1].strip().isdigit() else " ", piece).strip()
    for pattern in (_EXTENSION, _LANDLINE_EXTENSION):
        if extended := pattern.fullmatch(bare):
            bare, notes = extended[1], [*notes, f"转{extended[2]}"]
    if worded := _NUMBER_WITH_WORDS.fullmatch(bare):
        bare = worded[2] or worded[3]
        notes.append((worded[1] or worded[4]).strip(" :："))
    note = " ".join(notes)
    kinds = [kind for kind in _divided(bare.split()) if kind]
    if len(kinds) != 1:
        raise Unclear(_why_no_number(bare))
    return [Number(number, note) for number in kinds[0]]


def _divided(words: list[str]) -> list[list[str]]:
    """Every way to read words as numbers one after the other; one number over all of them stands alone."""
    if len(words) > 8:
        return []
    whole = _number_or_none("".join(words))
    if whole:
        return [[whole]]
    found: list[list[str]] = []
    for at in range(1, len(words)):
        first = _number_or_none("".join(words[:at]))
        if first:
            found += [[first, *rest] for rest in _divided(words[at:])]
    return found[:2]


def _number_or_none(piece: str) -> str | None:
    try:
        return _number(piece)
    except Unclear:
        return None


def _number(piece: str) -> str:
    digits = re.sub(r"[\s\-－—–()]+", "", re.sub(r"\.0+$", "", piece))
    if not re.fullmatch(r"\+?\d{5,16}", digits):
        raise Unclear("phone_unclear")
    if len(digits) == 10 and digits[0] == "1":
        raise Unclear("phone_ten_digits")
    if len(digits) in (7, 8) and digits[0] in "2345678":
        return digits  # a number of the same town, without its area code
    try:
        number = phones.normalized(digits)
        return phones.mainland_mobile(number) if number.startswith("1") else number
    except ValueError:
        raise Unclear("phone_unclear") from None


def _why_no_number(piece: str) -> str:
    try:
        _number(piece)
    except Unclear as unclear:
        return unclear.code
    return "phone_unclear"


def names(cell: Any) -> list[Name]:
    """The people of a cell; spaces inside a Chinese name go, notes and numbers beside a name are told apart."""
    found: dict[str, Name] = {}
    for piece in _people(said(cell)):
        one = _name(piece)
        if one is not None:
            found.setdefault(one.name, one)
    return list(found.values())


def _people(words: str) -> list[str]:
    """Cut where people are told apart; ``Smith, John`` is one."""
    pieces: list[str] = []
    for piece in MANY.split(words):
        latin = re.fullmatch(r"[A-Za-z'’.\- ]+[,，]\s*[A-Za-z'’.\- ]+", piece.strip())
        for one in [piece] if latin else _COMMA.split(piece):
            pieces += _two_names(one.strip())
    return pieces


def _two_names(piece: str) -> list[str]:
    """``张三 李四`` are two people, ``王 建国`` is one: each has a surname and is long enough to be a name."""
    words = piece.split()
    whole = len(words) > 1 and all(re.fullmatch(rf"[{HAN}]{{2,3}}", word) and begins_with_one(word) for word in words)
    return words if whole else [piece]


def _name(piece: str) -> Name | None:
    notes = [note.strip() for note in _IN_BRACKETS.findall(piece)]
    bare = _IN_BRACKETS.sub(" ", piece)
    held = []
    for note in list(notes):
        try:
            held += [one.number for one in numbers(note)]
            notes.remove(note)
        except Unclear:
            continue
    held += [re.sub(r"\D", "", one) for one in _MOBILE_IN_A_NAME.findall(bare)]
    bare = _MOBILE_IN_A_NAME.sub(" ", bare).strip(" :：-")
    name = " ".join(_BETWEEN_HAN.sub("", bare).split())
    if not said(name):
        return None
    return Name(name, held, " ".join(note for note in notes if said(note)))


def identities(cell: Any) -> list[str]:
    """Numbers of identity cards or passports. Raises Unclear: a number that Excel kept as one lost its last digits."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise Unclear("identity_lost_digits")
    words = said(cell).upper().lstrip("'")
    return [_identity(piece) for piece in re.split(r"[/、,，;；|\\\n]+", words) if said(piece)]


def _identity(piece: str) -> str:
    number = re.sub(r"[\s\-]+", "", piece)
    if re.fullmatch(r"\d(?:\.\d+)?E\+\d{2}", number):
        raise Unclear("identity_lost_digits")
    if _CARD_18.fullmatch(number):
        if check_digit(number) != number[-1]:
            raise Unclear("identity_check_digit")
        return number
    if _CARD_15.fullmatch(number) or _PASSPORT.fullmatch(number):
        return number
    raise Unclear("identity_unclear")


def check_digit(number: str) -> str:
    """What an identity card's first seventeen digits end with (GB 11643)."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True)) % 11]


def plates(cell: Any) -> tuple[list[str], str]:
    """The plates of a cell, without separators, and why not all of it could be kept: a code, or nothing."""
    found, why = [], ""
    if any(said(note) for note in _IN_BRACKETS.findall(said(cell))):
        why = "plate_note"
    for piece in re.split(r"[/、,，;；|\\\n]+|\s{2,}|(?<=[A-Z0-9])\s+(?=[一-鿿][A-Z])", said(cell).upper()):
        plate = re.sub(r"[\s·•.\-]+", "", _IN_BRACKETS.sub("", piece))
        if not said(plate):
            continue
        if _MASKED.fullmatch(plate):
            why = MASKED
        elif _PLATE.fullmatch(plate):
            found.append(plate)
        else:
            why = "plate_unclear"
    return list(dict.fromkeys(found)), why
