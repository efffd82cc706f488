"""Working time, against an oracle that walks minute by minute, and at the corners that people argue about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.calendars import BusinessCalendar

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OFFICE = {day: [(time(9), time(12)), (time(13), time(18))] for day in range(5)}
NIGHT = {day: [(time(0), time(6)), (time(22), time(0))] for day in range(7)}
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")


class Oracle:
    """The same calendar, slowly: is this minute open, asked of every minute."""

    def __init__(self, zone, week, holidays, dates):
        self.zone, self.week, self.holidays, self.dates = ZoneInfo(zone), week, holidays, dates

    def is_open(self, moment, pauses):
        if any(begins <= moment < ends for begins, ends in pauses):
            return False
        local = moment.astimezone(self.zone).date()
        return any(
            opens <= moment < closes for on in (local - timedelta(days=1), local) for opens, closes in self.spans(on)
        )

    def spans(self, on):
        if on in self.dates:
            hours = self.dates[on]
        elif on in self.holidays:
            hours = ()
        else:
            hours = ((time(0), time(0)),) if self.week is None else self.week.get(on.weekday(), ())
        for opens, closes in hours:
            ends_on = on + timedelta(days=1) if closes == time(0) else on
            yield self.utc(on, opens), self.utc(ends_on, closes)

    def utc(self, on, at):
        return datetime.combine(on, at, tzinfo=self.zone).astimezone(UTC)

    def elapsed(self, start, end, pauses):
        worked = timedelta()
        while start < end:
            worked += MINUTE * self.is_open(start, pauses)
            start += MINUTE
        return worked

    def deadline(self, start, working, pauses):
        left = working
        while not self.is_open(start, pauses):
            start += MINUTE
        while left:
            left -= MINUTE * self.is_open(start, pauses)
            start += MINUTE
        return start


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


@st.composite
def hours(draw):
    marks = sorted(set(draw(st.lists(minutes, max_size=4))))
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    if spans and draw(st.booleans()):
        spans[-1] = (spans[-1][0], time(0))
    return spans


# Around the changes of the clocks in both hemispheres, and an ordinary week.
starts = st.builds(
    lambda day, minute: datetime.combine(day, time(0), tzinfo=UTC) + minute * MINUTE,
    st.sampled_from(
        [
            date(2026, 3, 7),
            date(2026, 3, 28),
            date(2026, 4, 4),
            date(2026, 10, 3),
            date(2026, 10, 24),
            date(2026, 11, 20),
        ]
    ),
    st.integers(0, 3 * 24 * 60),
)


@st.composite
def calendars(draw):
    week = draw(st.none() | st.dictionaries(st.integers(0, 6), hours(), min_size=1))
    if week is not None and not any(week.values()):
        week = OFFICE
    days = st.dates(date(2026, 3, 6), date(2026, 11, 30))
    return (
        draw(st.sampled_from(ZONES)),
        week,
        draw(st.sets(days, max_size=4)),
        draw(st.dictionaries(days, hours(), max_size=4)),
    )


pauses = st.lists(
    st.tuples(starts, st.integers(-60, 600)).map(lambda pause: (pause[0], pause[0] + pause[1] * MINUTE)), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(calendars(), starts, st.integers(0, 2 * 24 * 60), pauses)
def test_elapsed_and_deadline_agree_with_the_slow_oracle(calendar, start, length, waits):
    fast, slow = BusinessCalendar(*calendar), Oracle(*calendar)
    end = start + length * MINUTE
    worked = slow.elapsed(start, end, waits)

    assert fast.elapsed(start, end, waits) == worked
    if worked:
        due = fast.deadline(start, worked, waits)
        assert due == slow.deadline(start, worked, waits)
        assert due <= end


@given(starts, st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_deadline_is_as_far_as_its_working_time_says_to_the_microsecond(start, working):
    calendar = BusinessCalendar("Asia/Shanghai", OFFICE, holidays=[date(2026, 10, 1)])

    assert calendar.elapsed(start, calendar.deadline(start, working)) == working


def at(text, zone="Asia/Shanghai"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "working", "due"),
    [
        ("2026-11-20 17:00", HOUR, "2026-11-20 18:00"),  # an exact fit ends at closing time
        ("2026-11-20 17:00", HOUR + timedelta(seconds=1), "2026-11-23 09:00:01"),
        ("2026-11-21 12:00", timedelta(), "2026-11-23 09:00"),  # zero: the first working instant
        ("2026-11-20 11:30", HOUR, "2026-11-20 13:30"),  # over lunch
    ],
)
def test_office_hours(start, working, due):
    assert BusinessCalendar("Asia/Shanghai", OFFICE).deadline(at(start), working) == at(due)


@pytest.mark.parametrize(("night", "length"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-01", 8)])
def test_a_night_shift_is_as_long_as_its_night(night, length):
    calendar = BusinessCalendar("Europe/Berlin", NIGHT)
    start = at(f"{night} 22:00", "Europe/Berlin")

    assert calendar.elapsed(start, start + 12 * HOUR) == length * HOUR


def test_a_make_up_workday_replaces_week_and_holiday():
    calendar = BusinessCalendar(
        "Asia/Shanghai",
        OFFICE,
        holidays=[date(2026, 10, 1)],
        date_hours={date(2026, 10, 10): OFFICE[0], date(2026, 10, 9): ()},
    )

    assert calendar.deadline(at("2026-10-08 17:30"), HOUR) == at("2026-10-10 09:30")


def test_polite_hours_make_one_day_of_eleven_hours():
    polite = BusinessCalendar("Asia/Shanghai", {day: [(time(9), time(20))] for day in range(7)})

    assert polite.deadline(at("2026-11-21 16:40"), 11 * HOUR) == at("2026-11-22 16:40")
    assert polite.deadline(at("2026-11-21 22:00"), 11 * HOUR) == at("2026-11-22 20:00")


def test_pauses_are_a_union_in_any_order_and_only_their_working_part_counts():
    calendar = BusinessCalendar("Asia/Shanghai", OFFICE)
    waits = [
        (at("2026-11-20 16:00"), at("2026-11-20 17:00")),
        (at("2026-11-20 15:30"), at("2026-11-20 16:30")),
        (at("2026-11-20 19:00"), at("2026-11-23 08:00")),
    ]

    assert calendar.deadline(at("2026-11-20 15:00"), HOUR, waits) == at("2026-11-20 17:30")


def test_the_end_of_a_day_is_the_next_local_midnight_also_of_a_midnight():
    calendar = BusinessCalendar("Asia/Shanghai", None)

    assert calendar.end_of_day(at("2026-11-21 23:59:59")) == at("2026-11-22 00:00")
    assert calendar.end_of_day(at("2026-11-22 00:00")) == at("2026-11-23 00:00")
    assert calendar.end_of_day(at("2026-11-22 00:00")).tzinfo is UTC


def test_round_the_clock_still_closes_on_holidays_and_obeys_dates():
    calendar = BusinessCalendar("Asia/Shanghai", None, holidays=[date(2026, 1, 1)], date_hours={date(2026, 1, 2): ()})

    assert calendar.deadline(at("2025-12-31 23:00"), 2 * HOUR) == at("2026-01-03 01:00")


@pytest.mark.parametrize(
    "bad",
    [
        {"weekly_hours": {}},
        {"weekly_hours": {0: []}},
        {"weekly_hours": {0: [(time(9), time(12)), (time(11), time(13))]}},
        {"weekly_hours": {0: [(time(18), time(9))]}},
        {"weekly_hours": {0: [(time(9), time(9))]}},
        {"weekly_hours": {0: [(time(9, tzinfo=UTC), time(12))]}},
        {"weekly_hours": {0: [(time(9), time(0)), (time(22), time(23))]}},
        {"weekly_hours": {7: [(time(9), time(12))]}},
        {"timezone": "Asia/Nowhere", "weekly_hours": None},
    ],
)
def test_a_calendar_that_cannot_be_is_refused_when_it_is_made(bad):
    with pytest.raises(ValueError):
        BusinessCalendar(**{"timezone": "Asia/Shanghai", **bad})


NAIVE = datetime(2026, 11, 21)  # noqa: DTZ001 - that is the point


def test_naive_moments_and_negative_amounts_are_refused():
    calendar = BusinessCalendar("Asia/Shanghai", None)
    noon = at("2026-11-21 12:00")
    for call in (
        lambda: calendar.deadline(NAIVE, HOUR),
        lambda: calendar.deadline(noon, -HOUR),
        lambda: calendar.elapsed(NAIVE, noon),
        lambda: calendar.end_of_day(NAIVE),
        lambda: calendar.deadline(noon, HOUR, [(NAIVE, noon)]),
    ):
        with pytest.raises(ValueError):
            call()


def test_dates_alone_are_a_calendar_until_they_are_used_up():
    calendar = BusinessCalendar("Asia/Shanghai", {}, date_hours={date(2026, 11, 21): [(time(9), time(12))]})

    assert calendar.deadline(at("2026-11-20 08:00"), 3 * HOUR) == at("2026-11-21 12:00")
    with pytest.raises(ValueError):
        calendar.deadline(at("2026-11-20 08:00"), 4 * HOUR)
