"""The company, its sites and their departments. Each comes with what the portal ships for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal import memo
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization import new_site
from portal.organization.errors import Refused
from portal.organization.models import Company, Department, Site, User
from portal.promises import clock

# What nearly every company has: (code, name, English name). The category list of a new installation names these.
USUAL_DEPARTMENTS = (
    ("customer_service", "客服部", "Customer service"),
    ("engineering", "工程部", "Engineering"),
    ("security", "秩序部", "Security"),
    ("cleaning", "保洁部", "Cleaning"),
    ("greening", "绿化部", "Greening"),
)


@transaction.atomic
def save_company(*, name: str, hotline: str, request: HttpRequest) -> Company:
    """The one company; the first call makes it."""
    company = Company.objects.select_for_update().order_by("pk").first() or Company()
    company.name, company.hotline = name, hotline
    company.save()
    _record("company", company.pk, request)
    return company


@transaction.atomic
def add_site(*, code: str, name: str, time_zone: str, request: HttpRequest) -> Site:
    """A site with everything that the portal ships for one. Raises Refused for a code that is taken."""
    company = Company.objects.order_by("pk").first()
    if company is None:
        raise Refused(_("Name the company first."))
    try:
        with transaction.atomic():
            site = Site.objects.create(company=company, code=code, name=name, time_zone=time_zone)
    except IntegrityError:
        raise Refused(_("The code %(code)s is taken.") % {"code": code}) from None
    new_site.furnish(site)
    _record("site", site.pk, request)
    return site


@transaction.atomic
def change_site(site_id: int, *, name: str, time_zone: str, request: HttpRequest) -> Site:
    """Its code stays: it stands in the number of every ticket."""
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    site.name, site.time_zone = name, time_zone
    site.save(update_fields=["name", "time_zone"])
    _record("site", site.pk, request)
    return site


@transaction.atomic
def add_departments(site_id: int, wanted: Iterable[dict[str, Any]], *, request: HttpRequest) -> list[Department]:
    """Departments of a site that are not there yet, by code; those that are stay as they are."""
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    there = set(site.departments.values_list("code", flat=True))
    rows = [
        Department(site=site, rank=len(there) + place, **one)
        for place, one in enumerate(wanted)
        if one["code"] not in there
    ]
    for row in rows:
        row.save()
        _record("department", row.pk, request)
    return rows


@transaction.atomic
def change_department(
    department_id: int, *, name: str, name_en: str, outside_firm: bool, request: HttpRequest
) -> Department:
    department = Department.objects.select_for_update(no_key=True).get(pk=department_id)
    department.name, department.name_en, department.outside_firm = name, name_en, outside_firm
    department.save(update_fields=["name", "name_en", "outside_firm"])
    _record("department", department.pk, request)
    return department


@transaction.atomic
def open_portal(*, request: HttpRequest) -> None:
    """The set-up is finished: from here on the administrator begins at the settings."""
    Company.objects.filter(opened_at=None).update(opened_at=clock.now())
    _record("company", 0, request)


def _record(what: str, pk: int, request: HttpRequest) -> None:
    by = request.user if isinstance(request.user, User) else None
    record(AuditAction.PLACE_CHANGED, by=by, subject=f"{what} {pk}", request=request)
    transaction.on_commit(memo.forget)
