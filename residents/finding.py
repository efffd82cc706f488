"""Finding anyone in one box (R3): a room part by part, a name or its initials, a phone, a plate, a parking space.

What was typed says which of the indexes can answer; each is asked once, within the sites of whoever asks. A number is
found whole, in any of its forms, or by its last four digits: a part of it would read out what R2 hides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.organization.roles import DESK, MANAGEMENT
from portal.pages.houses import sites
from residents import phones, rooms
from residents.models import Phone, Residence, Resident, Unit, Vehicle
from residents.models.people import SPACE
from residents.rooms import Room
from residents.spelling import HAN, initials_wanted, plain, room_digits, search_pairs, search_text, squeezed

if TYPE_CHECKING:
    from portal.organization.models import User

ARCHIVE = DESK | MANAGEMENT
MOST = 8
SHORTEST = 2
_HAN = re.compile(f"[{HAN}]")
_LETTERS = re.compile(r"[a-z]{2,60}")
_INITIALS = re.compile(r"[a-z]{2,8}")
_LATIN = re.compile(r"[a-z][a-z .,'’\-·•・]{1,}")
_PLATE = re.compile(r"[一-鿿]?[A-Z0-9]{3,8}")
_SPACE = re.compile(r"(?=.*[0-9])[A-Z0-9一-鿿]{2,20}")
_BARE = re.compile(r"[0-9A-Z]+|[一-鿿]{1,4}[0-9A-Z]+")
HIDDEN_OF_A_PLATE = 2  # its last two characters
FEWEST_OF_A_PLATE = 4  # are too few to be all that follows the province and the town


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
    for rows in _asked(here, wanted, limit, sites_of(user)):
        for row in rows:
            found.setdefault(row.pk, row)
    return list(found.values())[:limit]


def _asked(here: QuerySet[Residence], wanted: str, limit: int, site_ids: list[int]) -> Iterable[Iterable[Residence]]:
    """The lists that can hold what was typed, in the order of how much they say."""
    if (room := _room(wanted)) is not None:
        homes = Unit.objects.filter(room, site__in=site_ids).values("pk")
        yield here.filter(unit__in=homes).order_by(_exact_first(wanted, "unit__"), "unit__digits", "pk")[:limit]
    if (match := _person(wanted)) is not None:
        exact = Case(When(resident__name__iexact=wanted, then=Value(0)), default=Value(1), output_field=IntegerField())
        yield here.filter(match).order_by(exact, "unit__digits", "pk")[:limit]
    if (vehicles := _vehicles(wanted)) is not None:
        yield here.filter(unit__in=vehicles.values("unit")).order_by("unit__digits", "pk")[:limit]


def homes_matching(text: str, site_ids: list[int]) -> Iterable[QuerySet[Unit]]:
    """The homes whose room begins with what was typed, and those of a vehicle with such a plate or space."""
    wanted = spelled(text)
    if len(wanted) >= SHORTEST and (room := _room(wanted)) is not None:
        yield Unit.objects.filter(room, site__in=site_ids)
    if (vehicles := _vehicles(wanted)) is not None:
        yield Unit.objects.filter(pk__in=vehicles.values("unit"))


def find_units(text: str, user: User, limit: int = MOST) -> list[Unit]:
    """The homes and shops whose room begins with what was typed, the exact one first; one statement."""
    wanted = spelled(text)
    if len(wanted) < SHORTEST or (room := _room(wanted)) is None:
        return []
    here = Unit.objects.filter(room, site__in=sites_of(user)).select_related("site")
    return list(here.order_by(_exact_first(wanted), "digits", "pk")[:limit])


def homes_named(text: str, homes: QuerySet[Unit]) -> list[Unit]:
    """The homes that what was typed names, part by part: one, none, or as many as there are to choose from.

    A part that was left out may be any; a number without separators may be read in more than one way.
    """
    wanted = spelled(text)
    parts = _parts(wanted)
    if parts is None:
        return []
    homes = homes.select_related("site").order_by("site", "room")
    whole = [str(Room(parts.building or parts.lead, parts.entrance, parts.number))]
    if exact := list(homes.filter(room__in=whole)[: MOST + 1]):
        return exact
    also = Q(digits=wanted.upper()) if _BARE.fullmatch(wanted.upper()) else Q(pk__in=())
    return list(homes.filter(_by_parts(parts, "number") | also)[: MOST + 1])


def looks_like_a_room(text: str) -> bool:
    """Whether a room was typed, whole or in part, rather than a name, a number or a plate."""
    wanted = spelled(text)
    return _room(wanted) is not None and not phones.meant_by(wanted) and not _HAN.match(wanted)


def several_homes(text: str, homes: list[Unit]) -> str:
    """Why a choice is needed, in words: which homes what was typed may be."""
    sites_told = {home.site_id for home in homes}
    listed = [f"{home.room} ({home.site.name})" if len(sites_told) > 1 else home.room for home in homes[:MOST]]
    more = "…" if len(homes) > MOST else ""
    return _("“%(text)s” may be more than one home: %(homes)s. Say which, with building and entrance.") % {
        "text": text.strip(),
        "homes": "、".join(listed) + more,
    }


def one_home(text: str, homes: QuerySet[Unit]) -> Unit:
    """The home that was typed into a form. Raises ValidationError where there is none, or where there are several."""
    found = homes_named(text, homes)
    if not found:
        raise ValidationError(_("There is no such room here. Look again."))
    if len(found) > 1:
        raise ValidationError(several_homes(text, found))
    return found[0]


def _parts(wanted: str) -> rooms.Parts | None:
    """The parts of a room as typed, or None for what is no room."""
    try:
        parts = rooms.parts_of(wanted)
    except rooms.Unclear:
        return None
    return parts if parts.number else None


def _by_parts(parts: rooms.Parts, number: str) -> Q:
    """Homes with these parts; ``number`` is the lookup of the last one."""
    said = {f"{number}": parts.number}
    if parts.building:
        said["entrance__building__code"] = parts.building
    if parts.entrance:
        said["entrance__code"] = parts.entrance
    found = Q(**said)
    if parts.lead:  # 3-1801: of building 3, or of an entrance 3 where buildings have none
        found &= Q(entrance__building__code=parts.lead) | Q(entrance__building__code="", entrance__code=parts.lead)
    return found


def _room(wanted: str) -> Q | None:
    """Homes whose room begins with what was typed, part by part; without separators, by its digits too."""
    bare = wanted.upper()
    if not any(sign.isdigit() for sign in bare):
        return None
    if _BARE.fullmatch(bare):
        return Q(digits__startswith=bare) | Q(number__startswith=bare)
    parts = _parts(wanted)
    if parts is None:
        return None
    whole = str(Room(parts.building or parts.lead, parts.entrance, parts.number))
    found = _by_parts(parts, "number__startswith")
    if parts.building or parts.lead:
        # 8-1 is the beginning of 8-1-1203 as well as of a home 1… of building 8.
        found |= Q(room__startswith=f"{whole}-")
    return found


def _exact_first(wanted: str, prefix: str = "") -> Case:
    parts = _parts(wanted)
    whole = str(Room(parts.building or parts.lead, parts.entrance, parts.number)) if parts else ""
    return Case(
        When(**{f"{prefix}room": whole}, then=Value(0)),
        When(**{f"{prefix}digits": room_digits(wanted)}, then=Value(1)),
        When(**{f"{prefix}number": parts.number if parts else ""}, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def resident_matches(text: str) -> Q | None:
    """The people with such a name, initials or phone, for a filter of residents; None where no index could help."""
    return _person(spelled(text), prefix="")


def room_matches(text: str) -> Q | None:
    """Homes whose room begins with what was typed, for a filter of homes; None for what is no room."""
    return _room(spelled(text))


def numbers_match(text: str, column: str) -> Q | None:
    """A filter of the column by a phone's whole number in any form, or its last four digits; None for other texts."""
    wanted = spelled(text)
    if re.fullmatch(r"[0-9]{4}", wanted):
        # As masked: of a number that is shorter, fewer digits stand on a page.
        return Q(**{f"{column}__regex": f"^.{{{phones.LONG_ENOUGH - phones.LAST},}}{wanted}$"}) & Q(
            **{f"{column}__endswith": wanted}
        )
    kept = phones.meant_by(wanted)
    return Q(**{f"{column}__in": kept}) if kept else None


def sites_of(user: User) -> list[int]:
    """The sites whose archive is open to this person, by name: an index needs them one by one."""
    everywhere, mine = user.scope.sites_as(ARCHIVE)
    return list(sites()) if everywhere else sorted(mine)


def spelled(text: str) -> str:
    """As it is compared: plain, in small letters, without what nobody sees."""
    return plain(text).lower()


def kind_of(text: str) -> str:
    """What is being looked for, for the record that never holds the value: name, initials, phone or room."""
    wanted = spelled(text)
    if _HAN.search(wanted):
        return "name"
    if _INITIALS.fullmatch(wanted):
        return "initials"
    digits = re.sub(r"[\s\-()+]", "", wanted)
    return "phone" if digits.isdigit() and len(digits) > len("99999999") else "room"


def _vehicles(wanted: str) -> QuerySet[Vehicle] | None:
    """Vehicles by their plate, whole, without its province, or a part that is shown; or by their parking space."""
    bare = re.sub(r"[\s\-·•.]", "", wanted.upper())
    found = Q()
    if _PLATE.fullmatch(bare) and any(map(str.isdigit, bare)):
        whole = Q(plate=bare) | Q(plate__regex=rf"^[^0-9A-Z]{bare}$")
        if len(bare) > FEWEST_OF_A_PLATE:
            whole |= Q(plate__regex=rf"^[^0-9A-Z]?[A-Z]{bare}$")
        if not bare.isdigit():
            whole |= Q(plate__regex=rf"{bare}.*.{{{HIDDEN_OF_A_PLATE}}}$")
        found |= Q(plate__contains=bare) & whole
    if _SPACE.fullmatch(bare) and not bare.isdigit():
        found |= Q(placed=bare)
    return Vehicle.objects.alias(placed=SPACE).filter(found) if found else None


def _person(wanted: str, prefix: str = "resident__") -> Q | None:
    """By two letters the pairs answer, by more the trigrams; initials by their places; digits are of a phone."""
    text, pairs = f"{prefix}search_text__contains", f"{prefix}search_pairs__contains"
    if _HAN.search(wanted):
        name = squeezed(wanted)
        return Q(**{pairs: [name]}) if len(name) == SHORTEST else Q(**{text: name}) if len(name) > SHORTEST else None
    if _LETTERS.fullmatch(wanted):
        latin = Q(**{text: f" {wanted}"})
        if len(wanted) == SHORTEST:
            latin &= Q(**{pairs: [wanted]})
        return latin | Q(**{pairs: initials_wanted(wanted)})
    if _LATIN.fullmatch(wanted) and len(squeezed(wanted)) > SHORTEST:
        return Q(**{text: f" {squeezed(wanted)}"})
    if re.fullmatch(r"[0-9]{4}", wanted):
        return Q(**{text: f" {wanted}"})
    if kept := phones.meant_by(wanted):
        return Q(**{f"{prefix}pk__in": Phone.objects.filter(number__in=kept).values("resident")})
    return None


def index_again(residents: QuerySet[Resident]) -> None:
    """Make these people findable by what their names and numbers are now."""
    waiting = list(residents.prefetch_related("phones"))
    for resident in waiting:
        resident.search_text = search_text(resident.name, (phone.number for phone in resident.phones.all()))
        resident.search_pairs = search_pairs(resident.name)
    Resident.objects.bulk_update(waiting, ["search_text", "search_pairs"], batch_size=1000)
