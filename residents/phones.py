"""Phone numbers: one spelling for comparing, and the masked one for showing (R2)."""

from __future__ import annotations

import re
from unicodedata import category, normalize

import phonenumbers
from django.utils.crypto import salted_hmac

REGION = "CN"
# A mobile number as people write one into a text.
_MOBILE_IN_TEXT = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_MARKS = re.compile(r"[\s\-－—–−_.·()（）/]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ACROSS_THE_BORDER = re.compile(
    r"852[2-9]\d{7}|853[2689]\d{7}|8869\d{8}"
)  # Hong Kong, Macau, Taiwan, written without +
LAST = 4
LONG_ENOUGH = 8  # shorter ones are masked but for two digits


def normalized(text: str) -> str:
    """As it is dialled inside the country: mobile numbers bare, landlines with their 0, foreign numbers with their +.

    Raises ValueError for no number at all.
    """
    said = _MARKS.sub("", plain_number(text))
    if _ACROSS_THE_BORDER.fullmatch(said):
        said = f"+{said}"
    try:
        number = phonenumbers.parse(said, REGION)
    except phonenumbers.NumberParseException as refusal:
        raise ValueError(f"not a phone number: {refusal}") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a possible phone number")
    if number.country_code != phonenumbers.country_code_for_region(REGION):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    bare = phonenumbers.national_significant_number(number)
    if re.sub(r"^(?:(?:\+|00)?86)?0?", "", said) != re.sub(r"^0?", "", bare) and said != bare:
        raise ValueError("only a part of it is a phone number")
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.FIXED_LINE:
        return bare
    return re.sub(r"\D", "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def plain_number(text: str) -> str:
    """Without characters that nobody sees, full-width digits plain."""
    return "".join(sign for sign in normalize("NFKC", text) if category(sign) not in ("Cf", "Cc")).strip()


def last_four(number: str) -> str:
    """The digits that a masked number shows, and by which it may be found; "" where it shows fewer."""
    return number[-LAST:] if len(number) >= LONG_ENOUGH else ""


def meant_by(typed: str) -> list[str]:
    """How a whole number may be kept that somebody typed in any of its forms; [] where it is none."""
    said = _MARKS.sub("", plain_number(typed))
    if not re.fullmatch(r"\+?\d{5,16}", said):
        return []
    try:
        return list(dict.fromkeys([normalized(said), said]))
    except ValueError:
        return [said]


def fingerprint(number: str) -> str:
    """Equal for equal numbers, and no way back: how a number is remembered that was taken away."""
    return salted_hmac("residents.phones", number, algorithm="sha256").hexdigest()


def mainland_mobile(text: str) -> str:
    """The eleven digits of a mainland mobile number. Raises ValueError for anything else."""
    digits = normalized(text)
    if not _MOBILE.fullmatch(digits) or not digits.isascii():
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
