"""V6: agreed times stand, the rest goes by building into the gaps."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaints.tests.house import SHANGHAI
from visits.route import Stop, first_free, route

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)


def stop(key: int, building: str, hours: float | None = None, minutes: int = 30) -> Stop:
    at = NINE + timedelta(hours=hours) if hours is not None else None
    return Stop(key, (building, "1", key, str(key)), minutes, at)


def test_agreed_times_stand_and_the_gaps_are_filled_by_building() -> None:
    day = [stop(1, "8", 1), stop(2, "3", 3), stop(3, "3"), stop(4, "8"), stop(5, "1")]
    order = route(day, NINE)

    assert [one.key for one, _at in order] == [4, 1, 3, 5, 2]
    assert {one.key: at for one, at in order if one.starts_at} == {
        1: NINE + timedelta(hours=1),
        2: NINE + timedelta(hours=3),
    }
    moments = [at for _one, at in order]
    assert moments == sorted(moments)


def test_what_does_not_fit_before_an_agreed_time_comes_after_it() -> None:
    order = route([stop(1, "8", 0.5), stop(2, "8", minutes=60)], NINE)
    assert [one.key for one, _at in order] == [1, 2]


def test_the_next_free_time_is_after_everything_that_meets_it() -> None:
    busy = [(NINE, NINE + timedelta(hours=1)), (NINE + timedelta(hours=1, minutes=20), NINE + timedelta(hours=2))]
    last = NINE + timedelta(hours=11)
    assert first_free(busy, NINE, 30, last) == NINE + timedelta(hours=2)
    assert first_free(busy, NINE, 20, last) == NINE + timedelta(hours=1)
    assert first_free(busy, NINE, 700, last) is None
