"""The archive 业主与房屋: the list, one unit with its whole history, one person."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.organization.roles import DESK
from portal.pages import about, moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import sites
from residents.calling import calling
from residents.finding import ARCHIVE, find_residents, find_units, kind_of, sites_of
from residents.models import Building, Phone, Relation, Residence, Resident, Unit
from residents.models.imports import IMPORTERS
from residents.services.revealing import SEE_IDENTITIES
from residents.views.exporting import EXPORTERS
from residents.views.strips import day_strip, year_bars

FOUND = 50
HISTORY = 10


@only_for(ARCHIVE)
@never_cache
@require_GET
def archive(request: HttpRequest) -> HttpResponse:
    """The buildings of one's sites, or whoever matches what was asked."""
    user = user_of(request)
    text = request.GET.get("q", "")[:60].strip()
    context: dict[str, Any] = {"q": text, "can_import": user.scope.holds(IMPORTERS)}
    if text:
        record(AuditAction.SEARCHED, by=user, fields=[kind_of(text)], request=request)
        context["rows"] = [_row(found) for found in find_residents(text, user, FOUND, moved_out=True)]
        lived_in = {row["unit"] for row in context["rows"]}
        context["units"] = [unit for unit in find_units(text, user, FOUND) if unit.pk not in lived_in]
    else:
        context["sites"] = _buildings(user)
    return render(request, "residents/archive.html", context)


def _row(residence: Residence) -> dict[str, Any]:
    return {
        "unit": residence.unit_id,
        "url": unit_url(residence.unit.uuid),
        "room": residence.unit.room,
        "name": residence.resident.name,
        "relation": Relation(residence.relation).label,
        "phone": residence.resident.masked_phone,
        "site": residence.unit.site,
        "until": residence.until,
    }


def _buildings(user: User) -> list[dict[str, Any]]:
    """Each site with its buildings and how many homes they have; two statements."""
    known = sites()
    counted = (
        Building.objects.filter(site__in=sites_of(user))
        .annotate(units=Count("entrances__units"))
        .order_by("site", "code")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for building in counted:
        found.setdefault(building.site_id, []).append({"code": building.code, "units": building.units})
    for buildings in found.values():
        buildings.sort(key=lambda one: (len(one["code"]), one["code"]))
    return [
        {
            "site": known[site],
            "buildings": buildings,
            "may_export": user.scope.holds(EXPORTERS, site_id=site),
        }
        for site, buildings in found.items()
    ]


@only_for(ARCHIVE)
@never_cache
@require_GET
def building(request: HttpRequest, site_code: str, code: str) -> HttpResponse:
    """The units of one building, floor by floor, with who lives there."""
    user = user_of(request)
    found = get_object_or_404(Building.objects.filter(site__in=sites_of(user)), site__code=site_code, code=code)
    today = timezone.localdate()
    current = Residence.objects.current(today).select_related("resident").order_by("pk")
    units = (
        Unit.objects.filter(entrance__building=found)
        .select_related("entrance")
        .prefetch_related(Prefetch("residences", current, to_attr="living"))
        .order_by("entrance__code", "floor", "digits")
    )
    context = {
        "building": found,
        "site": sites()[found.site_id],
        "units": [
            {
                "url": unit_url(unit.uuid),
                "room": unit.room,
                "status": unit.get_status_display(),
                "area": unit.area,
                "layout": unit.layout,
                "names": "、".join(one.resident.name for one in unit.living),  # type: ignore[attr-defined]
            }
            for unit in units
        ],
    }
    return render(request, "residents/building.html", context)


def unit_url(unit_uuid: uuid.UUID) -> str:
    return f"/residents/units/{unit_uuid}/"


def resident_url(resident_uuid: uuid.UUID) -> str:
    return f"/residents/people/{resident_uuid}/"


def visible_unit(user: User, unit_uuid: uuid.UUID) -> Unit:
    seen = Unit.objects.visible_to(user).select_related("site", "entrance__building")
    return get_object_or_404(seen, uuid=unit_uuid)


def visible_resident(user: User, resident_uuid: uuid.UUID) -> Resident:
    seen = Resident.objects.filter(residences__unit__in=Unit.objects.visible_to(user)).distinct()
    return get_object_or_404(seen, uuid=resident_uuid)


@only_for(ARCHIVE)
@never_cache
@require_GET
def unit(request: HttpRequest, unit_uuid: uuid.UUID) -> HttpResponse:
    user = user_of(request)
    return render(request, "residents/unit.html", unit_page(user, visible_unit(user, unit_uuid), request))


def unit_page(user: User, found: Unit, request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    today = now.astimezone(found.site.zone).date()
    residences = list(
        found.residences.select_related("resident", "resident__identity")
        .prefetch_related("resident__phones")
        .order_by("relation", "since", "pk")
    )
    people = [_person(one, found.site, now, today, user) for one in residences]
    people.sort(key=lambda person: (person["gone"], person["order"]))
    notes = list(found.notes.filter(ended_at=None).select_related("by"))
    before = _before(request) or now + timedelta(days=1)
    history = about.history_of(user, found.pk, before, HISTORY + 1)
    return {
        "unit": found,
        "people": people,
        "years": year_bars([(one.since, one.until) for one in residences], today)[1],
        "living": sum(1 for person in people if not person["gone"]),
        "gone": sum(1 for person in people if person["gone"]),
        "vehicles": list(found.vehicles.order_by("until", "pk")),
        "today": today,
        "notes": [note for note in notes if note.until is None or note.until >= today],
        "old_notes": [note for note in notes if note.until is not None and note.until < today],
        "figures": about.figures_of(user, found.pk),
        "acts": about.acts_for(user, str(found.uuid)),
        "history": [_entry(entry, found.site) for entry in history[:HISTORY]],
        "older": moments.iso(history[HISTORY - 1].at) if len(history) > HISTORY else "",
        "newest": "before" not in request.GET,
        "contact": _contact(people),
        "can_change": user.scope.holds(DESK, site_id=found.site_id),
    }


def _person(one: Residence, site: Site, now: datetime, today: date, user: User) -> dict[str, Any]:
    gone = one.until is not None and one.until < today
    may = calling(now, site.pk, site.time_zone, one.resident.do_not_call)
    return {
        "residence": one,
        "resident": one.resident,
        "url": resident_url(one.resident.uuid),
        "relation": Relation(one.relation).label,
        "order": list(Relation).index(Relation(one.relation)),
        "gone": gone,
        "numbers": sorted(one.resident.phones.all(), key=lambda phone: phone.pk),
        "call": may,
        "bar": year_bars([(one.since, one.until)], today)[0][0],
        "identity": getattr(one.resident, "identity", None),
        "see_identity": user.scope.holds(SEE_IDENTITIES, site_id=site.pk),
        "strip": day_strip(one.resident.do_not_call, now.astimezone(site.zone)),
    }


def _contact(people: list[dict[str, Any]]) -> dict[str, Any] | None:
    """How the home is best reached: as its first owner wishes."""
    return next((person for person in people if not person["gone"]), None)


def _entry(entry: about.Entry, site: Site) -> dict[str, Any]:
    return {
        "when": moments.short(entry.at, site.zone),
        "icon": entry.icon,
        "what": entry.what,
        "reference": entry.reference,
        "title": entry.title,
        "url": entry.url,
        "state": entry.state,
        "state_word": entry.state_word,
        "by": entry.by,
    }


def _before(request: HttpRequest) -> datetime | None:
    """The moment that an older page of the history begins at; whatever is no moment is the newest page."""
    try:
        found = parse_datetime(request.GET.get("before", "").replace(" ", "+"))
    except ValueError:
        return None
    return None if found is None or is_naive(found) else found


@only_for(ARCHIVE)
@never_cache
@require_GET
def resident(request: HttpRequest, resident_uuid: uuid.UUID) -> HttpResponse:
    user = user_of(request)
    return render(request, "residents/resident.html", resident_page(user, visible_resident(user, resident_uuid)))


def resident_page(user: User, found: Resident) -> dict[str, Any]:
    here = Q(unit__in=Unit.objects.visible_to(user))
    homes = list(found.residences.filter(here).select_related("unit__site").order_by("until", "since", "pk"))
    if not homes:
        raise Http404
    site, now = homes[0].unit.site, timezone.now()
    may = calling(now, site.pk, site.time_zone, found.do_not_call)
    return {
        "resident": found,
        "homes": [
            {"residence": one, "url": unit_url(one.unit.uuid), "relation": Relation(one.relation).label}
            for one in homes
        ],
        "numbers": list(Phone.objects.filter(resident=found).order_by("pk")),
        "identity": getattr(found, "identity", None),
        "see_identity": any(user.scope.holds(SEE_IDENTITIES, site_id=home.unit.site_id) for home in homes),
        "call": may,
        "strip": day_strip(found.do_not_call, now.astimezone(site.zone)),
        "can_change": any(user.scope.holds(DESK, site_id=home.unit.site_id) for home in homes),
        "site": site,
    }
