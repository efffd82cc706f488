"""Who is told what about the bar, in the reader's language; rows hold codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bar_service.models import BarTimer
from bar_service.promised import Target
from portal.notifications import choices, wording
from portal.pages.houses import site_of
from portal.promises.sweeping import Telling

LINKS = {Target.BAR_READY: "/bar/checklists/open/", Target.BAR_CLOSED: "/bar/checklists/close/",
         Target.GEAR_BACK: "/bar/gear/"}  # fmt: skip


def telling_of(timer: BarTimer) -> Telling:
    """What the sweep needs to tell about a promise of the bar; its matter is joined to it."""
    site = site_of(timer.matter.site_id)
    return Telling(
        site_id=site.pk,
        zone=site.zone,
        department_id=None,
        holder_id=None,
        waits_for_morning=False,
        kind="bar.timer",
        params={"label": timer.matter.label, "zone": site.time_zone},
        link=LINKS.get(Target(timer.target), "/bar/"),
    )


def register_wordings() -> None:
    choices.register_group(choices.Group("bar", gettext_lazy("The bar: something is late, asked for or ready")))
    for kind, words in _WORDINGS.items():
        wording.register(f"bar.{kind}", words)
        choices.put_into_group(f"bar.{kind}", lambda _params: "bar")


def _moment(params: Mapping[str, Any], name: str) -> str:
    local = datetime.fromisoformat(params[name]).astimezone(ZoneInfo(params["zone"]))
    return date_format(local, "m-d H:i")


def _timer(params: Mapping[str, Any]) -> str:
    values = {"label": params["label"], "at": _moment(params, "due_at")}
    return {
        Target.VIP_ROUND: _("%(label)s: no round since its limit at %(at)s."),
        Target.BAR_READY: _("The bar's opening checklist was not done by %(at)s."),
        Target.BAR_CLOSED: _("The bar's closing checklist was not done by %(at)s."),
        Target.GEAR_BACK: _("%(label)s has been out since before its limit at %(at)s. Please ask for it."),
        Target.SALES_REQUEST: _("What %(label)s asked for was not ready at %(at)s."),
    }[Target(params["target"])] % values


def _request(params: Mapping[str, Any]) -> str:
    return _("%(label)s needs something from the bar at %(at)s.") % {
        "label": params["label"],
        "at": _moment(params, "at"),
    }


_WORDINGS: dict[str, wording.Wording] = {
    "timer": _timer,
    "request": _request,
    "request_ready": lambda p: _("What you asked for at %(at)s is ready at the bar.") % {"at": _moment(p, "at")},
    "enquiry": lambda p: _("%(label)s at the bar passes a guest's question to you.") % p,
    "round_in_time": lambda p: (
        _("%(label)s: the round was made in time, at %(at)s; its tablet had no line.")
        % {"label": p["label"], "at": _moment(p, "at")}
    ),
}
