"""Who reports: found from what was typed at the counter, and offered while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.forms import MYSELF, NOBODY
from complaints.states import ReportChannel
from complaints.views.asking import the_desk, user_of
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.organization.roles import DESK
from portal.pages.houses import sites
from residents.finding import SHORTEST, find_residents, homes_named, kind_of, looks_like_a_room, several_homes
from residents.models import Relation, Residence, Unit


@dataclass(frozen=True)
class Party:
    """Who reports: a resident at a unit, a unit alone with a visitor, or a visitor from nowhere."""

    site: Site
    residence: Residence | None = None
    unit: Unit | None = None

    @property
    def words(self) -> str:
        """What stands in the box once they are chosen."""
        room = self.unit.room if self.unit else ""
        return f"{room} {self.residence.resident.name}" if self.residence else room

    @property
    def key(self) -> str:
        """How a form names them; a home alone has no person, 0."""
        if self.unit is None:
            return ""
        return f"{self.unit.pk}:{self.residence.resident_id if self.residence else 0}"


class Unclear(Exception):
    """Nobody, or several people or homes, match what was typed."""

    def __init__(self, words: str, matches: Sequence[Residence | Unit] = ()) -> None:
        super().__init__(words)
        self.words = words
        self.matches = matches


def party_of(request: HttpRequest, typed: Any) -> Party:
    """Who reports. Raises Unclear when that cannot be told from the form. Looking for somebody goes on record."""
    user = user_of(request)
    visitor = typed.get("visitor_name", "").strip()
    room = typed.get("room", "")[:60].replace("\0", "")
    if typed.get("from_whom") in {MYSELF, NOBODY} or (typed.get("channel") == ReportChannel.INSPECTION and not visitor):
        return _of_no_resident(user, room)
    named = _named(user, (typed.get("chosen_party") or typed.get("party") or "")[:40], visitor)
    if named is not None:
        return named
    found = _looked_up(request, room)
    homes = homes_named(room, Unit.objects.visible_to(user))
    if visitor:
        if len(homes) > 1:
            raise Unclear(several_homes(room, homes), homes)
        return Party(homes[0].site if homes else own_site(user), None, homes[0] if homes else None)
    if homes:  # a room was typed: nobody else's home is meant, however much alike it looks
        return _living_in(homes, room)
    if len(found) == 1 and not looks_like_a_room(room):
        return Party(found[0].unit.site, found[0], found[0].unit)
    if found:
        raise Unclear(_("Several people match “%(text)s”: choose one of them.") % {"text": room.strip()}, found)
    raise _nobody(room)


def _living_in(homes: list[Unit], room: str) -> Party:
    """Who lives in the one home that was named. Raises Unclear where there is more than one, of either."""
    living = Residence.objects.current(timezone.localdate()).filter(unit__in=homes)
    living = living.select_related("unit__site", "resident").prefetch_related("resident__phones")
    people = sorted(living, key=lambda one: (homes.index(one.unit), one.pk))
    if len(people) == len(homes) == 1:
        return Party(people[0].unit.site, people[0], people[0].unit)
    if len(homes) > 1:
        raise Unclear(several_homes(room, homes), people)
    if people:
        raise Unclear(_("Several people match “%(text)s”: choose one of them.") % {"text": room.strip()}, people)
    raise _nobody(room)


def _nobody(room: str) -> Unclear:
    if not room.strip():
        return Unclear(_("Say who reports it: a room, a name, or a new visitor."))
    return Unclear(_("Nobody matches “%(text)s”. Record a new visitor with name and phone.") % {"text": room.strip()})


def _of_no_resident(user: User, room: str) -> Party:
    """What a colleague saw, or nobody put a name to: at a home where one is written down."""
    homes = homes_named(room, Unit.objects.visible_to(user))
    if len(homes) > 1:
        raise Unclear(several_homes(room, homes), homes)
    if room.strip() and not homes:
        raise Unclear(_("There is no home %(room)s at this site.") % {"room": room.strip()})
    return Party(homes[0].site if homes else own_site(user), None, homes[0] if homes else None)


def _looked_up(request: HttpRequest, text: str) -> list[Residence]:
    if len(text.strip()) < SHORTEST:
        return []
    user = user_of(request)
    record(AuditAction.SEARCHED, by=user, fields=[kind_of(text)], request=request)
    return find_residents(text, user)


def party_named(user: User, query: Any) -> Party | None:
    """Who a link from the archive names (``unit``, ``person``). Raises Unclear for a home where several live."""
    try:
        unit = Unit.objects.visible_to(user).select_related("site").get(uuid=query.get("unit", ""))
    except (Unit.DoesNotExist, ValidationError):
        return None
    living = Residence.objects.current(timezone.localdate()).filter(unit=unit).select_related("unit__site", "resident")
    found = list(living.prefetch_related("resident__phones").order_by("pk"))
    named = [residence for residence in found if str(residence.resident.uuid) == query.get("person", "")] or found
    if len(named) > 1:
        raise Unclear("", named)
    return Party(unit.site, named[0] if named else None, unit)


def ids_of(party: str) -> tuple[int, int] | None:
    """``<unit>:<resident>`` as a form names them."""
    unit, _colon, resident = party.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (unit, resident)):
        return None
    return int(unit), int(resident)


def _named(user: User, party: str, visitor: str) -> Party | None:
    """Whom a form names: a person in a home, or for a visitor a home alone (``<unit>:0``)."""
    if not party:
        return None
    residence = _residence(user, party)
    if residence is not None:
        return Party(residence.unit.site, residence, residence.unit)
    named = ids_of(party)
    if named is None or named[1] != 0 or not visitor:
        return None
    unit = Unit.objects.visible_to(user).select_related("site").filter(pk=named[0]).first()
    return Party(unit.site, None, unit) if unit else None


def shown_match(match: Residence | Unit) -> dict[str, str]:
    """One of those to choose from, as the page lists it; of a home alone its site."""
    if isinstance(match, Unit):
        return {"party": f"{match.pk}:0", "room": match.room, "name": "", "relation": match.site.name, "phone": ""}
    return {
        "party": f"{match.unit_id}:{match.resident_id}",
        "room": match.unit.room,
        "name": match.resident.name,
        "relation": str(Relation(match.relation).label),
        "phone": match.resident.masked_phone,
    }


def _residence(user: User, party: str) -> Residence | None:
    """Whom a form names, where this person may see the pair and it still holds."""
    named = ids_of(party)
    if named is None:
        return None
    unit, resident = named
    current = Residence.objects.current(timezone.localdate()).filter(unit__in=Unit.objects.visible_to(user))
    return current.select_related("unit__site", "resident").filter(unit_id=unit, resident_id=resident).first()


def own_site(user: User) -> Site:
    everywhere, mine = user.scope.sites_as(DESK)
    known = sites()
    if mine and not everywhere:
        # One that was made this minute is not in every process's memory yet.
        return known.get(min(mine)) or Site.objects.get(pk=min(mine))
    return next(iter(known.values()))


@login_required
@the_desk
@never_cache
@require_GET
def residents(request: HttpRequest) -> HttpResponse:
    """The matches under the cursor, best first; the last line is always a new visitor."""
    text = request.GET.get("q", "")[:60]
    found = _looked_up(request, text)
    hits: list[dict[str, Any]] = [{**shown_match(row), "address": row.resident.addressed} for row in found]
    hint = _("record name and phone") if found else _("nobody matches: record name and phone")
    hits.append({"visitor": True, "room": "", "name": _("New visitor"), "relation": "", "phone": hint})
    return JsonResponse({"results": hits})
