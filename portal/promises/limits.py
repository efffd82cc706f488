"""The arithmetic of a promise: values in, moments out. No database, no clock, no settings.

Source: docs/sla.md, "Computing" and "Our targets".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.calendars import BusinessCalendar

Pauses = Sequence[tuple[datetime, datetime]]

# The half-days in which a caller tries again end at noon and with the polite hours.
HALF_DAY_ENDS = (time(12), time(20))
# "Overdue means now > deadline": what happens at the deadline is due the smallest step after it.
JUST_AFTER = timedelta(microseconds=1)


class Rule(StrEnum):
    AMOUNT = "amount"
    END_OF_LOCAL_DAY = "end_of_local_day"
    END_OF_NEXT_LOCAL_DAY = "next_local_day"
    END_OF_HALF_DAY = "end_of_half_day"


@dataclass(frozen=True)
class Level:
    """A step of the ladder: a share of the limit used (``percent``) or a time after the deadline (``after``)."""

    name: str
    roles: tuple[str, ...]
    percent: int | None = None
    after: timedelta = timedelta()


@dataclass(frozen=True)
class Limit:
    """What one version of a policy says about one target."""

    target: str
    rule: Rule
    amount: timedelta
    pausable: bool
    levels: tuple[Level, ...]


def due_at(
    limit: Limit, calendar: BusinessCalendar, zone: ZoneInfo, started_at: datetime, pauses: Pauses = ()
) -> datetime:
    """The deadline in UTC of a timer that began at ``started_at``. Raises ValueError for a naive moment."""
    if limit.rule == Rule.END_OF_LOCAL_DAY:
        return calendar.end_of_day(started_at)
    if limit.rule == Rule.END_OF_NEXT_LOCAL_DAY:
        return calendar.end_of_day(calendar.end_of_day(started_at))  # that of a midnight is the next one
    if limit.rule == Rule.END_OF_HALF_DAY:
        return next_half_day(started_at, zone)[1]
    return calendar.deadline(started_at, limit.amount, pauses)


def level_moments(
    limit: Limit,
    calendar: BusinessCalendar,
    started_at: datetime,
    due: datetime,
    pauses: Pauses = (),
    *,
    moved: bool = False,
) -> tuple[datetime, ...]:
    """When each level of the ladder is due. A ``moved`` deadline (a wished date, an extension) has its own length."""
    return tuple(_level_moment(level, limit, calendar, started_at, due, pauses, moved) for level in limit.levels)


def _level_moment(
    level: Level,
    limit: Limit,
    calendar: BusinessCalendar,
    started_at: datetime,
    due: datetime,
    pauses: Pauses,
    moved: bool,
) -> datetime:
    if level.percent is None:
        return due + level.after
    if limit.rule == Rule.AMOUNT and not moved:
        return calendar.deadline(started_at, limit.amount * level.percent / 100, pauses)
    return started_at + (due - started_at) * level.percent / 100


def half_day(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-day that ``moment`` falls into, as (from, to): the morning to noon, the afternoon to 20:00.

    What comes after 20:00 belongs to the next morning.
    """
    local = moment.astimezone(zone)
    noon, evening = (datetime.combine(local.date(), end, tzinfo=zone) for end in HALF_DAY_ENDS)
    if local < noon:
        return datetime.combine(local.date() - timedelta(days=1), HALF_DAY_ENDS[1], tzinfo=zone), noon
    if local < evening:
        return noon, evening
    tomorrow = local.date() + timedelta(days=1)
    return evening, datetime.combine(tomorrow, HALF_DAY_ENDS[0], tzinfo=zone)


def next_half_day(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-day after the one that ``moment`` falls into, as (from, to)."""
    return half_day(half_day(moment, zone)[1], zone)
