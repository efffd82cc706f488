"""Phone numbers: one spelling for comparing, and the masked one for showing (R2)."""

from __future__ import annotations

import re

import phonenumbers

REGION = "CN"
# A mobile number as people write one into a text.
_MOBILE_IN_TEXT = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def normalized(text: str) -> str:
    """Digits as dialled inside the country (a foreign number with its +). Raises ValueError for no number at all."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as refusal:
        raise ValueError(f"not a phone number: {refusal}") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a possible phone number")
    if number.country_code == phonenumbers.country_code_for_region(REGION):
        return phonenumbers.national_significant_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mainland_mobile(text: str) -> str:
    """The eleven digits of a mainland mobile number. Raises ValueError for anything else."""
    digits = normalized(text)
    if (
        len(digits) != 11
        or not digits.isascii()
        or not digits.isdigit()
        or digits[0] != "1"
        or digits[1] not in "3456789"
    ):
        raise ValueError("not a mainland mobile number")
    return digits


def masked(number: str) -> str:
    """``138****0001``; of a shorter number only the last two digits stay."""
    if not number:
        return ""
    if len(number) < 8:
        return "*" * max(len(number) - 2, 1) + number[-2:]
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def masked_plate(plate: str) -> str:
    """``粤B9H2**``: the last two characters go."""
    return plate[:-2] + "**"


def masked_cell(text: str) -> str:
    """What somebody typed where a number should be: of seven digits and more only the ends stay."""
    digits = [at for at, letter in enumerate(text) if letter.isdigit()]
    hidden = set(digits[3:-2]) if len(digits) >= 7 else set()
    return "".join("*" if at in hidden else letter for at, letter in enumerate(text))


def mobiles_in(text: str) -> list[str]:
    """The mobile numbers that stand in a text, in one spelling."""
    return [re.sub(r"\D", "", found) for found in _MOBILE_IN_TEXT.findall(text)]


def masked_in(text: str) -> str:
    """The text, with what reads like a mobile number masked."""
    return _MOBILE_IN_TEXT.sub(lambda found: masked(re.sub(r"\D", "", found[0])), text)
