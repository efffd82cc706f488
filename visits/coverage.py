"""How much of a site has been visited this year: each home with its state, and the figures that are their counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

from django.db.models import Max, Min, Q

from portal.organization.models import Site
from residents.models import Unit, UnitStatus
from visits.models import HomeVisit
from visits.states import Status

LATELY = timedelta(days=28)


class State(StrEnum):
    SEEN = "seen"  # this year
    DUE = "due"  # before, not yet this year
    NEVER = "never"
    EMPTY = "empty"  # nobody lives there: not counted


@dataclass(frozen=True)
class Cell:
    """A home as the map draws it. ``first`` and ``last``: the visits that were made, of this year and ever."""

    pk: int
    uuid: UUID
    room: str
    digits: str
    building: str
    entrance: str
    floor: int
    state: State
    status: str
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Figure:
    seen: int
    homes: int
    percent: int  # the target

    @property
    def share(self) -> float:
        return 100 * self.seen / self.homes if self.homes else 0.0

    @property
    def goal(self) -> int:
        return ceil(self.homes * self.percent / 100)

    @property
    def missing(self) -> int:
        return max(self.goal - self.seen, 0)

    @property
    def reached(self) -> bool:
        return bool(self.homes) and self.seen >= self.goal


def cells_of(site: Site, today: date) -> list[Cell]:
    """Every unit of the site; two statements."""
    january = datetime(today.year, 1, 1, tzinfo=site.zone)
    done = HomeVisit.objects.filter(site=site, status=Status.DONE).order_by().values("unit")
    made = {
        unit: (first.astimezone(site.zone).date() if first else None, last.astimezone(site.zone).date())
        for unit, first, last in done.annotate(
            first=Min("ended_at", filter=Q(ended_at__gte=january)), last=Max("ended_at")
        ).values_list("unit", "first", "last")
    }
    units = Unit.objects.filter(site=site).order_by("entrance__building", "entrance__code", "-floor", "digits")
    columns = ("pk", "uuid", "room", "digits", "entrance__building__code", "entrance__code", "floor", "status")
    return [_cell(row, *made.get(row[0], (None, None)), today) for row in units.values_list(*columns)]


def _cell(
    row: tuple[int, UUID, str, str, str, str, int | None, str], first: date | None, last: date | None, today: date
) -> Cell:
    pk, uuid, room, digits, building, entrance, floor, status = row
    if status != UnitStatus.OCCUPIED:
        state = State.EMPTY
    elif last is None:
        state = State.NEVER
    else:
        state = State.SEEN if last.year == today.year else State.DUE
    return Cell(pk, uuid, room, digits, building, entrance, floor or 0, state, status, first, last)


def figure_of(cells: Iterable[Cell], percent: int) -> Figure:
    counted = [cell for cell in cells if cell.state != State.EMPTY]
    return Figure(sum(1 for cell in counted if cell.state == State.SEEN), len(counted), percent)


def by_building(cells: Iterable[Cell], percent: int) -> list[tuple[str, Figure]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.building, []).append(cell)
    return [(code, figure_of(found[code], percent)) for code in sorted(found, key=lambda code: (len(code), code))]


def by_month(cells: Iterable[Cell], today: date) -> list[int]:
    """How many of the counted homes had been seen by the end of each month so far."""
    firsts = [cell.first for cell in cells if cell.state == State.SEEN and cell.first is not None]
    return [sum(1 for first in firsts if first.month <= month) for month in range(1, today.month + 1)]


@dataclass(frozen=True)
class Pace:
    """What is missing to the target, how many a week that needs, how many it were lately, and when that gets there."""

    missing: int
    days_left: int
    needed_a_week: int
    lately_a_week: float
    reached_on: date | None


def pace_of(cells: Iterable[Cell], figure: Figure, today: date) -> Pace:
    last_day = date(today.year, 12, 31)
    days_left = (last_day - today).days
    lately = sum(1 for cell in cells if cell.first is not None and cell.first > today - LATELY) / 4
    reached_on = None
    if figure.missing and lately:
        days = ceil(figure.missing / lately * 7)
        reached_on = today + timedelta(days=days) if days <= days_left else None
    return Pace(figure.missing, days_left, ceil(figure.missing * 7 / max(days_left, 1)), lately, reached_on)
