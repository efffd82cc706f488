"""The archive as a workbook, masked: whole numbers leave one by one, with a reason, or not at all (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site
from portal.organization.roles import Role
from portal.pages.asking import only_for, user_of
from portal.pages.houses import sites
from portal.workbooks import answer, workbook
from residents.models import Relation, Residence, Unit
from residents.register.sheets import TEMPLATE

EXPORTERS = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER, Role.SITE_DIRECTOR, Role.GENERAL_MANAGER})
BATCH = 1000


@only_for(EXPORTERS)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """One site's units and people; phones and plates masked, no identity numbers. On record."""
    user = user_of(request)
    site = next((site for site in sites().values() if site.code == request.GET.get("site", "")), None)
    if site is None or not user.scope.holds(EXPORTERS, site_id=site.pk):
        raise Http404
    record(AuditAction.EXPORTED, by=user, subject=f"site {site.code}", fields=["units", "people"], request=request)
    return answer(workbook([(site.name, TEMPLATE, _rows(site))]), f"residents-{site.code}")


def _rows(site: Site) -> Iterator[list[Any]]:
    """As the template has its columns, so that what left can be read again."""
    living = (
        Residence.objects.current(timezone.localdate())
        .select_related("resident")
        .prefetch_related("resident__phones")
        .order_by("relation", "pk")
    )
    units = (
        Unit.objects.filter(site=site)
        .select_related("entrance__building")
        .prefetch_related(Prefetch("residences", living, to_attr="living"), "vehicles")
        .order_by("entrance__building__code", "entrance__code", "digits")
    )
    for unit in units.iterator(BATCH):
        home = [
            unit.entrance.building.code,
            unit.entrance.code,
            unit.room,
            unit.area,
            unit.layout,
            unit.get_status_display(),
        ]
        plates = "/".join(vehicle.masked for vehicle in unit.vehicles.all())
        for residence in unit.living or [None]:  # type: ignore[attr-defined]
            yield [*home, *_person(residence), plates, unit.remarks]


def _person(residence: Residence | None) -> list[Any]:
    if residence is None:
        return ["", "", "", "", ""]
    since = residence.since.isoformat() if residence.since else ""
    phones = "/".join(phone.masked for phone in residence.resident.phones.all())
    return [residence.resident.name, str(Relation(residence.relation).label), phones, "", since]
