"""A year of visits played through by the planner's own rule: what the tests and the drill count. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from visits import planner
from visits.planner import Home, Pick, Rule

Draw = Callable[[Iterable[Home], int, date, Rule], list[Pick]]
HOMES_A_FLOOR, FLOORS, ENTRANCES = 3, 18, 2
AWAY_DAYS = 21  # how long somebody who is away stays away, on average
A_YEAR = 365


@dataclass(frozen=True)
class Place:
    """What is played: so many occupied homes, this share away at any time, so many people who visit."""

    homes: int = 1158
    absent: float = 0.06
    staff: int = 4
    rule: Rule = field(default_factory=Rule)
    year: int = 2026
    seed: int = 1


@dataclass
class Month:
    number: int
    rounds: int = 0
    days: int = 0  # on which anybody went
    went: int = 0
    met: int = 0
    seen: int = 0  # different homes of the year so far
    busiest: int = 0  # the most visits of one person on one day

    def coverage(self, homes: int) -> float:
        return 100 * self.seen / homes


@dataclass
class Played:
    place: Place
    months: list[Month] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return self.months[-1].coverage(self.place.homes)

    @property
    def busiest(self) -> int:
        return max(month.busiest for month in self.months)

    @property
    def days(self) -> int:
        return sum(month.days for month in self.months)


def play(place: Place, draw: Draw = planner.draw) -> Played:
    """Each round draws, goes and finds people at home or away; nobody is drawn by anything but ``draw``."""
    random = Random(place.seed)  # noqa: S311 - a game
    homes = _homes(place, random)
    away = {key: set(_days_away(place, random)) for key in homes}
    teams = len(planner.teams_of(range(place.staff)))
    played = Played(place)
    for number in range(1, 13):
        month = Month(number)
        for round_number in range(place.rule.rounds):
            begins = date(place.year, number, 1 + round_number * 28 // place.rule.rounds)
            seen = sum(1 for home in homes.values() if _seen(home, place.year))
            count = planner.wanted(len(homes), seen, begins, round_number, place.rule)
            picks = draw(homes.values(), count, begins, place.rule)
            _go(month, homes, picks, begins, teams, place, away)
        month.seen = sum(1 for home in homes.values() if _seen(home, place.year))
        played.months.append(month)
    return played


def at_random(homes: Iterable[Home], count: int, today: date, rule: Rule) -> list[Pick]:
    """The control: as many homes, but whoever the dice say, whether visited already or not."""
    pool = list(homes)
    chosen = Random(today.toordinal()).sample(pool, min(count, len(pool)))  # noqa: S311 - a game
    return [Pick(home, planner.Band.MORNING, False) for home in chosen]


def _go(
    month: Month,
    homes: dict[int, Home],
    picks: list[Pick],
    begins: date,
    teams: int,
    place: Place,
    away: dict[int, set[date]],
) -> None:
    days = planner.days_needed(len(picks), teams, place.rule)
    month.rounds += 1
    month.days += days if picks else 0
    stops: dict[tuple[int, int], int] = {}
    for day, team, pick in planner.share_out(picks, days, teams, place.rule):
        on = begins + timedelta(days=day)
        stops[day, team] = stops.get((day, team), 0) + 1
        month.went += 1
        home = homes[pick.home.key]
        if on in away[home.key]:
            homes[home.key] = replace(home, vain=(*home.vain, (on, pick.band)))
        else:
            homes[home.key] = replace(home, last_visit=on, vain=())
            month.met += 1
    month.busiest = max([month.busiest, *stops.values()])


def _seen(home: Home, year: int) -> bool:
    return home.last_visit is not None and home.last_visit.year == year


def _homes(place: Place, random: Random) -> dict[int, Home]:
    """Buildings of eighteen floors; seven in ten were visited last year, one in ten never."""
    found = {}
    for key in range(place.homes):
        floor, room = divmod(key, HOMES_A_FLOOR)
        entrance, floor = divmod(floor, FLOORS)
        building, entrance = divmod(entrance, ENTRANCES)
        dice = random.random()
        years_ago = 1 if dice < 0.7 else 2
        last = date(place.year - years_ago, 1, 1) + timedelta(days=random.randrange(A_YEAR)) if dice < 0.9 else None
        where = (f"{building + 1:02d}", str(entrance + 1), floor + 1, f"{room + 1:02d}")
        found[key] = Home(key, where, last)
    return found


def _days_away(place: Place, random: Random) -> Iterator[date]:
    """Spells away and spells at home, so long that on any day the wanted share is away."""
    day, end = date(place.year, 1, 1), date(place.year, 12, 31)
    if not place.absent:
        return
    home_days = AWAY_DAYS * (1 - place.absent) / place.absent
    away = random.random() < place.absent
    while day <= end:
        spell = max(round(random.expovariate(1 / (AWAY_DAYS if away else home_days))), 1)
        if away:
            yield from (day + timedelta(days=n) for n in range(spell))
        day += timedelta(days=spell)
        away = not away
