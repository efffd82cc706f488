"""What an address asks of the figures; anything else is this month, all sites, the resolution, by department."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from complaints.states import Target
from portal.organization.models import Site, User
from portal.organization.roles import LEADERSHIP
from portal.pages.houses import department_of
from reports import kept
from reports.periods import NAMES, Period, name_of, named, period


@dataclass(frozen=True)
class Asked:
    period: Period
    site: Site | None
    target: Target
    by: str

    def address(self, path: str = "/reports/sla/", **other: Any) -> str:
        """The same page, asked otherwise."""
        said = {
            "period": self.period.code,
            "site": self.site.pk if self.site else "",
            "target": self.target.value,
            "by": self.by,
            **other,
        }
        return f"{path}?{urlencode({name: value for name, value in said.items() if value not in (None, '')})}"

    def before(self) -> Asked:
        return replace(self, period=self.period.before())

    @property
    def name(self) -> str:
        return name_of(self.period.code)


def asked_by(request: HttpRequest, sites: list[Site], *, usual: str = "month") -> Asked:
    asks = request.GET
    site = next((one for one in sites if str(one.pk) == asks.get("site", "")), sites[0] if len(sites) == 1 else None)
    zone = ZoneInfo(site.time_zone) if site else timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    code, today = asks.get("period", ""), timezone.localdate(timezone=zone)
    try:
        of = named(code, today, zone) if code in NAMES else period(code, zone)
        of.before(), of.next()  # which the page leads to
    except ValueError:
        of = named(usual, today, zone)
    target, by = asks.get("target", ""), asks.get("by", "")
    return Asked(
        of,
        site,
        Target(target) if target in Target.values else Target.RESOLVE,
        by if by in kept.groups(zone) else "department",
    )


def sites_of(user: User) -> list[Site]:
    """The sites whose figures this person may see, in whole or of a department."""
    everywhere, sites = user.scope.sites_as(LEADERSHIP)
    if everywhere:
        return list(Site.objects.order_by("pk"))
    of_departments = {department_of(pk).site_id for pk in user.scope.departments_as(kept.READERS)}
    return list(Site.objects.filter(pk__in=sites | of_departments).order_by("pk"))
