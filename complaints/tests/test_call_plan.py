"""Whom the desk calls back and when, without a database: the draw, the plan, and a whole year of both."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import sla
from complaints.call_plan import DAY, Household, Moved, first_call, is_drawn, next_try, too_soon_after
from portal.calendars import BusinessCalendar
from portal.promises.limits import Limit, Rule, half_day

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = {day: [(time(9), time(20))] for day in range(7)}
NEW_YEAR = {date(2026, 2, 17) + n * DAY for n in range(3)}
POLITE = BusinessCalendar("Asia/Shanghai", WEEK, NEW_YEAR)
A_DAY = Limit("callback", Rule.AMOUNT, timedelta(hours=11), pausable=False, levels=())
HALF_DAY = Limit("callback", Rule.END_OF_HALF_DAY, timedelta(), pausable=False, levels=())
TARGET = 80


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def due_of(told_at: datetime, *wishes: tuple[int, int]) -> tuple[datetime, str]:
    plan = first_call(A_DAY, POLITE, Household(POLITE, ZONE, [(time(a), time(b)) for a, b in wishes]), told_at)
    return plan.due_at.astimezone(ZONE), plan.moved


def test_a_call_is_due_after_a_day_of_hours_in_which_the_resident_may_be_called() -> None:
    assert due_of(at(21, 10)) == (at(22, 10), "")
    assert due_of(at(21, 21)) == (at(22, 20), "")
    assert due_of(at(21, 10), (12, 14)) == (at(22, 12), Moved.DO_NOT_CALL)
    assert due_of(at(21, 21), (18, 8)) == (at(23, 11), Moved.DO_NOT_CALL), "wishes that reach past midnight"
    assert due_of(at(21, 10), (9, 19)) == (at(23, 20), Moved.DO_NOT_CALL), "never past the second day"
    assert due_of(at(21, 10), (0, 0)) == (at(22, 10), Moved.NEVER)


def test_a_try_belongs_to_another_half_day_in_which_the_resident_may_be_called() -> None:
    def next_after(tried_at: datetime, *wishes: tuple[int, int]) -> tuple[datetime, datetime, str]:
        home = Household(POLITE, ZONE, [(time(a), time(b)) for a, b in wishes])
        plan = next_try(HALF_DAY, POLITE, home, tried_at)
        return plan.not_before.astimezone(ZONE), plan.due_at.astimezone(ZONE), plan.moved

    assert next_after(at(21, 10)) == (at(21, 12), at(21, 20), "")
    assert next_after(at(21, 14)) == (at(22, 9), at(22, 12), "")
    assert next_after(at(21, 10), (12, 22)) == (at(22, 9), at(22, 12), Moved.DO_NOT_CALL)
    assert next_after(at(21, 14), (11, 13)) == (at(22, 9), at(22, 11), Moved.DO_NOT_CALL)
    assert next_after(at(21, 14), (0, 0))[2] == Moved.NEVER


@pytest.mark.parametrize(
    ("other", "reached", "now", "refused"),
    [
        (at(21, 10), True, at(21, 10, 30), False),  # one call, two matters
        (at(21, 10), True, at(21, 10, 31), True),
        (at(21, 10), True, at(22, 9), False),
        (at(21, 10), False, at(21, 11, 59), True),
        (at(21, 10), False, at(21, 12), False),  # nobody answered: another half-day
    ],
)
def test_a_second_call_on_one_day_is_too_soon(other: datetime, reached: bool, now: datetime, refused: bool) -> None:
    assert too_soon_after(other, reached=reached, now=now, zone=ZONE) is refused


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 100))
def test_the_share_never_falls_below_its_target_while_somebody_can_be_drawn(free: list[bool], percent: int) -> None:
    """``free``: whether each told resident has that day free."""
    drawn = 0
    for told, may in enumerate(free):
        wanted = is_drawn(told, drawn, percent)
        drawn += wanted and may
        held = drawn * 100 >= (told + 1) * percent
        assert held or wanted, "below the target everybody is drawn who can be"
        assert held or not all(free[: told + 1])


class Year:
    """A site's year of tellings and calls: 30 requests and 6 complaints a day, people who come again, who do not want
    calls, and who are never at home."""

    def __init__(self, *, draw: Callable[[int, int], bool], one_call: bool) -> None:
        self.random, self.draw, self.one_call = Random(2026), draw, one_call
        self.told: Counter[tuple[str, int]] = Counter()
        self.finished: Counter[tuple[str, int]] = Counter()
        self.reached: Counter[tuple[int, date]] = Counter()
        self.tried: Counter[tuple[int, int, datetime]] = Counter()
        self.drawn: Counter[int] = Counter()
        self.open: dict[int, dict[int, tuple[str, int, int, datetime]]] = defaultdict(dict)
        self.calls: list[tuple[datetime, int, int]] = []
        self.homes = [self._home() for _ in range(1158)]
        self.planned: dict[int, datetime] = {}
        self.last: dict[int, tuple[datetime, bool]] = {}

    def _home(self) -> tuple[Household, float]:
        dice = self.random.random()
        spans = [(time(12), time(14))] if dice < 0.1 else [(time(9), time(18))] if dice < 0.12 else []
        spans = [(time(0), time(0))] if dice > 0.995 else spans
        return Household(POLITE, ZONE, spans), 0.05 if self.random.random() < 0.1 else 0.7

    def run(self) -> Year:
        for n in range(365):
            day = date(2026, 1, 1) + n * DAY
            moments = sorted(self.random.uniform(8.5, 21.5) for _ in range(36))
            kinds = self.random.sample(["complaint"] * 6 + ["request"] * 30, 36)
            for serial, (hour, kind) in enumerate(zip(moments, kinds, strict=True), n * 36):
                moment = datetime.combine(day, time(0), tzinfo=ZONE) + timedelta(hours=hour)
                self._call_until(moment)
                # one in four tellings goes to one of forty homes that report all the time
                who = self.random.randrange(40) if self.random.random() < 0.25 else self.random.randrange(1158)
                self._tell(serial, kind, who, moment)
        self._call_until(datetime(2027, 2, 1, tzinfo=ZONE))
        return self

    def _tell(self, serial: int, kind: str, who: int, moment: datetime) -> None:
        plan = first_call(A_DAY, POLITE, self.homes[who][0], moment)
        month = moment.month
        day = plan.due_at.astimezone(ZONE).date()
        today = {self.last[who][0].date()} if who in self.last and self.last[who][1] else set()
        free = plan.moved != Moved.NEVER and day not in {
            due.astimezone(ZONE).date() for *_rest, due in self.open[who].values()
        } | (today & {moment.date()})
        called = kind == "complaint" or (free and self.draw(self.told[kind, month], self.drawn[month]))
        self.told[kind, month] += 1
        if kind == "request":
            self.drawn[month] += called
        if called:
            self.open[who][serial] = (kind, month, 0, plan.due_at)
            self._plan_call(who, serial, moment, plan.due_at)

    def _plan_call(self, who: int, serial: int, begins: datetime, due: datetime) -> None:
        """At some moment in which they may be called, on the day on which it is due."""
        spans = [(max(a, begins), min(b, due)) for a, b in self.homes[who][0].spans_on(due.astimezone(ZONE).date())]
        spans = [(a, b) for a, b in spans if a < b] or [(due, due + timedelta(minutes=1))]
        a, b = self.random.choice(spans)
        self.planned[serial] = a + (b - a) * self.random.random()
        heapq.heappush(self.calls, (self.planned[serial], who, serial))

    def _call_until(self, moment: datetime) -> None:
        while self.calls and self.calls[0][0] <= moment:
            now, who, serial = heapq.heappop(self.calls)
            if serial not in self.open[who] or self.planned[serial] != now:
                continue
            last, reached = self.last.get(who, (now - 9 * DAY, False))
            if self.one_call and too_soon_after(last, reached=reached, now=now, zone=ZONE):
                self._plan_call(who, serial, now, datetime.combine(now.date() + DAY, time(20), ZONE))
                continue
            today = [one for one, (*_rest, due) in self.open[who].items() if due.date() <= now.date()]
            self._call(now, who, [serial, *(one for one in today if one != serial)] if self.one_call else [serial])

    def _call(self, now: datetime, who: int, matters: list[int]) -> None:
        reached = self.random.random() < self.homes[who][1]
        self.last[who] = (now, reached)
        self.reached[who, now.date()] += reached
        for serial in matters:
            kind, month, attempts, _due = self.open[who][serial]
            self.tried[who, serial, half_day(now, ZONE)[0]] += 1
            if reached or attempts + 1 == sla.MOST_ATTEMPTS:
                del self.open[who][serial]
                self.finished[kind, month] += 1
            else:
                plan = next_try(HALF_DAY, POLITE, self.homes[who][0], now)
                self.open[who][serial] = (kind, month, attempts + 1, plan.due_at)
                self._plan_call(who, serial, plan.not_before, plan.due_at)

    def share(self, kind: str) -> list[float]:
        return [100 * self.finished[kind, month] / self.told[kind, month] for month in range(1, 13)]


def test_in_a_whole_year_the_shares_hold_every_month_and_nobody_is_called_twice_a_day() -> None:
    year = Year(draw=lambda told, drawn: is_drawn(told, drawn, TARGET), one_call=True).run()

    assert min(year.share("request")) >= TARGET
    assert max(year.share("request")) < TARGET + 2, "no more is called than the share needs"
    assert set(year.share("complaint")) == {100}
    assert max(year.reached.values()) == 1
    assert max(year.tried.values()) == 1, "each try in a half-day of its own"


def test_control_four_in_five_by_turn_misses_the_share_when_somebody_cannot_be_drawn() -> None:
    year = Year(draw=lambda told, drawn: told % 5 != 4, one_call=True).run()

    assert min(year.share("request")) < TARGET


def test_control_without_the_day_rule_somebody_is_called_twice_a_day() -> None:
    year = Year(draw=lambda told, drawn: is_drawn(told, drawn, TARGET), one_call=False).run()

    assert max(year.reached.values()) > 1
