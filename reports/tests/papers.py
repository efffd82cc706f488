"""Reports for tests of other places: one of each state that a page shows."""

from __future__ import annotations

from datetime import timedelta

from complaints.tests.house import MORNING, House
from portal.promises import clock
from reports.models import Edition, Report
from reports.services import making, signing

OF_YESTERDAY, OF_TODAY = "YJW-YR-2026-11-20", "YJW-YR-2026-11-21"


def in_the_reports(house: House) -> dict[str, str | int]:
    """The daily report of yesterday, issued, and today's, a draft; and the version of both."""
    for day in (-1, 0, 1):
        with clock.standing_at(MORNING + timedelta(days=day)):
            making.plan_and_make()
    with clock.standing_at(MORNING):
        signing.write(OF_YESTERDAY, _version(OF_YESTERDAY), {"notes": "平安"}, house.supervisor, sign=True)
    return {
        "issued": OF_YESTERDAY,  # a daily one: it has no owners' version
        "sha256": Edition.objects.get().sha256,
        "draft": OF_TODAY,
        "issued_version": _version(OF_YESTERDAY),
        "draft_version": _version(OF_TODAY),
    }


def _version(number: str) -> int:
    return Report.objects.get(number=number).version
