"""The occupied homes of a site as the planner sees them: four statements, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, time

from django.db.models import Max
from django.utils import timezone

from portal.organization.models import Site
from residents.models import Relation, Residence, Unit, UnitStatus
from visits.models import HomeVisit
from visits.planner import Band, Home, Spans, band_at
from visits.states import OPEN, Status

OWNERS_FIRST = [Relation.OWNER, Relation.TENANT, Relation.FAMILY]


def occupied(site: Site) -> list[tuple[Unit, Home]]:
    """Every home that counts for the coverage, with what the rule asks about it."""
    units = Unit.objects.filter(site=site, status=UnitStatus.OCCUPIED).select_related("entrance__building")
    last = last_done(site)
    refused, vain = _since(site, last)
    booked = set(HomeVisit.objects.filter(site=site, status__in=OPEN).values_list("unit", flat=True))
    quiet = _quiet_homes(site)
    return [
        (
            unit,
            Home(
                key=unit.pk,
                place=place_of(unit),
                last_visit=last.get(unit.pk),
                vain=tuple(vain.get(unit.pk, ())),
                quiet=quiet.get(unit.pk, ()),
                booked=unit.pk in booked,
                refused_on=refused.get(unit.pk),
            ),
        )
        for unit in units
    ]


def place_of(unit: Unit) -> tuple[str, str, int, str]:
    building = unit.entrance.building.code
    return building.rjust(10), unit.entrance.code, unit.floor or 0, unit.digits


def last_done(site: Site) -> dict[int, date]:
    """The local day of each home's last visit that was made."""
    done = HomeVisit.objects.filter(site=site, status=Status.DONE).order_by().values("unit")
    rows = done.annotate(last=Max("ended_at")).values_list("unit", "last")
    return {unit: at.astimezone(site.zone).date() for unit, at in rows}


def _since(site: Site, last: Mapping[int, date]) -> tuple[dict[int, date], dict[int, list[tuple[date, Band]]]]:
    """When each home refused last, and the vain tries since its last visit."""
    refused: dict[int, date] = {}
    vain: dict[int, list[tuple[date, Band]]] = defaultdict(list)
    rows = HomeVisit.objects.filter(site=site, status__in=[Status.REFUSED, Status.NOBODY_HOME]).order_by("ended_at")
    for unit, status, at in rows.values_list("unit", "status", "ended_at"):
        on = at.astimezone(site.zone).date()
        if unit in last and on <= last[unit]:
            continue
        if status == Status.REFUSED:
            refused[unit] = on
        else:
            vain[unit].append((on, band_at(at.astimezone(site.zone))))
    return refused, vain


def _quiet_homes(site: Site) -> dict[int, Spans]:
    """When each home wants no calls, as the first of its people says."""
    today = timezone.localdate(timezone=site.zone)
    rows = Residence.objects.current(today).filter(unit__site=site).exclude(resident__do_not_call=[])
    found: dict[int, Spans] = {}
    for unit, spans in rows.order_by("pk").values_list("unit", "resident__do_not_call"):
        found.setdefault(unit, quiet_of(spans))
    return found


def quiet_of(do_not_call: Iterable[Mapping[str, str]]) -> Spans:
    return tuple((time.fromisoformat(span["start"]), time.fromisoformat(span["end"])) for span in do_not_call)


def met_there(units: Iterable[int], today: date) -> dict[int, int]:
    """Whom one asks for at each home: its owner, else its tenant, else the family; their ids."""
    rows = Residence.objects.current(today).filter(unit__in=list(units)).values_list("unit", "relation", "resident")
    found: dict[int, tuple[int, int]] = {}
    for unit, relation, resident in rows.order_by("pk"):
        rank = OWNERS_FIRST.index(Relation(relation))
        if unit not in found or rank < found[unit][0]:
            found[unit] = (rank, resident)
    return {unit: resident for unit, (_rank, resident) in found.items()}
