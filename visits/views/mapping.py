"""The coverage drawn: a building floor by floor, the year's curve, every building's share (SCREENS 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.organization.models import Site
from portal.pages.asking import only_for, user_of
from residents.models import UnitStatus
from visits.coverage import Cell, Figure, State, by_building, by_month, cells_of, figure_of, pace_of
from visits.goals import rule_of
from visits.models import VISITORS
from visits.views.asking import page_context, site_asked
from visits.words import rule_words

STATE_WORDS = {
    State.SEEN: pgettext_lazy("home", "visited this year"),
    State.DUE: pgettext_lazy("home", "not visited this year"),
    State.NEVER: pgettext_lazy("home", "never visited"),
    State.EMPTY: pgettext_lazy("home", "nobody lives there"),
}
# A square of 240 by 100 for the year's curve.
WIDE, HIGH = 240, 100


@only_for(VISITORS)
@never_cache
@require_GET
def building(request: HttpRequest, code: str) -> HttpResponse:
    """One building floor by floor, and the others to choose."""
    user = user_of(request)
    site = site_asked(request, user)
    today = timezone.localdate(timezone=site.zone)
    cells, rule = cells_of(site, today), rule_of(site.pk)
    drawn = map_of(site, cells, code, today, {})
    context = page_context(
        request,
        site=site,
        map=drawn,
        buildings=buildings_of(cells, rule.percent, drawn["code"] if drawn else ""),
        coverage=coverage_card(cells, rule.percent, today),
        rule=rule_words(rule),
    )
    return render(request, "visits/building.html", context)


def map_of(
    site: Site, cells: Sequence[Cell], code: str, today: date, numbered: Mapping[int, int]
) -> dict[str, Any] | None:
    """The building of that code, else the first: its entrances side by side, the top floor on top."""
    codes = [found for found, _figure in by_building(cells, 100)]
    if not codes:
        return None
    code = code if code in codes else codes[0]
    inside = [cell for cell in cells if cell.building == code]
    counts = {state: sum(1 for cell in inside if cell.state == state) for state in State}
    return {
        "code": code,
        "site": site,
        "homes": len(inside) - counts[State.EMPTY],
        "seen": counts[State.SEEN],
        "legend": [{"state": state, "words": STATE_WORDS[state], "count": counts[state]} for state in State],
        "has_stops": any(cell.pk in numbered for cell in inside),
        "entrances": [
            _entrance([cell for cell in inside if cell.entrance == entrance], entrance, today, numbered)
            for entrance in dict.fromkeys(cell.entrance for cell in inside)
        ],
    }


def _entrance(cells: list[Cell], code: str, today: date, numbered: Mapping[int, int]) -> dict[str, Any]:
    doors = sorted({_door(cell) for cell in cells})
    floors: dict[int, dict[str, Cell]] = {}
    for cell in cells:
        floors.setdefault(cell.floor, {})[_door(cell)] = cell
    return {
        "code": code,
        "doors": doors,
        "floors": [
            {"floor": floor, "cells": [_drawn(row[door], today, numbered) if door in row else None for door in doors]}
            for floor, row in sorted(floors.items(), reverse=True)
        ],
    }


def _door(cell: Cell) -> str:
    """The last two characters of the room: which door of its floor."""
    return cell.room.rpartition("-")[2][-2:]


def _drawn(cell: Cell, today: date, numbered: Mapping[int, int]) -> dict[str, Any]:
    return {
        "url": f"/visits/homes/{cell.uuid}/",
        "room": cell.room,
        "state": cell.state,
        "words": STATE_WORDS[cell.state],
        "text": _cell_text(cell, today),
        "number": numbered.get(cell.pk, ""),
    }


def _cell_text(cell: Cell, today: date) -> str:
    if cell.state == State.EMPTY:
        return str(UnitStatus(cell.status).label)
    if cell.last is None:
        return _("never")
    return f"{cell.last:%m-%d}" if cell.last.year == today.year else f"{cell.last:%Y-%m}"


def coverage_card(cells: Sequence[Cell], percent: int, today: date) -> dict[str, Any]:
    """The year's figure, the gap, the pace, and the curve; every figure opens its rows."""
    figure = figure_of(cells, percent)
    pace = pace_of(cells, figure, today)
    months = by_month(cells, today)
    return {
        "year": today.year,
        "figure": figure,
        "share": f"{figure.share:.1f}",
        "gap": f"{percent - figure.share:.1f}",
        "pace": pace,
        "lately": f"{pace.lately_a_week:.0f}",
        "curve": _curve(months, figure),
        "months": list(enumerate(months, 1)),
        "goal_y": _y(figure.goal, figure),
    }


def _curve(months: Sequence[int], figure: Figure) -> str:
    """The points of the line from January on, a twelfth of the width a month."""
    points = [f"0,{HIGH}"] + [f"{WIDE * n // 12},{_y(seen, figure)}" for n, seen in enumerate(months, 1)]
    return " ".join(points)


def _y(seen: int, figure: Figure) -> int:
    return round(HIGH - HIGH * seen / (figure.homes or 1))


def buildings_of(cells: Sequence[Cell], percent: int, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "share": round(figure.share),
            "state": "ok" if figure.reached else "soon" if figure.share >= percent * 0.85 else "late",
            "chosen": code == chosen,
        }
        for code, figure in by_building(cells, percent)
        if figure.homes
    ]
