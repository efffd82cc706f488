"""Who is told what about a report: its kind, its site, its moments; no figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.notifications import choices, wording
from portal.pages import moments
from portal.pages.houses import site_of
from portal.promises.sweeping import Telling
from reports.models import ReportTimer
from reports.papers.kinds import PaperKind
from reports.promised import Target


def telling_of(timer: ReportTimer) -> Telling:
    report = timer.report
    site = site_of(report.site_id)
    return Telling(
        site_id=site.pk,
        zone=site.zone,
        department_id=None,
        holder_id=None,
        waits_for_morning=True,
        kind="reports.timer",
        params={"number": report.number, "kind": report.kind, "site": site.name, "zone": site.time_zone},
        link=report.url,
    )


def register_wordings() -> None:
    choices.register_group(choices.Group("reports", gettext_lazy("Reports: to sign, issued, or late")))
    for kind, words in _WORDINGS.items():
        wording.register(f"reports.{kind}", words)
        choices.put_into_group(f"reports.{kind}", lambda _params: "reports")


def _named(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": str(PaperKind(params["kind"]).label), "number": params["number"], "site": params["site"]}


def _timer(params: Mapping[str, Any]) -> str:
    zone = ZoneInfo(params["zone"])
    values = _named(params) | {"due_at": moments.short(datetime.fromisoformat(params["due_at"]), zone)}
    if params["target"] == Target.MADE:
        return _("%(title)s %(number)s was to be counted by %(due_at)s and is not.") % values
    if params["level"] == "warning":
        return _("%(title)s %(number)s is to be issued by %(due_at)s.") % values
    return _("%(title)s %(number)s was to be issued by %(due_at)s and is not.") % values


_WORDINGS: dict[str, wording.Wording] = {
    "timer": _timer,
    "to_sign": lambda p: _("%(title)s %(number)s waits for your signature (%(site)s).") % _named(p),
    "sent_back": lambda p: _("%(title)s %(number)s was sent back: %(reason)s") % (_named(p) | {"reason": p["reason"]}),
    "issued": lambda p: (
        _("%(title)s %(number)s is issued, edition %(edition)d (%(site)s).") % (_named(p) | {"edition": p["edition"]})
    ),
}
