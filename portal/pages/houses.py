"""Sites and departments by their ids, as every page needs them: one statement, remembered for some seconds."""

from __future__ import annotations

from collections.abc import Iterable

from portal import memo
from portal.memo import for_a_moment
from portal.organization.models import Company, Department, Site


@for_a_moment
def _houses() -> tuple[dict[int, Site], dict[int, Department]]:
    columns = (
        "pk",
        "code",
        "name",
        "time_zone",
        "company__pk",
        "company__name",
        "company__hotline",
        "departments__pk",
        "departments__code",
        "departments__name",
        "departments__name_en",
    )
    found: dict[int, Site] = {}
    inside: dict[int, Department] = {}
    in_order = Site.objects.order_by("pk", "departments__rank", "departments__pk")
    for (
        pk,
        code,
        name,
        zone,
        company,
        its_company,
        hotline,
        department,
        its_code,
        its_name,
        its_name_en,
    ) in in_order.values_list(*columns):
        whose = Company(pk=company, name=its_company, hotline=hotline)
        found.setdefault(pk, Site(pk=pk, code=code, name=name, time_zone=zone, company=whose))
        if department is not None:
            inside[department] = Department(
                pk=department, site_id=pk, code=its_code, name=its_name, name_en=its_name_en
            )
    return found, inside


def sites() -> dict[int, Site]:
    return _houses()[0]


def departments() -> dict[int, Department]:
    return _houses()[1]


def site_of(pk: int) -> Site:
    if pk not in sites():
        memo.forget()  # opened a moment ago, elsewhere
    return sites()[pk]


def department_of(pk: int) -> Department:
    if pk not in departments():
        memo.forget()
    return departments()[pk]


def departments_at(site_id: int) -> list[Department]:
    """The departments of a site, in their order."""
    return [department for department in departments().values() if department.site_id == site_id]


def name_of(department: Department, among: Iterable[Department]) -> str:
    """Its name, with its site's where ``among`` are departments of several: each site has an engineering."""
    if len({one.site_id for one in among}) < 2:
        return str(department)
    return f"{site_of(department.site_id).name} · {department}"


def departments_of(everywhere: bool, site_ids: frozenset[int]) -> list[Department]:
    return [department for department in departments().values() if everywhere or department.site_id in site_ids]
