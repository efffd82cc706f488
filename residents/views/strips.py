"""Two small drawings: the years that somebody lived here, and the hours in which they may be called. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

YEARS = 8
MINUTES = 24 * 60


@dataclass(frozen=True)
class Bar:
    """A bar on a scale of 0 to 100."""

    x: float
    width: float


def year_bars(spans: Iterable[tuple[date | None, date | None]], today: date) -> tuple[list[Bar], list[int]]:
    """A bar for each span (open ends reach the edge) and the years of the scale, this one the last."""
    first = today.year - YEARS + 1
    return [_bar(since, until, first, today) for since, until in spans], list(range(first, today.year + 1))


def _bar(since: date | None, until: date | None, first: int, today: date) -> Bar:
    whole = (today - date(first, 1, 1)).days or 1

    def at(day: date) -> float:
        return round(min(max(100 * (day - date(first, 1, 1)).days / whole, 0), 100), 1)

    begin, end = at(since) if since else 0.0, at(until) if until and until < today else 100.0
    return Bar(begin, max(end - begin, 1.0))


def day_strip(do_not_call: Iterable[Mapping[str, str]], local: datetime) -> dict[str, object]:
    """The hours not to be called, on a scale of 24 hours, and where now is."""
    bars = []
    for span in do_not_call:
        begins, ends = _hour(span["start"]), _hour(span["end"]) or 24.0
        if begins < ends:
            bars.append(Bar(begins, ends - begins))
        else:  # past midnight
            bars += [Bar(begins, 24 - begins), Bar(0, ends)]
    words = ", ".join(f"{span['start']}–{span['end']}" for span in do_not_call)
    return {"bars": bars, "now": round(24 * (local.hour * 60 + local.minute) / MINUTES, 2), "words": words}


def _hour(clock: str) -> float:
    hours, minutes = clock.split(":")[:2]
    return int(hours) + int(minutes) / 60
