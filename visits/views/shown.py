"""One visit as a line of the route, the archive or a home's page shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.organization.models import Site
from portal.pages import moments
from residents.calling import Calling, calling
from visits.coverage import Cell
from visits.models import CallRecord, HomeVisit
from visits.states import AHEAD, OVER, CallOutcome, How, Kind, Status
from visits.words import band_words

CHIP = {Status.DONE: "ok", Status.UNDER_WAY: "seen", Status.NOBODY_HOME: "soon", Status.REFUSED: "soon"}


def line_of(
    visit: HomeVisit, number: int, at: datetime, site: Site, now: datetime, cell: Cell | None
) -> dict[str, Any]:
    timed = visit.starts_at is not None and visit.status == Status.APPOINTED
    moment = visit.started_at or at
    may = call_of(visit, site, now)
    return {
        "pk": visit.pk,
        "unit": visit.unit_id,
        "number": number,
        "url": visit.url,
        "time": f"{moment.astimezone(site.zone):%H:%M}",
        "iso": moments.iso(moment),
        "agreed": timed or visit.started_at is not None,
        "room": visit.unit.room,
        "building": visit.unit.entrance.building.code,
        "group": (visit.unit.entrance.building.code, visit.unit.entrance.code),
        "who": visit.who,
        "addressed": visit.resident.addressed if visit.resident else "",
        "kind": Kind(visit.kind).label,
        "kind_code": visit.kind,
        "second": visit.purpose or ("" if visit.status in OVER else last_words(cell)),
        "typed": bool(visit.purpose),
        "minutes": visit.minutes,
        "people": [user.name for user in visit.going],
        "over": visit.status in OVER,
        "under_way": visit.status == Status.UNDER_WAY,
        "ready": visit.status == Status.APPOINTED,
        "chip": state_chip(visit, site, may),
        "may_call": may,
    }


def call_of(visit: HomeVisit, site: Site, now: datetime) -> Calling:
    return calling(now, site.pk, site.time_zone, visit.resident.do_not_call if visit.resident else [])


def state_chip(visit: HomeVisit, site: Site, may: Calling) -> dict[str, str]:
    """What the line says of the call, or of how it went: the words and the look."""
    calls = list(visit.calls.all())
    if visit.status not in AHEAD:
        return {"css": CHIP.get(Status(visit.status), ""), "words": str(Status(visit.status).label), "icon": "check"}
    agreed = next((call for call in reversed(calls) if call.outcome == CallOutcome.AGREED), None)
    if agreed is not None:
        words = _("agreed %(at)s") % {"at": moments.with_today(agreed.at, site.zone)}
        return {"css": "ok", "words": words, "icon": "check"}
    if not may.open:
        return {"css": "hold", "words": may.words, "icon": "hold"}
    if calls:
        return {"css": "soon", "words": call_words(calls[-1], site), "icon": "soon"}
    if visit.status == Status.ASKED:
        return {"css": "soon", "words": str(Status.ASKED.label), "icon": "soon"}
    return {"css": "", "words": band_words(visit.band) or pgettext("visit", "not called yet"), "icon": "phone"}


def call_words(call: CallRecord, site: Site) -> str:
    return f"{moments.with_today(call.at, site.zone)} {CallOutcome(call.outcome).label}"


def call_line(call: CallRecord, site: Site) -> dict[str, str]:
    return {
        "at": moments.with_today(call.at, site.zone),
        "how": str(How(call.how).label),
        "outcome": str(CallOutcome(call.outcome).label),
        "agreed": moments.with_today(call.agreed_at, site.zone) if call.agreed_at else "",
        "remarks": call.remarks,
    }


def last_words(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.last is None:
        return _("never visited since they moved in")
    return _("last visit %(day)s") % {"day": f"{cell.last:%Y-%m-%d}"}
