"""The order of a day's stops (V6): agreed times stand, the rest goes by building into the gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WALK = timedelta(minutes=5)


@dataclass(frozen=True)
class Stop:
    key: int
    place: tuple[str, str, int, str]  # building, entrance, floor, room's digits
    minutes: int
    starts_at: datetime | None = None

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def route(stops: Iterable[Stop], begins: datetime) -> list[tuple[Stop, datetime]]:
    """The stops in their order, each with its moment: the agreed one, or when one gets there."""
    stops = list(stops)
    rest = sorted((stop for stop in stops if stop.starts_at is None), key=lambda stop: stop.place)
    agreed = sorted(_agreed(stops), key=lambda timed: (timed[0], timed[1].place))
    found: list[tuple[Stop, datetime]] = []
    here = begins
    for starts_at, stop in agreed:
        here = _fill(found, rest, here, until=starts_at, towards=stop)
        found.append((stop, starts_at))
        here = max(here, starts_at + stop.length + WALK)
    _fill(found, rest, here, until=None, towards=None)
    return found


def _agreed(stops: Sequence[Stop]) -> list[tuple[datetime, Stop]]:
    return [(stop.starts_at, stop) for stop in stops if stop.starts_at is not None]


def _fill(
    found: list[tuple[Stop, datetime]],
    rest: list[Stop],
    here: datetime,
    *,
    until: datetime | None,
    towards: Stop | None,
) -> datetime:
    """Take what fits before ``until``: first of the building one stands in, then of the one to go to."""
    while rest:
        standing = found[-1][0].place[0] if found else None
        near = [building for building in (standing, towards.place[0] if towards else None) if building]
        fits = [stop for stop in rest if until is None or here + stop.length + WALK <= until]
        if not fits:
            break
        stop = next((one for building in near for one in fits if one.place[0] == building), fits[0])
        rest.remove(stop)
        found.append((stop, here))
        here += stop.length + WALK
    return here


def first_free(
    busy: Iterable[tuple[datetime, datetime]], wanted: datetime, minutes: int, last: datetime
) -> datetime | None:
    """The first moment from ``wanted`` on that meets nothing busy and ends by ``last``."""
    length, at = timedelta(minutes=minutes), wanted
    for begins, ends in sorted(busy):
        if begins < at + length and at < ends:
            at = ends
    return at if at + length <= last else None
