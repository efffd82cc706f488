"""Finding anyone in one box (R3): a room in any spelling, a name or its initials, digits of a phone, a plate.

What was typed says which of the indexes can answer; each is asked once, within the sites of whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from unicodedata import normalize

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from portal.organization.roles import DESK, MANAGEMENT
from portal.pages.houses import sites
from residents.models import Residence, Resident, Unit
from residents.spelling import room_digits, search_pairs, search_text

if TYPE_CHECKING:
    from portal.organization.models import User

ARCHIVE = DESK | MANAGEMENT
MOST = 8
SHORTEST = 2
FEWEST_DIGITS = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[a-z]{2,8}")
_PLATE = re.compile(r"[\u4e00-\u9fff]?[A-Z0-9]{3,8}")


def find_residents(text: str, user: User, limit: int = MOST, *, moved_out: bool = False) -> list[Residence]:
    """Those who belong somewhere now (or did, with ``moved_out``) and match, best first.

    Each has ``unit``, ``resident``, ``relation`` and the phones at hand (a statement of their own). Fewer than two
    characters find nobody.
    """
    wanted = spelled(text)
    if len(wanted) < SHORTEST:
        return []
    people = Residence.objects.all() if moved_out else Residence.objects.current(timezone.localdate())
    here = (
        people.filter(unit__site__in=sites_of(user))
        .select_related("unit__site", "resident")
        .prefetch_related("resident__phones")
    )
    found: dict[int, Residence] = {}
    for rows in _asked(here, wanted, limit):
        for row in rows:
            found.setdefault(row.pk, row)
    return list(found.values())[:limit]


def _asked(here: QuerySet[Residence], wanted: str, limit: int) -> Iterable[Iterable[Residence]]:
    """The lists that can hold what was typed, in the order of how much they say."""
    digits = room_digits(wanted)
    if _is_room(digits):
        exact = Case(When(unit__digits=digits, then=Value(0)), default=Value(1), output_field=IntegerField())
        yield here.filter(unit__digits__startswith=digits).order_by(exact, "unit__digits", "pk")[:limit]
    if (match := _person(wanted)) is not None:
        exact = Case(When(resident__name__iexact=wanted, then=Value(0)), default=Value(1), output_field=IntegerField())
        yield here.filter(match).order_by(exact, "unit__digits", "pk")[:limit]
    if plate := _plate(wanted):
        yield here.filter(unit__vehicles__plate__contains=plate).order_by("unit__digits", "pk")[:limit]


def homes_matching(text: str, site_ids: list[int]) -> Iterable[QuerySet[Unit]]:
    """The homes whose room begins with what was typed, and those of a vehicle with such a plate."""
    wanted = spelled(text)
    digits = room_digits(wanted)
    if len(digits) >= SHORTEST and _is_room(digits):
        yield Unit.objects.filter(site__in=site_ids, digits__startswith=digits)
    if plate := _plate(wanted):
        yield Unit.objects.filter(vehicles__plate__contains=plate)


def find_units(text: str, user: User, limit: int = MOST) -> list[Unit]:
    """The homes and shops whose room begins with what was typed, the exact one first; one statement."""
    digits = room_digits(spelled(text))
    if len(digits) < SHORTEST or not _is_room(digits):
        return []
    exact = Case(When(digits=digits, then=Value(0)), default=Value(1), output_field=IntegerField())
    here = Unit.objects.filter(site__in=sites_of(user), digits__startswith=digits).select_related("site")
    return list(here.order_by(exact, "digits")[:limit])


def resident_matches(text: str) -> Q | None:
    """The people with such a name, initials or phone, for a filter of residents; None where no index could help."""
    return _person(spelled(text), prefix="")


def sites_of(user: User) -> list[int]:
    """The sites whose archive is open to this person, by name: an index needs them one by one."""
    everywhere, mine = user.scope.sites_as(ARCHIVE)
    return list(sites()) if everywhere else sorted(mine)


def spelled(text: str) -> str:
    return normalize("NFKC", text.replace("\x00", "")).strip().lower()


def kind_of(text: str) -> str:
    """What is being looked for, for the record that never holds the value: name, initials, phone or room."""
    wanted = spelled(text)
    if _HAN.search(wanted):
        return "name"
    if _LETTERS.fullmatch(wanted):
        return "initials"
    return "phone" if wanted.isdigit() and len(wanted) > len("99999999") else "room"


def _plate(wanted: str) -> str:
    """What of it can stand on a plate: letters and digits, both; else nothing."""
    plate = wanted.upper().replace("·", "")
    mixed = not plate.isdigit() and any(letter.isdigit() for letter in plate)
    return plate if mixed and _PLATE.fullmatch(plate) else ""


def _is_room(digits: str) -> bool:
    return bool(re.fullmatch(r"[0-9A-Z]+|[\u4e00-\u9fff][0-9A-Z]+", digits)) and any(map(str.isdigit, digits))


def _person(wanted: str, prefix: str = "resident__") -> Q | None:
    """By two letters the pairs answer, by more the trigrams; digits are of a phone."""
    text, pairs = f"{prefix}search_text__contains", f"{prefix}search_pairs__contains"
    if _HAN.search(wanted):
        name = "".join(wanted.split())
        return Q(**{pairs: [name]}) if len(name) == SHORTEST else Q(**{text: name}) if len(name) > SHORTEST else None
    if _LETTERS.fullmatch(wanted):
        initials = Q(**{text: f" {wanted}"})
        return initials & Q(**{pairs: [wanted]}) if len(wanted) == SHORTEST else initials
    number = re.sub(r"[\s\-]", "", wanted)
    if number.isdigit() and len(number) >= FEWEST_DIGITS:
        return Q(**{text: number})
    return Q(**{text: f" {wanted}"}) if len(wanted) > SHORTEST and wanted.replace(" ", "").isalpha() else None


def index_again(residents: QuerySet[Resident]) -> None:
    """Make these people findable by what their names and numbers are now."""
    waiting = list(residents.prefetch_related("phones"))
    for resident in waiting:
        resident.search_text = search_text(resident.name, (phone.number for phone in resident.phones.all()))
        resident.search_pairs = search_pairs(resident.name)
    Resident.objects.bulk_update(waiting, ["search_text", "search_pairs"], batch_size=1000)
