"""Who reports: found from what was typed at the counter, and offered while it is typed."""

from __future__ import annotations

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
from complaints.views.correction import home_called
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.organization.roles import DESK
from portal.pages.houses import sites
from residents.finding import SHORTEST, find_residents, kind_of, room_digits
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


class Unclear(Exception):
    """Nobody, or several people, match what was typed."""

    def __init__(self, words: str, matches: list[Residence] | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.matches = matches or []


def party_of(request: HttpRequest, typed: Any) -> Party:
    """Who reports. Raises Unclear when that cannot be told from the form. Looking for somebody goes on record."""
    user = user_of(request)
    named = (typed.get("chosen_party") or typed.get("party") or "")[:40]
    if named:
        residence = _residence(user, named)
        if residence is not None:
            return Party(residence.unit.site, residence, residence.unit)
    room = typed.get("room", "")[:60].replace("\0", "")
    visitor = typed.get("visitor_name", "").strip()
    if typed.get("from_whom") in {MYSELF, NOBODY} or (typed.get("channel") == ReportChannel.INSPECTION and not visitor):
        return _of_no_resident(user, room)
    found = _looked_up(request, room)
    exact = [row for row in found if row.unit.digits == room_digits(room)] or found
    if visitor:
        unit = exact[0].unit if exact and exact[0].unit.digits == room_digits(room) else _empty_unit(user, room)
        return Party(unit.site if unit else own_site(user), None, unit)
    if len(exact) == 1:
        return Party(exact[0].unit.site, exact[0], exact[0].unit)
    if exact:
        raise Unclear(_("Several people match “%(text)s”: choose one of them.") % {"text": room.strip()}, exact)
    if room.strip():
        raise Unclear(
            _("Nobody matches “%(text)s”. Record a new visitor with name and phone.") % {"text": room.strip()}
        )
    raise Unclear(_("Say who reports it: a room, a name, or a new visitor."))


def _of_no_resident(user: User, room: str) -> Party:
    """What a colleague saw, or nobody put a name to: at a home where one is written down."""
    site = own_site(user)
    unit, unclear = home_called(room, site.pk)
    if unclear:
        raise Unclear(unclear)
    return Party(site, None, unit)


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


def _residence(user: User, party: str) -> Residence | None:
    """Whom a form names, where this person may see the pair and it still holds."""
    named = ids_of(party)
    if named is None:
        return None
    unit, resident = named
    current = Residence.objects.current(timezone.localdate()).filter(unit__in=Unit.objects.visible_to(user))
    return current.select_related("unit__site", "resident").filter(unit_id=unit, resident_id=resident).first()


def _empty_unit(user: User, room: str) -> Unit | None:
    digits = room_digits(room)
    return Unit.objects.visible_to(user).select_related("site").filter(digits=digits).first() if digits else None


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
    hits = [
        {
            "party": f"{row.unit_id}:{row.resident_id}",
            "room": row.unit.room,
            "name": row.resident.name,
            "relation": str(Relation(row.relation).label),
            "phone": row.resident.masked_phone,
            "address": row.resident.addressed,
        }
        for row in found
    ]
    hint = _("record name and phone") if found else _("nobody matches: record name and phone")
    hits.append({"visitor": True, "room": "", "name": _("New visitor"), "relation": "", "phone": hint})
    return JsonResponse({"results": hits})
