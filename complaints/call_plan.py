"""Whom the desk calls back and by when, as pure rules (K1–K3): values in, values out.

The service asks these very functions; the simulated year in the tests does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.calendars import BusinessCalendar
from portal.promises import limits
from portal.promises.limits import Limit, Rule

Span = tuple[datetime, datetime]

DAYS_AT_MOST = 2  # a call is never put off by more, and never without saying so
AHEAD = 1  # drawn before the share asks for it, so that it holds when the next one cannot be drawn
SAME_CALL = timedelta(minutes=30)  # two matters spoken of in one call are written down within this time
DAY = timedelta(days=1)


class Moved(StrEnum):
    """Why a call is due at another moment than the plain limit gives."""

    DO_NOT_CALL = "do_not_call"  # the resident's own times are taken out
    NEVER = "never"  # these leave no moment for a call


@dataclass(frozen=True)
class Planned:
    """From when and by when; ``moved`` is blank for the plain limit."""

    not_before: datetime
    due_at: datetime
    moved: str = ""


@dataclass(frozen=True)
class Household:
    """When one resident may be called: the site's polite hours without their own do-not-call times."""

    polite: BusinessCalendar
    zone: ZoneInfo
    do_not_call: Sequence[tuple[time, time]] = ()

    def unwanted(self, first: date, days: int) -> list[Span]:
        """The do-not-call times of these days, one that began the evening before included."""
        spans = []
        for on in (first + DAY * n for n in range(-1, days)):
            for begins, ends in self.do_not_call:
                until = on if begins < ends else on + DAY  # an end before its start lies past midnight
                spans.append((self._at(on, begins), self._at(until, ends)))
        return spans

    def spans_on(self, on: date) -> list[Span]:
        """When they may be called on that day, in order."""
        spans = []
        for opens, closes in self.polite.hours_on(on):
            ends = self._at(on + DAY, closes) if closes == time(0) else self._at(on, closes)
            spans.append((self._at(on, opens), ends))
        return _without(spans, self.unwanted(on, 2))

    def _at(self, on: date, at: time) -> datetime:
        return datetime.combine(on, at, tzinfo=self.zone)


def is_drawn(told_before: int, drawn_before: int, percent: int) -> bool:
    """Whether the request told now is to be called, so that the month's share does not fall below ``percent`` (K1).

    Whoever could not be drawn is made up for by the next, as the share decides and not the turn.
    """
    return drawn_before * 100 < (told_before + 1 + AHEAD) * percent


def first_call(limit: Limit, calendar: BusinessCalendar, home: Household, told_at: datetime) -> Planned:
    """The call after telling (K2): within the limit, of which only hours count in which they may be called."""
    local = told_at.astimezone(home.zone).date()
    plain = limits.due_at(limit, calendar, home.zone, told_at)
    if not home.do_not_call:
        return Planned(told_at, plain)
    days = max(DAYS_AT_MOST, (plain.astimezone(home.zone).date() - local).days) + 1
    times = [ends for n in range(days) for _begins, ends in home.spans_on(local + n * DAY) if ends > told_at]
    if not times:
        return Planned(told_at, plain, Moved.NEVER)
    due = min(limits.due_at(limit, calendar, home.zone, told_at, home.unwanted(local, days + 1)), times[-1])
    return Planned(told_at, due, Moved.DO_NOT_CALL if due != plain else "")


def next_try(limit: Limit, calendar: BusinessCalendar, home: Household, tried_at: datetime) -> Planned:
    """The try after one without an answer (K3): the next half-day in which they may be called."""
    begins, ends = limits.next_half_day(tried_at, home.zone)
    plain = Planned(begins, limits.due_at(limit, calendar, home.zone, tried_at))
    if limit.rule != Rule.END_OF_HALF_DAY:
        return plain
    last = tried_at.astimezone(home.zone).date() + DAYS_AT_MOST * DAY
    while (on := ends.astimezone(home.zone).date()) <= last:
        times = [(max(a, begins), min(b, ends)) for a, b in home.spans_on(on) if a < ends and b > begins]
        if times:
            last_moment = times[-1][1]
            return Planned(times[0][0], last_moment, "" if last_moment == plain.due_at else Moved.DO_NOT_CALL)
        begins, ends = limits.half_day(ends, home.zone)
    return Planned(plain.not_before, plain.due_at, Moved.NEVER)


def too_soon_after(other: datetime, *, reached: bool, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a call at ``now`` would be the resident's second: they were reached today about something else, or not
    reached in this half-day, in a call that is over (K1, K3)."""
    if now - other <= SAME_CALL:
        return False
    if reached:
        return other.astimezone(zone).date() == now.astimezone(zone).date()
    return limits.half_day(other, zone) == limits.half_day(now, zone)


def do_not_call(wishes: Iterable[Mapping[str, str]]) -> list[tuple[time, time]]:
    """A resident's do-not-call times as the archive keeps them."""
    return [(time.fromisoformat(wish["start"]), time.fromisoformat(wish["end"])) for wish in wishes]


def _without(spans: Iterable[Span], taken_out: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for begins, ends in taken_out:
        left = [
            piece
            for opens, closes in left
            for piece in ((opens, min(closes, begins)), (max(opens, ends), closes))
            if piece[0] < piece[1]
        ]
    return left
