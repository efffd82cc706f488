"""The early warning: what will be late at the pace of the last days."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.pace import Waiting, late_by

NOW = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def waiting(hours: float, line: int = 1, severity: str = "important") -> Waiting:
    return Waiting(line, NOW + hours * HOUR, severity)


def test_each_department_takes_what_is_due_first_as_fast_as_lately() -> None:
    queue = [waiting(20), waiting(10), waiting(7), waiting(30)]  # one in six hours
    assert late_by(queue, {1: 4.0}, NOW) == [waiting(10)], "7 done at 6, 10 at 12, 20 at 18, 30 at 24"
    assert late_by(queue, {1: 24.0}, NOW) == []


def test_what_is_late_already_stands_in_front_and_is_not_said_again() -> None:
    assert late_by([waiting(-1), waiting(7)], {1: 4.0}, NOW) == [waiting(7)]


def test_a_department_that_finished_nothing_finishes_nothing() -> None:
    assert late_by([waiting(7, line=2)], {1: 4.0}, NOW) == [waiting(7, line=2)]
