"""V1, R11: the year's figure opens its rows and is what somebody would count by hand, whatever happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.tests.house import SHANGHAI, House, move_in
from residents.models import Unit
from visits.coverage import by_building, by_month, cells_of, figure_of, pace_of
from visits.models import HomeVisit, VisitGoal
from visits.states import OVER, Status
from visits.views.mapping import map_of

TODAY = date(2026, 11, 21)


def a_history(house: House, dice: Random) -> None:
    """Thirty homes, some of them empty, and visits of three years with every outcome, also at New Year."""
    for n in range(30):
        unit = move_in(house.site, f"{n % 3 + 1}-1-{n + 1}01", f"1390000{n:04d}", f"赵敏{n}").unit
        Unit.objects.filter(pk=unit.pk).update(status=dice.choice(["occupied"] * 5 + ["vacant", "renovating"]))
        for _visit in range(dice.randrange(4)):
            at = datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=dice.choice([-1, 0, 1]))
            if dice.random() < 0.7:
                at = datetime(2026, 11, 21, 12, tzinfo=SHANGHAI) - timedelta(days=dice.randrange(900))
            HomeVisit.objects.create(
                site=house.site, unit=unit, kind="care", status=dice.choice([*sorted(OVER), "done", "done"]),
                ended_at=at, made_at=at,
            )  # fmt: skip


def counted_by_hand(house: House) -> tuple[int, int]:
    """One home after the other, one visit after the other."""
    seen = homes = 0
    for unit in Unit.objects.filter(site=house.site):
        if unit.status != "occupied":
            continue
        homes += 1
        visits = HomeVisit.objects.filter(unit=unit, status=Status.DONE)
        seen += any(visit.ended_at.astimezone(SHANGHAI).year == TODAY.year for visit in visits if visit.ended_at)
    return seen, homes


@pytest.mark.parametrize("dice", range(4))
def test_the_figure_is_what_one_counts_by_hand(house: House, dice: int) -> None:
    a_history(house, Random(dice))
    cells = cells_of(house.site, TODAY)
    figure = figure_of(cells, 80)

    assert (figure.seen, figure.homes) == counted_by_hand(house)
    parts = by_building(cells, 80)
    assert sum(part.seen for _code, part in parts) == figure.seen
    assert by_month(cells, TODAY)[-1] == figure.seen
    drawn = [map_of(house.site, cells, code, TODAY, {}) for code, _part in parts]
    assert sum(one["seen"] for one in drawn if one) == figure.seen


def test_the_figure_opens_its_rows(house: House) -> None:
    unit = house.homes[0].unit
    now = timezone.now()
    HomeVisit.objects.create(site=house.site, unit=unit, status="done", ended_at=now, made_at=now)
    page = _page(house, "/visits/coverage/?show=seen")
    assert (unit.room in page, house.homes[1].unit.room in page) == (True, False)
    assert "1/3" in _page(house, "/visits/")
    assert house.homes[1].unit.room in _page(house, "/visits/coverage/?show=never")


def test_a_premium_site_has_its_own_target(house: House) -> None:
    VisitGoal.objects.create(site=house.site, code="coverage", amount=100)
    assert "100 %" in _page(house, "/visits/coverage/")


def test_the_pace_says_when_the_target_is_reached() -> None:
    cells: list[Any] = []
    assert pace_of(cells, figure_of(cells, 80), TODAY).reached_on is None


def _page(house: House, address: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.supervisor)
    return str(client.get(address).content.decode())
