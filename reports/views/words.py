"""How figures and durations are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from complaints.models import Category
from complaints.states import Severity, Target
from portal.organization.models import Site
from portal.pages.houses import department_of, site_of
from reports import kept
from reports.lost_time import Had

NONE = "–"
HOUR, DAY = 60, 24  # in the next smaller unit
BY = {
    "department": gettext_lazy("By department"),
    "severity": gettext_lazy("By severity"),
    "category": gettext_lazy("By category"),
    "site": gettext_lazy("By site"),
    "shift": gettext_lazy("By shift"),
    "month": gettext_lazy("By month"),
}
SHIFTS = {
    kept.EARLY: pgettext_lazy("shift", "Early, 08–16"),
    kept.LATE_SHIFT: pgettext_lazy("shift", "Late, 16–24"),
    kept.NIGHT: pgettext_lazy("shift", "Night, 0–8"),
}
FIGURES = {
    "all": pgettext_lazy("promises", "Promised"),
    "settled": pgettext_lazy("promises", "Result known"),
    "kept": pgettext_lazy("promises", "Within the limit, as approved"),
    "kept_at_first": pgettext_lazy("promises", "Within the limit as first set"),
    "late": pgettext_lazy("promises", "Late"),
    "running": pgettext_lazy("promises", "Still running"),
}
NOBODY = "none"
HAD = {
    None: pgettext_lazy("had it", "Nobody, the resident had been told"),
    Had.DESK: pgettext_lazy("had it", "Front desk"),
    Had.DEPARTMENT: pgettext_lazy("had it", "Department"),
    Had.RESIDENT: pgettext_lazy("had it", "Waiting for the resident"),
    Had.THIRD_PARTY: pgettext_lazy("had it", "Waiting for a third party"),
    Had.PARTS: pgettext_lazy("had it", "Waiting for parts"),
    Had.NIGHT: pgettext_lazy("had it", "Night"),
}


def percent(found: float | None) -> str:
    """To the tenth below, so that 99.96 % is not said to be all."""
    return NONE if found is None else f"{int(found * 10 + 1e-6) / 10:g} %"


def duration(seconds: float | None) -> str:
    """As people say it: 8 min, 1 h 22 min, 2 d 3 h."""
    if seconds is None:
        return NONE
    minutes = round(seconds / 60)
    if minutes < HOUR:
        return _("%(minutes)s min") % {"minutes": minutes}
    hours = round(minutes / HOUR)
    if hours < DAY:
        return _("%(hours)s h %(minutes)s min") % {"hours": minutes // HOUR, "minutes": minutes % HOUR}
    return _("%(days)s d %(hours)s h") % {"days": hours // DAY, "hours": hours % DAY}


def group_words(by: str, *, of_one_site: bool) -> Callable[[Any], str]:
    """What a group is called; one statement for categories and sites, none otherwise."""

    def department(key: int) -> str:
        found = department_of(key)
        return found.name if of_one_site else f"{found.name} · {site_of(found.site_id).name}"

    if by == "category":
        names = {one.pk: str(one) for one in Category.objects.all()}
    elif by == "site":
        names = {one.pk: one.name for one in Site.objects.all()}
    else:
        plain: dict[str, Callable[[Any], str]] = {
            "department": department,
            "severity": lambda key: str(Severity(key).label),
            "shift": lambda key: str(SHIFTS[key]),
            "month": lambda key: date_format(date.fromisoformat(key), "YEAR_MONTH_FORMAT"),
            "target": lambda key: str(Target(key).label),
        }
        return lambda key: _without(by) if key is None else plain[by](key)
    return lambda key: names.get(key, _without(by))


def _without(by: str) -> str:
    return {"department": _("No department"), "category": _("No category")}.get(by, NONE)


def promises(count: int) -> str:
    return ngettext("%(count)d promise", "%(count)d promises", count) % {"count": count}
