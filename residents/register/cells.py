"""What stands in a cell: rooms, numbers, dates, people, in the spellings that registers have. Pure.

Each function answers with the value; ``Unclear`` carries the code of what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from residents import phones

MANY = re.compile(r"[/、,，;；|\n]+|(?<=[\u4e00-\u9fff])\s{2,}(?=[\u4e00-\u9fff])")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff·])\s+(?=[\u4e00-\u9fff·])")
_SUBTOTAL = re.compile(r"小计|合计|总计|共计|^(?:sub)?total$", re.IGNORECASE)
_ROOM_CODE = re.compile(r"[\s\-－—–_/.#栋幢座号楼单元梯室房]+")
_ROOM_PART = re.compile(r"[A-Z0-9]{1,10}|[一-鿿]{1,4}[A-Z0-9]{0,8}", re.IGNORECASE)
_AREA = re.compile(r"(\d+(?:\.\d+)?)(?:㎡|平方米|平米|平|m2|m²)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?(?:\s+00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
_PLATE = re.compile(r"[一-鿿][A-Z][A-Z0-9]{4,6}[一-鿿]?|[A-Z0-9]{5,8}")
_CARD_18 = re.compile(r"\d{17}[\dX]")
_CARD_15 = re.compile(r"\d{15}")
_PASSPORT = re.compile(r"[A-Z]{1,3}\d{6,9}|\d{8}|[A-Z]{1,2}\d{6}[0-9A]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
EXCEL_DAYS = range(18_000, 80_000)  # 1949 to 2119, as Excel counts days
EARLIEST = 1900


class Unclear(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(cell: Any) -> str:
    """As a person reads it: full-width digits plain, whole numbers without their ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    return normalize("NFKC", str(cell)).replace("\x00", "").strip()


def says_nothing(row: Iterable[Any]) -> bool:
    """Whether a row is empty, or adds up those above it: no home of its own."""
    said = [words for cell in row if (words := text(cell))]
    return not said or any(_SUBTOTAL.search(words) for words in said[:3])


def room_parts(cell: Any) -> list[str]:
    """``3-2-1801``, ``3栋2单元1801室`` and ``0102`` as their parts, without leading zeros. Raises Unclear."""
    parts = [part for part in _ROOM_CODE.split(text(cell).upper()) if part]
    if len(parts) > 3 or not all(_ROOM_PART.fullmatch(part) for part in parts):
        raise Unclear("room_unclear")
    return [part.lstrip("0") or "0" if part.isdigit() else part for part in parts]


def area(cell: Any) -> Decimal | None:
    """Square metres to the hundredth, None where nothing stands. Raises Unclear."""
    said = text(cell).replace(",", "")
    if not said:
        return None
    found = _AREA.fullmatch(said)
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
        return cell.date()
    if isinstance(cell, date):
        return cell
    said = text(cell)
    if not said:
        return None
    if said.isdigit() and int(said) in EXCEL_DAYS:
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(said))
    found = _DATE.fullmatch(said)
    parts = [int(part) for part in found.groups() if part is not None] if found else []
    try:
        on = date(*parts)
    except (TypeError, ValueError):
        raise Unclear("date_unclear") from None
    if on.year < EARLIEST:
        raise Unclear("date_unclear")
    return on


def numbers(cell: Any) -> list[str]:
    """The phone numbers of a cell, as they are kept. Raises Unclear where one of them cannot be understood."""
    found = []
    for piece in MANY.split(text(cell)):
        if piece.strip():
            found.append(_number(piece.strip()))
    return list(dict.fromkeys(found))


def _number(piece: str) -> str:
    digits = re.sub(r"[\s\-－—()]+", "", piece)
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


def names(cell: Any) -> list[str]:
    """The people of a cell; spaces inside a Chinese name go."""
    return [
        name[:60]
        for piece in MANY.split("" if cell is None else normalize("NFKC", str(cell)).replace("\x00", ""))
        if (name := " ".join(_BETWEEN_HAN.sub("", piece.strip()).split()))
    ]


def identities(cell: Any) -> list[str]:
    """Numbers of identity cards or passports. Raises Unclear: a number that Excel kept as one lost its last digits."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise Unclear("identity_lost_digits")
    return [_identity(piece) for piece in MANY.split(text(cell).upper()) if piece.strip()]


def _identity(piece: str) -> str:
    number = re.sub(r"\s+", "", piece)
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


def plates(cell: Any) -> list[str]:
    """The plates of a cell, without separators. Raises Unclear."""
    found = []
    for piece in MANY.split(text(cell).upper()):
        plate = re.sub(r"[\s·.\-]+", "", piece)
        if not plate:
            continue
        if not _PLATE.fullmatch(plate):
            raise Unclear("plate_unclear")
        found.append(plate)
    return list(dict.fromkeys(found))
