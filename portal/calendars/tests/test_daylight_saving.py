"""Deadlines beside the nights on which the clocks change, worked out by hand, whatever zone the machine itself keeps.

New York 2026: 8 March 07:00 UTC, from -5 to -4; 1 November 06:00 UTC, back. Berlin 2026: 29 March 01:00 UTC, from +1 to
+2; 25 October 01:00 UTC, back. A night shift of 22:00–06:00 has 7 h in spring and 9 h in autumn; the hours from 01:00
to 04:00, in which the change lies, are 2 h and 4 h; offices are closed on these Sundays and see nothing of it.
"""

from __future__ import annotations

import os
import time as clocks
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import pytest

from portal.calendars import BusinessCalendar

HOURS = {
    "night": {day: [(time(0), time(6)), (time(22), time(0))] for day in range(7)},
    "small": {day: [(time(1), time(4))] for day in range(7)},
    "office": {day: [(time(9), time(18))] for day in range(5)},
    "always": None,
}
MACHINES = ("UTC", "America/New_York", "Europe/Berlin")
# zone; then of each line: hours, start in UTC, working time, deadline in UTC, and a pause where there is one
BY_HAND = {
    "America/New_York": """
        night  2026-03-08T03:00:00 7:00:00  2026-03-08T10:00:00
        night  2026-03-08T03:00:00 7:00:01  2026-03-09T02:00:01
        night  2026-03-08T03:00:00 4:00:00  2026-03-08T07:00:00
        night  2026-03-08T03:00:00 4:00:01  2026-03-08T07:00:01
        night  2026-03-08T03:00:00 8:00:00  2026-03-09T03:00:00
        night  2026-03-08T05:30:00 4:30:00  2026-03-08T10:00:00
        night  2026-03-07T12:00:00 7:00:00  2026-03-08T10:00:00
        night  2026-03-08T03:00:00 6:00:00  2026-03-08T10:00:00 2026-03-08T06:30:00 2026-03-08T07:30:00
        small  2026-03-08T06:00:00 2:00:00  2026-03-08T08:00:00
        small  2026-03-08T06:00:00 2:00:01  2026-03-09T05:00:01
        small  2026-03-07T06:00:00 4:00:00  2026-03-08T07:00:00
        small  2026-03-07T06:00:00 5:00:00  2026-03-08T08:00:00
        small  2026-03-07T06:00:00 8:00:00  2026-03-09T08:00:00
        always 2026-03-07T17:00:00 24:00:00 2026-03-08T17:00:00
        office 2026-03-06T22:00:00 2:00:00  2026-03-09T14:00:00
        office 2026-03-06T22:59:59 0:00:02  2026-03-09T13:00:01
        night  2026-11-01T02:00:00 9:00:00  2026-11-01T11:00:00
        night  2026-11-01T02:00:00 9:00:01  2026-11-02T03:00:01
        night  2026-11-01T02:00:00 4:00:00  2026-11-01T06:00:00
        night  2026-11-01T02:00:00 4:00:01  2026-11-01T06:00:01
        night  2026-11-01T02:00:00 8:00:00  2026-11-01T10:00:00
        night  2026-11-01T05:30:00 5:30:00  2026-11-01T11:00:00
        night  2026-10-31T12:00:00 9:00:00  2026-11-01T11:00:00
        night  2026-11-01T02:00:00 8:00:00  2026-11-01T11:00:00 2026-11-01T05:30:00 2026-11-01T06:30:00
        small  2026-11-01T05:00:00 4:00:00  2026-11-01T09:00:00
        small  2026-11-01T05:00:00 4:00:01  2026-11-02T06:00:01
        small  2026-10-31T05:00:00 4:00:00  2026-11-01T06:00:00
        small  2026-10-31T05:00:00 7:00:00  2026-11-01T09:00:00
        small  2026-10-31T05:00:00 10:00:00 2026-11-02T09:00:00
        always 2026-10-31T16:00:00 24:00:00 2026-11-01T16:00:00
        office 2026-10-30T21:00:00 2:00:00  2026-11-02T15:00:00
        office 2026-10-30T21:59:59 0:00:02  2026-11-02T14:00:01
    """,
    "Europe/Berlin": """
        night  2026-03-28T21:00:00 7:00:00  2026-03-29T04:00:00
        night  2026-03-28T21:00:00 7:00:01  2026-03-29T20:00:01
        night  2026-03-28T21:00:00 4:00:00  2026-03-29T01:00:00
        night  2026-03-28T21:00:00 4:00:01  2026-03-29T01:00:01
        night  2026-03-28T21:00:00 8:00:00  2026-03-29T21:00:00
        night  2026-03-28T23:30:00 4:30:00  2026-03-29T04:00:00
        night  2026-03-28T12:00:00 7:00:00  2026-03-29T04:00:00
        night  2026-03-28T21:00:00 6:00:00  2026-03-29T04:00:00 2026-03-29T00:30:00 2026-03-29T01:30:00
        small  2026-03-29T00:00:00 2:00:00  2026-03-29T02:00:00
        small  2026-03-29T00:00:00 2:00:01  2026-03-29T23:00:01
        small  2026-03-28T00:00:00 4:00:00  2026-03-29T01:00:00
        small  2026-03-28T00:00:00 5:00:00  2026-03-29T02:00:00
        small  2026-03-28T00:00:00 8:00:00  2026-03-30T02:00:00
        always 2026-03-28T11:00:00 24:00:00 2026-03-29T11:00:00
        office 2026-03-27T16:00:00 2:00:00  2026-03-30T08:00:00
        office 2026-03-27T16:59:59 0:00:02  2026-03-30T07:00:01
        night  2026-10-24T20:00:00 9:00:00  2026-10-25T05:00:00
        night  2026-10-24T20:00:00 9:00:01  2026-10-25T21:00:01
        night  2026-10-24T20:00:00 5:00:00  2026-10-25T01:00:00
        night  2026-10-24T20:00:00 5:00:01  2026-10-25T01:00:01
        night  2026-10-24T20:00:00 8:00:00  2026-10-25T04:00:00
        night  2026-10-24T23:30:00 5:30:00  2026-10-25T05:00:00
        night  2026-10-24T12:00:00 9:00:00  2026-10-25T05:00:00
        night  2026-10-24T20:00:00 8:00:00  2026-10-25T05:00:00 2026-10-25T00:30:00 2026-10-25T01:30:00
        small  2026-10-24T23:00:00 4:00:00  2026-10-25T03:00:00
        small  2026-10-24T23:00:00 4:00:01  2026-10-26T00:00:01
        small  2026-10-23T23:00:00 4:00:00  2026-10-25T00:00:00
        small  2026-10-23T23:00:00 7:00:00  2026-10-25T03:00:00
        small  2026-10-23T23:00:00 10:00:00 2026-10-26T03:00:00
        always 2026-10-24T10:00:00 24:00:00 2026-10-25T10:00:00
        office 2026-10-23T15:00:00 2:00:00  2026-10-26T09:00:00
        office 2026-10-23T15:59:59 0:00:02  2026-10-26T08:00:01
    """,
}
VECTORS = [(zone, *line.split()) for zone, lines in BY_HAND.items() for line in lines.strip().splitlines()]


@contextmanager
def kept_by_the_machine(zone: str) -> Iterator[None]:
    """This process as on a machine that keeps that zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    clocks.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        clocks.tzset()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wrong() -> list[str]:
    """Each vector whose deadline, or whose working time up to it, is not to the second what the hand found."""
    found = []
    for zone, hours, start, working, due, *pause in VECTORS:
        calendar = BusinessCalendar(zone, HOURS[hours])
        h, m, s = (int(part) for part in working.split(":"))
        amount = timedelta(hours=h, minutes=m, seconds=s)
        pauses = [(moment(pause[0]), moment(pause[1]))] if pause else []
        got = calendar.deadline(moment(start), amount, pauses)
        if got != moment(due) or calendar.elapsed(moment(start), moment(due), pauses) != amount:
            found.append(f"{zone} {hours} {start} + {working}: {got.isoformat()}, by hand {due}")
    return found


@pytest.mark.parametrize("machine", MACHINES)
def test_what_was_worked_out_by_hand(machine: str) -> None:
    assert len(VECTORS) >= 60
    with kept_by_the_machine(machine):
        assert wrong() == []
