"""Working time as a pure calculation: no database, no clock, no Django.

The rule book is docs/sla.md, "Computing": real seconds are counted, opening hours follow the local wall clock,
intervals are half-open, an exact fit ends at the closing time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = Sequence[tuple[time, time]]
Span = tuple[datetime, datetime]

WHOLE_DAY: Hours = ((time(0), time(0)),)
ONE_DAY = timedelta(days=1)


class BusinessCalendar:
    """The working time of one place.

    ``weekly_hours`` maps weekdays (0 is Monday) to intervals of local wall-clock time; None is round the clock.
    ``date_hours`` replaces week and holiday on its date. An interval may end at 24:00, written ``time(0)``;
    ``time(0)``-``time(0)`` is the whole day. Raises ValueError for intervals that overlap, run backward or carry a
    zone, and for a calendar that never opens.
    """

    def __init__(
        self,
        timezone: str,
        weekly_hours: Mapping[int, Hours] | None,
        holidays: Collection[date] = (),
        date_hours: Mapping[date, Hours] | None = None,
    ) -> None:
        self._zone = _zone(timezone)
        week = dict.fromkeys(range(7), WHOLE_DAY) if weekly_hours is None else weekly_hours
        if set(week) - set(range(7)):
            raise ValueError("weekly_hours is keyed by weekday, 0 (Monday) to 6 (Sunday)")
        self._week = {day: _checked(hours) for day, hours in week.items()}
        self._holidays = frozenset(holidays)
        self._dates = {on: _checked(hours) for on, hours in (date_hours or {}).items()}
        self._week_is_empty = not any(self._week.values())
        if self._week_is_empty and not any(self._dates.values()):
            raise ValueError("a calendar needs some working time")
        self._last_date = max((on for on, hours in self._dates.items() if hours), default=date.min)
        self._always_open = weekly_hours is None and not self._holidays and not self._dates

    def deadline(self, start: datetime, working: timedelta, pauses: Sequence[Span] = ()) -> datetime:
        """The moment, in UTC, at which ``working`` unpaused working time since ``start`` has passed.

        Zero gives the first working, unpaused instant at or after ``start``. Raises ValueError for a naive moment, a
        negative amount, or when the calendar has no working time left.
        """
        if working < timedelta():
            raise ValueError(f"working time cannot be negative, got {working!r}")
        left = working
        for opens, closes in self._open_spans(_utc(start), _union(pauses)):
            if left < closes - opens or (left == closes - opens and working):
                return opens + left
            left -= closes - opens
        raise ValueError("the calendar has no working time left after this start")

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Span] = ()) -> timedelta:
        """Unpaused working time from ``start`` to ``end``; zero when ``end`` is not after ``start``."""
        begin, finish = _utc(start), _utc(end)
        paused = _union(pauses)
        worked = timedelta()
        if finish <= begin:
            return worked
        for opens, closes in self._open_spans(begin, paused, until=finish):
            worked += max(min(closes, finish) - opens, timedelta())
        return worked

    def end_of_day(self, start: datetime) -> datetime:
        """The local midnight that follows ``start``, in UTC; of a midnight, the next one."""
        local = _utc(start).astimezone(self._zone)
        return self._moment(local.date() + ONE_DAY, time(0))

    def hours_on(self, on: date) -> Hours:
        """The local wall-clock intervals of one date; none on a day off."""
        hours = self._dates.get(on)
        if hours is None:
            hours = () if on in self._holidays else self._week.get(on.weekday(), ())
        return hours

    # --- how the day is laid out ---------------------------------------------------------------------------------

    def _open_spans(self, start: datetime, paused: Sequence[Span], until: datetime | None = None) -> Iterator[Span]:
        """Working, unpaused spans in UTC from ``start`` on, in order, the last one maybe reaching past ``until``."""
        if self._always_open:
            yield from _without([(start, until or _END_OF_TIME)], paused)
            return
        on = start.astimezone(self._zone).date() - ONE_DAY  # a closing time that the clock repeats may lie behind it
        while True:
            if self._week_is_empty and on > self._last_date:
                return
            spans = [(max(opens, start), closes) for opens, closes in self._spans_on(on) if closes > start]
            if until is not None:
                spans = [(opens, closes) for opens, closes in spans if opens < until]
                if self._moment(on, time(0)) >= until:
                    return
            yield from _without(spans, paused)
            try:
                on += ONE_DAY
            except OverflowError:
                return

    def _spans_on(self, on: date) -> list[Span]:
        spans: list[Span] = []
        for opens, closes in self.hours_on(on):
            # Where the clock skips an hour, an interval that ends inside it reaches into the next one.
            begins = max(self._moment(on, opens), spans[-1][1]) if spans else self._moment(on, opens)
            ends = self._moment(on + ONE_DAY, time(0)) if closes == time(0) else self._moment(on, closes)
            if begins < ends:  # an interval that lies within the hour that the clock skips is not there
                spans.append((begins, ends))
        return spans

    def _moment(self, on: date, at: time) -> datetime:
        return datetime.combine(on, at, tzinfo=self._zone).astimezone(UTC)


_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}") from None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a moment must be timezone-aware, got {moment!r}")
    return moment.astimezone(UTC)


def _checked(hours: Hours) -> Hours:
    ordered = sorted(hours, key=lambda interval: interval[0])
    reached = time(0)
    for place, (opens, closes) in enumerate(ordered):
        if opens.tzinfo is not None or closes.tzinfo is not None:
            raise ValueError("opening hours are local wall-clock times without a zone")
        if place and (opens < reached or reached == time(0)):
            raise ValueError(f"intervals overlap at {opens}")
        if closes != time(0) and closes <= opens:
            raise ValueError(f"the interval {opens}-{closes} runs backward; split it at midnight")
        reached = closes
    return tuple(ordered)


def _union(pauses: Sequence[Span]) -> list[Span]:
    """Pauses in UTC, in order, joined where they touch; one that ends at or before its start is nothing."""
    joined: list[Span] = []
    for begins, ends in sorted((_utc(begins), _utc(ends)) for begins, ends in pauses):
        if ends <= begins:
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _without(spans: Sequence[Span], paused: Sequence[Span]) -> Iterator[Span]:
    for opens, closes in spans:
        at = opens
        for begins, ends in paused:
            if ends <= at:
                continue
            if begins >= closes:
                break
            if begins > at:
                yield at, begins
            at = ends
        if at < closes:
            yield at, closes
