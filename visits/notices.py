"""Who is told what about a visit: moments alone, neither a name nor a room; the link leads to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.notifications import choices, wording
from portal.pages import moments
from portal.pages.houses import site_of
from portal.promises.sweeping import Telling
from visits.models import VisitTimer
from visits.states import Target


def telling_of(timer: VisitTimer) -> Telling:
    visit = timer.visit
    site = site_of(visit.site_id)
    return Telling(
        site_id=visit.site_id,
        zone=site.zone,
        department_id=None,
        holder_id=None,
        waits_for_morning=True,
        kind="visits.timer",
        params={"zone": site.time_zone},
        link=f"/visits/{visit.uuid}/",
    )


def _moment(params: Mapping[str, Any], name: str) -> str:
    zone = ZoneInfo(params["zone"])
    return moments.short(datetime.fromisoformat(params[name]), zone)


def _timer(params: Mapping[str, Any]) -> str:
    values = {"target": str(Target(params["target"]).label), "due_at": _moment(params, "due_at")}
    if params["level"] == "warning":
        return _("A visit: “%(target)s” is due %(due_at)s.") % values
    if params["level"] == "step_1":
        return _("A visit: “%(target)s” passed its limit at %(due_at)s.") % values
    return _("A visit: “%(target)s” is still late since %(due_at)s and has come up to you.") % values


def _going(params: Mapping[str, Any]) -> str:
    if not params.get("at"):
        return _("You go along on a home visit; its time is not agreed yet.")
    return _("You go along on a home visit at %(at)s.") % {"at": _moment(params, "at")}


_WORDINGS: dict[str, wording.Wording] = {
    "timer": _timer,
    "going": _going,
    "asked": lambda p: _("A resident asks for a visit. Please call and agree a time."),
    "rounds_missing": lambda p: _("%(site)s: %(count)d of %(goal)d rounds of visits are planned this month.") % dict(p),
}


def register_wordings() -> None:
    for kind, words in _WORDINGS.items():
        wording.register(f"visits.{kind}", words)
    choices.put_into_group("visits.timer", lambda p: "due_soon" if p.get("level") == "warning" else "came_up")
    choices.put_into_group("visits.going", lambda p: "work")
    choices.put_into_group("visits.asked", lambda p: "resident")
