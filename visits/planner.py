"""Whom a round visits, when one tries again, and how many a month needs (V1). Values in, values out: no database, no
clock, no settings. The page prints the rule (views/words.py), in the order in which it stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import ceil

# By the end of November the target is to be reached; December is for those who were missed.
LAST_MONTH = 11
# Of ten that one goes to, nine are met: a round draws so many more.
MET = 0.9
Spans = Sequence[tuple[time, time]]
SATURDAY = 5


class Band(StrEnum):
    """A part of the week in which people are at home, or are not."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    WEEKEND = "weekend"


BAND_HOURS: dict[Band, tuple[time, time]] = {
    Band.MORNING: (time(9), time(12)),
    Band.AFTERNOON: (time(14), time(17, 30)),
    Band.EVENING: (time(18), time(20)),
    Band.WEEKEND: (time(10), time(17)),
}
# Who was out on a working day is tried in the evening, then at the weekend.
TRIED_IN_ORDER = (Band.EVENING, Band.WEEKEND, Band.MORNING, Band.AFTERNOON)


class Held(StrEnum):
    """Why a home is left out of a round."""

    VISITED = "visited"
    BOOKED = "booked"
    RENOVATING = "renovating"
    REFUSED = "refused"
    RESTING = "resting"
    NEVER_FREE = "never_free"


@dataclass(frozen=True)
class Rule:
    """The figures that a company has set itself (rows of VisitGoal)."""

    percent: int = 80
    rounds: int = 2
    a_day: int = 8
    tries: int = 3
    rest_days: int = 60


@dataclass(frozen=True)
class Home:
    """An occupied home as the rule sees it. ``vain``: the tries since its last visit that met nobody."""

    key: int
    place: tuple[str, str, int, str]  # building, entrance, floor, room's digits
    last_visit: date | None = None
    vain: tuple[tuple[date, Band], ...] = ()
    quiet: Spans = ()
    renovating: bool = False
    booked: bool = False
    refused_on: date | None = None


@dataclass(frozen=True)
class Pick:
    home: Home
    band: Band
    by_phone: bool  # two went in vain: somebody is reached by phone before a third goes


def held_back(home: Home, today: date, rule: Rule) -> Held | None:
    """Why this home is not drawn now; None where it may be."""
    if home.last_visit is not None and home.last_visit.year >= today.year:
        return Held.VISITED
    if home.booked:
        return Held.BOOKED
    if home.renovating:
        return Held.RENOVATING
    if home.refused_on is not None and home.refused_on.year >= today.year:
        return Held.REFUSED
    if len(home.vain) >= rule.tries and home.vain[-1][0] + timedelta(days=rule.rest_days) > today:
        return Held.RESTING
    return None if free_bands(home.quiet) else Held.NEVER_FREE


def wanted(occupied: int, visited: int, today: date, rounds_this_month: int, rule: Rule) -> int:
    """How many homes the next round goes to, so that the target is reached by the end of November."""
    missing = max(ceil(occupied * rule.percent / 100) - visited, 0)
    this_month = max(rule.rounds - rounds_this_month, 1)
    rounds_left = this_month + rule.rounds * max(LAST_MONTH - today.month, 0)
    return ceil(missing / rounds_left / MET)


def draw(homes: Iterable[Home], count: int, today: date, rule: Rule) -> list[Pick]:
    """The ``count`` homes of a round: longest unvisited first, neighbours of the same month together, by building."""
    ready = [home for home in homes if held_back(home, today, rule) is None]
    ready.sort(key=lambda home: (_month_of(home.last_visit), home.place))
    return [_pick(home, rule) for home in sorted(ready[:count], key=lambda home: home.place)]


def _month_of(day: date | None) -> tuple[int, int]:
    """Never visited comes before all; within a month the building decides, not the day."""
    return (day.year, day.month) if day else (0, 0)


def _pick(home: Home, rule: Rule) -> Pick:
    row = home.vain[-(len(home.vain) % rule.tries) :] if len(home.vain) % rule.tries else ()
    band = next_band([tried for _on, tried in row], home.quiet)
    return Pick(home, band or Band.MORNING, len(row) + 1 >= rule.tries)


def next_band(tried: Sequence[Band], quiet: Spans = ()) -> Band | None:
    """Another time of the week than those tried in vain, outside the resident's own times; None where none is free."""
    free = free_bands(quiet)
    order = TRIED_IN_ORDER if tried else tuple(Band)
    return next((band for band in order if band in free and band not in tried), free[0] if free else None)


def free_bands(quiet: Spans) -> list[Band]:
    """The parts of the week that are not whole within times at which this home wants no calls."""
    return [band for band, hours in BAND_HOURS.items() if not _is_whole_within(*hours, quiet)]


def next_day(band: Band, after: date) -> date:
    """The first day of that part of the week, from the day after the next on."""
    day = after + timedelta(days=2)
    while (day.weekday() >= SATURDAY) != (band == Band.WEEKEND):
        day += timedelta(days=1)
    return day


def band_at(local: datetime) -> Band:
    """The part of the week that a moment of the site's own time falls into."""
    if local.weekday() >= SATURDAY:
        return Band.WEEKEND
    if local.time() < BAND_HOURS[Band.AFTERNOON][0]:
        return Band.MORNING
    return Band.AFTERNOON if local.time() < BAND_HOURS[Band.EVENING][0] else Band.EVENING


def teams_of(people: Sequence[int]) -> list[list[int]]:
    """Two by two; who is left over goes along with the last two."""
    teams = [list(people[at : at + 2]) for at in range(0, len(people) - len(people) % 2, 2)]
    if len(people) % 2:
        if teams:
            teams[-1].append(people[-1])
        else:
            teams.append(list(people))
    return teams


def days_needed(count: int, teams: int, rule: Rule) -> int:
    return max(ceil(count / (teams * rule.a_day)), 1)


def share_out(picks: Sequence[Pick], days: int, teams: int, rule: Rule) -> list[tuple[int, int, Pick]]:
    """(day, team, home) from zero on, neighbours together and nobody over the day's measure; what is over is left."""
    parts = days * teams
    picks = picks[: parts * rule.a_day]
    each, more = divmod(len(picks), parts)
    found, at = [], 0
    for part in range(parts):
        size = each + (part < more)
        found += [(part // teams, part % teams, pick) for pick in picks[at : at + size]]
        at += size
    return found


def _is_whole_within(begins: time, ends: time, quiet: Spans) -> bool:
    """Whether nothing is left of begins–ends; a span whose end lies before its start goes past midnight."""
    spans = [part for span in quiet for part in _over_midnight(*span)]
    at = begins
    for start, end in sorted(spans):
        if start > at:
            break
        at = max(at, end)
    return at >= ends


def _over_midnight(begins: time, ends: time) -> list[tuple[time, time]]:
    return [(begins, ends)] if begins < ends else [(begins, time.max), (time.min, ends)]
