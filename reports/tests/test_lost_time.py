"""Who had the time: from the history alone, nights and waits apart."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from complaints.states import EventKind
from reports.lost_time import Had, parts, totals, who_had_most

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 11, 20, 9, tzinfo=ZONE)
HOUR = timedelta(hours=1)


def event(kind: EventKind, hours: float, **details: Any) -> Any:
    return SimpleNamespace(kind=kind, at=NINE + hours * HOUR, details=details)


def shares(*events: Any, until: float) -> dict[Had, float]:
    found = parts(events, NINE, NINE + until * HOUR, ZONE)
    return {had: took / HOUR for had, took in totals(found).items()}


def test_desk_department_wait_and_night_share_the_time_and_add_up() -> None:
    found = shares(
        event(EventKind.DISPATCHED, 1),
        event(EventKind.SIGNED, 1.5),
        event(EventKind.WAITING, 3, waits_for="parts"),
        event(EventKind.RESUMED, 5),
        event(EventKind.RESOLVED, 26),
        event(EventKind.RETURNED, 27),
        event(EventKind.INFORMED, 28),
        until=40,
    )
    assert found == {Had.DEPARTMENT: 2 + 8 + 3 + 1, Had.NIGHT: 10, Had.PARTS: 2, Had.DESK: 2}
    assert sum(found.values()) == 28


def test_sent_back_it_is_the_desk_s_again_and_a_wait_ends_by_itself() -> None:
    assert shares(event(EventKind.DISPATCHED, 1), event(EventKind.SENT_BACK, 2), until=4) == {
        Had.DESK: 3,
        Had.DEPARTMENT: 1,
    }
    until = (NINE + 3 * HOUR).isoformat()
    assert shares(
        event(EventKind.DISPATCHED, 0), event(EventKind.WAITING, 1, waits_for="resident", until=until), until=4
    ) == {Had.DEPARTMENT: 2, Had.RESIDENT: 2}


def test_a_wait_that_is_asked_about_stays_the_same_wait() -> None:
    later = (NINE + 8 * HOUR).isoformat()
    found = shares(
        event(EventKind.DISPATCHED, 0),
        event(EventKind.WAITING, 1, waits_for="third_party"),
        event(EventKind.CHASED, 3, until=later),
        until=10,
    )
    assert found == {Had.THIRD_PARTY: 7, Had.DEPARTMENT: 3}


def test_the_cause_of_a_late_promise_is_whoever_had_it_longest_meanwhile() -> None:
    found = parts([event(EventKind.DISPATCHED, 5)], NINE, NINE + 9 * HOUR, ZONE)
    assert who_had_most(found, NINE, NINE + 9 * HOUR) == Had.DESK
    assert who_had_most(found, NINE + 4 * HOUR, NINE + 9 * HOUR) == Had.DEPARTMENT
