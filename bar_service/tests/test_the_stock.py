"""Stock as movements (B1): what expires first goes first, nothing that is not there is sold, the shopping list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bar_service.errors import NotHere, Refused
from bar_service.hall import gauges_of, hall_of
from bar_service.models import Lot, Movement, RecipeLine, StockItem
from bar_service.services import keeping, stock
from bar_service.tests.bar import MORNING, K, Saloon, after
from bar_service.views.lists import shopping
from portal.integrity import findings

TODAY = date(2026, 11, 21)


@pytest.fixture
def empty(house: object) -> Saloon:
    saloon = Saloon.build(house, stocked=False)  # type: ignore[arg-type]
    saloon.do(K.SEAT, table=saloon.table(), size=2)
    return saloon


def test_what_expires_first_is_served_first_and_what_has_expired_never(empty: Saloon) -> None:
    water = empty.item()
    for amount, days in ((5, 30), (2, 0), (3, None)):
        until = TODAY + timedelta(days=days) if days is not None else None
        empty.do(K.PURCHASE, item=water, amount=amount, expires_on=until)
    empty.do(K.ORDER, at=after(1), table=empty.table(), product=empty.product(), quantity=3)
    assert [lot.left for lot in Lot.objects.filter(item=water).order_by("pk")] == [4, 0, 3]
    with pytest.raises(Refused):
        empty.do(K.PURCHASE, item=water, amount=5, expires_on=TODAY - timedelta(days=1))
    late = MORNING + timedelta(days=31)
    with pytest.raises(Refused):
        empty.do(K.ORDER, at=late, table=empty.table(), product=empty.product(), quantity=4)
    assert stock.left_of(water) == 7, "a refusal takes nothing"
    empty.do(K.WASTE, at=late, item=water, amount=4, reason="过期")
    assert [lot.left for lot in Lot.objects.filter(item=water).order_by("pk")] == [0, 0, 3]
    assert list(findings()) == []


def test_a_drink_takes_what_its_recipe_card_says_or_nothing(empty: Saloon) -> None:
    beans, milk = empty.item("咖啡豆"), empty.item("牛奶")
    empty.do(K.PURCHASE, item=beans, amount=1000)
    empty.do(K.PURCHASE, item=milk, amount=399)
    with pytest.raises(Refused, match="牛奶"):
        empty.do(K.ORDER, table=empty.table(), product=empty.product("拿铁"), quantity=2)
    assert stock.left_of(beans) == 1000
    empty.do(K.ORDER, table=empty.table(), product=empty.product("拿铁"))
    assert (stock.left_of(beans), stock.left_of(milk)) == (982, 199)


def test_a_count_is_right_and_its_difference_is_a_movement(empty: Saloon) -> None:
    water = empty.item()
    empty.do(K.PURCHASE, item=water, amount=10)
    empty.do(K.COUNT, at=after(1), item=water, counted=7)
    empty.do(K.COUNT, at=after(2), item=water, counted=12)
    empty.do(K.COUNT, at=after(3), item=water, counted=12)
    assert stock.left_of(water) == 12
    assert list(Movement.objects.filter(kind="count").values_list("amount", flat=True).order_by("pk")) == [-3, 5]


def test_a_purchase_that_is_used_already_is_not_taken_back(empty: Saloon) -> None:
    act = empty.do(K.PURCHASE, item=empty.item(), amount=2)
    empty.do(K.ORDER, at=after(1), table=empty.table(), product=empty.product())
    assert act is not None
    with pytest.raises(Refused):
        empty.do(K.UNDO, at=after(2), act=act.pk)


def test_the_database_itself_refuses_a_negative_lot_and_a_changed_movement(empty: Saloon) -> None:
    empty.do(K.PURCHASE, item=empty.item(), amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.update(left=-1)
    with pytest.raises(Exception, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bar_service_movement SET amount = 5")


def test_check_integrity_recomputes_the_stock_from_its_movements(empty: Saloon) -> None:
    empty.do(K.PURCHASE, item=empty.item(), amount=3)
    assert list(findings()) == []
    Lot.objects.update(left=4)
    assert [said for said in findings() if "lot" in said]


def test_the_gauge_counts_servings_against_twice_the_seats(saloon: Saloon) -> None:
    StockItem.objects.exclude(name__in=["咖啡豆", "牛奶", "杯具"]).update(retired_at=MORNING)
    saloon.do(K.COUNT, item=saloon.item("咖啡豆"), counted=18 * 40)
    saloon.do(K.COUNT, item=saloon.item("牛奶"), counted=200 * 20 + 199)
    saloon.do(K.COUNT, item=saloon.item("杯具"), counted=31)
    seats = hall_of(saloon.bar, MORNING).seats
    assert seats == 16, "VIP rooms are not negotiation tables"
    shown = {gauge.name: (gauge.servings, gauge.target, gauge.short) for gauge in gauges_of(saloon.bar, seats, TODAY)}
    assert shown["美式咖啡"] == (40, 32, 0)
    assert shown["拿铁"] == (20, 32, 12)
    assert shown["杯具"] == (31, 32, 1)


def test_the_shopping_list_fills_up_to_the_seats_and_to_what_yesterday_used(saloon: Saloon) -> None:
    table, water = saloon.table(), saloon.item()
    saloon.do(K.SEAT, table=table, size=2)
    for _ in range(2):
        saloon.do(K.ORDER, at=after(1), table=table, product=saloon.product(), quantity=25)
    saloon.do(K.COUNT, at=after(2), item=water, counted=20)
    saloon.do(K.COUNT, at=after(2), item=saloon.item("绿茶"), counted=3 * 10)
    lines = {line["item"].name: line for line in shopping(saloon.bar, MORNING + timedelta(days=1))["lines"]}
    assert (lines["矿泉水"]["used"], lines["矿泉水"]["buy"]) == (50, 30), (
        "50 were used, though 32 servings are the goal"
    )
    assert (lines["绿茶"]["goal"], lines["绿茶"]["buy"]) == (96, 66)
    assert lines["橙汁"]["buy"] == 0


def test_master_data_is_retired_never_deleted_and_not_while_it_is_in_use(saloon: Saloon) -> None:
    by = saloon.house.people["supervisor"]
    saloon.do(K.SEAT, table=saloon.table(), size=2)
    table = saloon.bar.tables.get(name="A1")
    with pytest.raises(Refused):
        keeping.retire(saloon.bar.pk, table, by=by)
    with pytest.raises(Refused):
        keeping.retire(saloon.bar.pk, StockItem.objects.get(name="牛奶"), by=by)
    product = saloon.bar.products.get(name="拿铁")
    keeping.retire(saloon.bar.pk, product, by=by)
    keeping.retire(saloon.bar.pk, StockItem.objects.get(name="牛奶"), by=by)
    with pytest.raises(NotHere):
        saloon.do(K.ORDER, table=saloon.table(), product=product.pk)
    keeping.bring_back(saloon.bar.pk, product, by=by)
    assert RecipeLine.objects.filter(product=product).count() == 2
