"""The clock of the house is PostgreSQL's: a web server or worker whose own clock is wrong promises nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> datetime:
    """The moment, in UTC, by the database's clock: one statement, unless the clock stands still."""
    fixed = _fixed.get()
    if fixed is not None:
        return fixed
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def fixed() -> datetime | None:
    """The moment at which the clock stands still, for a statement that reads the database's clock itself."""
    return _fixed.get()


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Inside, ``now()`` is ``moment``: for a report's frozen instant, the demo's past days, and tests."""
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def wall_clock(day: date, since_midnight: timedelta, zone: ZoneInfo) -> datetime:
    """That time of the local day, also on the day the clocks change: 09:00 is what the clock on the wall shows."""
    days, seconds = divmod(int(since_midnight.total_seconds()), 86400)
    clock = time(seconds // 3600, seconds % 3600 // 60, seconds % 60)
    return datetime.combine(day + timedelta(days=days), clock, tzinfo=zone)
