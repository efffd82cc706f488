"""The archive as a workbook: masked for reading, and whole for whoever may, with a reason, on record (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal import sealing
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.pages.asking import only_for, user_of
from portal.pages.houses import sites
from portal.workbooks import answer, workbook
from residents.models import IdentityNumber, Relation, Residence, Unit
from residents.register.sheets import MASKED_NOTES, TEMPLATE
from residents.services.revealing import SEE_IDENTITIES

EXPORTERS = SEE_IDENTITIES
BATCH = 1000
CO_OWNER = "共有人"
HIDDEN = ("联系电话", "身份证号", "车牌号")
MASKED = "已遮蔽"


class WholeForm(forms.Form):
    """Why the whole numbers of everybody are needed; it stands in the record."""

    reason = forms.CharField(
        label=gettext_lazy("What it is needed for"), max_length=150, widget=forms.Textarea({"rows": 2})
    )


@only_for(EXPORTERS)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """One site's units and people for reading; phones and plates masked, no identity numbers. On record."""
    user = user_of(request)
    site = _site(request, user)
    record(AuditAction.EXPORTED, by=user, subject=f"site {site.code}", fields=["units", "people"], request=request)
    with override("zh-hans"):  # in the words of the template, which is the companies'
        header = [f"{name}({MASKED})" if name in HIDDEN else name for name in TEMPLATE]
        notes = (f"号码{MASKED}", [f"号码{MASKED}"], [[note] for note in MASKED_NOTES])
        content = workbook([(site.name, header, _rows(site, whole=False)), notes])
    return answer(content, f"residents-masked-{site.code}")


@only_for(EXPORTERS)
@never_cache
@require_http_methods(["GET", "POST"])
def export_whole(request: HttpRequest) -> HttpResponse | FileResponse:
    """The same with every number, which an import reads again: a deliberate act with a reason, on record."""
    user = user_of(request)
    site = _site(request, user)
    form = WholeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = ["units", "people", "phone", "plate", "identity"]
        reason = form.cleaned_data["reason"]
        about = f"site {site.code}"
        record(AuditAction.EXPORTED, by=user, subject=about, fields=fields, reason=reason, request=request)
        with override("zh-hans"):
            content = workbook([(site.name, TEMPLATE, _rows(site, whole=True))])
        return answer(content, f"residents-{site.code}")
    context = {
        "form": form,
        "fields": True,
        "title": _("Export whole, with every number"),
        "name": site.name,
        "says": _(
            "Every phone, plate and identity number of the site leaves the portal in one file: keep it under lock."
        ),
        "back": "/residents/",
        "button": _("Make the file"),
    }
    return render(request, "residents/change.html", context, status=422 if form.errors else 200)


def _site(request: HttpRequest, user: User) -> Site:
    site = next((site for site in sites().values() if site.code == request.GET.get("site", "")), None)
    if site is None or not user.scope.holds(EXPORTERS, site_id=site.pk):
        raise Http404
    return site


def _rows(site: Site, *, whole: bool) -> Iterator[list[Any]]:
    """As the template has its columns: with every number an import reads it again, masked it leaves the numbers out."""
    living = (
        Residence.objects.current(timezone.localdate())
        .select_related("resident__identity")
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
        held = [vehicle for vehicle in unit.vehicles.all() if vehicle.until is None]
        plates = "/".join(vehicle.plate if whole else vehicle.masked for vehicle in held)
        people = sorted(unit.living, key=lambda one: one.relation != Relation.OWNER)  # type: ignore[attr-defined]
        for at, residence in enumerate(people or [None]):
            yield [*home, *_person(residence, whole, another=at > 0), plates, unit.remarks]


def _person(residence: Residence | None, whole: bool, *, another: bool) -> list[Any]:
    if residence is None:
        return ["", "", "", "", ""]
    resident = residence.resident
    since = residence.since.isoformat() if residence.since else ""
    phones = "/".join(phone.number if whole else phone.masked for phone in resident.phones.all())
    card = _card(getattr(resident, "identity", None)) if whole else ""
    owns = residence.relation == Relation.OWNER
    relation = CO_OWNER if owns and another else str(Relation(residence.relation).label)
    return [resident.name, relation, phones, card, since]


def _card(identity: IdentityNumber | None) -> str:
    """The number of a card, "" where its key is gone."""
    try:
        return sealing.unseal(identity.sealed.encode()).decode() if identity else ""
    except sealing.Unreadable:
        return ""
