"""The time that a figure is about: today, this week, a month, a quarter, a year; in the site's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy, pgettext_lazy

YEARS = range(2000, 2101)
NAMES = {
    "today": gettext_lazy("Today"),
    "week": gettext_lazy("This week"),
    "month": gettext_lazy("This month"),
    "quarter": gettext_lazy("This quarter"),
    "year": pgettext_lazy("period", "This year"),
}
_CODE = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])(?:-(\d\d))?|Q([1-4])|W(\d\d)))?")


@dataclass(frozen=True)
class Period:
    """Half-open local days. ``code`` is how an address names it: 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-22."""

    code: str
    first: date
    after: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        return datetime(self.after.year, self.after.month, self.after.day, tzinfo=self.zone)

    @property
    def days(self) -> int:
        return (self.after - self.first).days

    def before(self) -> Period:
        """The one of the same kind just before it."""
        return period(_kind_code(self.code, self.first - timedelta(days=1)), self.zone)

    def next(self) -> Period:
        return period(_kind_code(self.code, self.after), self.zone)


def period(code: str, zone: ZoneInfo) -> Period:
    """Raises ValueError for what names no period from 2000 to 2100."""
    found = _CODE.fullmatch(code)
    if not found or int(found[1]) not in YEARS:
        raise ValueError(code)
    year = int(found[1])
    if found[3]:
        first = date.fromisoformat(code)
        return Period(code, first, first + timedelta(days=1), zone)
    if found[5]:
        first = date.fromisocalendar(year, int(found[5]), 1)
        return Period(code, first, first + timedelta(days=7), zone)
    if found[2]:
        first = date(year, int(found[2]), 1)
        return Period(code, first, _months_on(first, 1), zone)
    if found[4]:
        first = date(year, 3 * int(found[4]) - 2, 1)
        return Period(code, first, _months_on(first, 3), zone)
    return Period(code, date(year, 1, 1), date(year + 1, 1, 1), zone)


def named(name: str, today: date, zone: ZoneInfo) -> Period:
    """The day, week, month, quarter or year of ``today``."""
    return period(_code_of(name, today), zone)


def _code_of(name: str, day: date) -> str:
    week = day.isocalendar()
    return {
        "today": f"{day:%Y-%m-%d}",
        "week": f"{week.year}-W{week.week:02}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }[name]


def name_of(code: str) -> str:
    """Which kind of period a code names."""
    if "W" in code or "Q" in code:
        return "week" if "W" in code else "quarter"
    return {0: "year", 1: "month", 2: "today"}[code.count("-")]


def _kind_code(code: str, day: date) -> str:
    return _code_of(name_of(code), day)


def _months_on(first: date, months: int) -> date:
    return (first + timedelta(days=31 * months)).replace(day=1)
