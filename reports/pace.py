"""The early warning (P1): at the pace of the last days, what will be late by then? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Waiting:
    """A ticket still to be resolved: with whom it waits, by when it is promised, how severe it is."""

    line: int | None
    due_at: datetime
    severity: str


def late_by(waiting: Iterable[Waiting], done_a_day: dict[int | None, float], now: datetime) -> list[Waiting]:
    """Those that will pass their limit, in the order in which they do.

    Each department takes what is due first, one after the other, as fast as it did lately; what is late already stands
    first in its line. A department that finished nothing lately finishes nothing.
    """
    place: dict[int | None, int] = {}
    found = []
    for one in sorted(waiting, key=lambda one: one.due_at):
        place[one.line] = place.get(one.line, 0) + 1
        pace = done_a_day.get(one.line, 0.0)
        done_at = now + timedelta(days=place[one.line] / pace) if pace else None
        if one.due_at >= now and (done_at is None or done_at > one.due_at):
            found.append(one)
    return found
