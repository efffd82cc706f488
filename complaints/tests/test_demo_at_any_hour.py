"""The demo fills at whatever hour and on whatever day somebody starts it: it owes nothing and adds up."""

from __future__ import annotations

import os
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from complaints.tests.house import SHANGHAI
from portal import integrity
from portal.promises import clock
from portal.promises.sweeping import Tally, sweep

# The suite stands at the hours at which something ends or begins; PORTAL_DEMO_MOMENTS=day or days walks the others.
SUITE = [datetime(2026, 11, 30, 4, 32, tzinfo=SHANGHAI), datetime(2027, 3, 1, 0, 20, tzinfo=SHANGHAI)]
DAY = [datetime(2026, 11, 30, hour, minute, tzinfo=SHANGHAI) for hour in range(24) for minute in (2, 35)]
DAYS = [
    datetime(year, month, day, hour, 7, tzinfo=SHANGHAI)
    for year, month, day in ((2027, 1, 1), (2028, 2, 29), (2026, 11, 1), (2026, 12, 31), (2026, 9, 20), (2026, 10, 10))
    for hour in (0, 4, 13)
]
SUMMER_TIME = [
    datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))
    for parts in ((2026, 10, 25, 2, 30), (2026, 10, 25, 9), (2027, 3, 28, 3, 30))
]
MOMENTS = {"day": DAY, "days": DAYS + SUMMER_TIME}.get(os.environ.get("PORTAL_DEMO_MOMENTS", ""), SUITE)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_demo_fills_and_owes_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, now: datetime
) -> None:
    settings.TIME_ZONE = str(now.tzinfo)
    monkeypatch.setattr(timezone, "now", lambda: now)
    with clock.standing_at(now):
        call_command("seed_demo", stdout=StringIO())
        assert sweep() == Tally()
        assert list(integrity.findings()) == []
