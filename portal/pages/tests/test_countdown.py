"""What stands beside a deadline, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from portal.pages.countdown import amount_words, time_left

NOW = datetime(2026, 11, 21, 5, 43, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "余 00:00", "00:00 left"),
        (380, "余 06:20", "06:20 left"),
        (3599, "余 59:59", "59:59 left"),
        (3600, "余 1 时 00 分", "1 h 00 min left"),
        (4921, "余 1 时 22 分", "1 h 22 min left"),
        (86399, "余 23 时 59 分", "23 h 59 min left"),
        (86400, "余 1 天", "1 d left"),
        (90000, "余 1 天 1 时", "1 d 1 h left"),
        (-1, "超时 00:01", "Late 00:01"),
        (-728, "超时 12:08", "Late 12:08"),
        (-7200, "超时 2 时 00 分", "Late 2 h 00 min"),
        (-172800, "超时 2 天", "Late 2 d"),
    ],
)
def test_a_countdown_reads_as_people_say_it(seconds: int, chinese: str, english: str) -> None:
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert time_left(NOW, due_at=NOW + timedelta(seconds=seconds)).words == words


@pytest.mark.parametrize(("used", "state"), [(0, "ok"), (74.9, "ok"), (75, "soon"), (100, "soon"), (100.1, "late")])
def test_due_soon_begins_at_the_policys_point_and_late_after_the_deadline(used: float, state: str) -> None:
    start = NOW - timedelta(seconds=10 * used)
    left = time_left(
        NOW, due_at=start + timedelta(seconds=1000), started_at=start, soon_at=start + timedelta(seconds=750)
    )
    assert left.state == state
    assert left.percent == min(round(used), 100)


def test_without_a_deadline_nothing_is_late() -> None:
    assert time_left(NOW, due_at=None).state == "none"


def test_a_limit_is_said_in_its_largest_whole_unit() -> None:
    with translation.override("zh-hans"):
        said = [
            amount_words(timedelta(**{unit: n}))
            for unit, n in (("minutes", 10), ("hours", 1), ("days", 10), ("minutes", 90))
        ]
    assert said == ["10 分", "1 小时", "10 天", "90 分"]
