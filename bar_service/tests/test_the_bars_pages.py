"""The bar's pages: one screen, one tap, forms without script, figures that open, settings, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bar_service.models import Act, Bar, BarTable, DrinkOrder, Gear, GoodsHandover, Loan, Party, Product, SalesRequest
from bar_service.states import ActKind
from bar_service.tests.bar import K, Saloon, after
from bar_service.views.forms import FORMS
from portal import memo
from portal.arrivals.models import Arrival
from portal.promises import clock

TABLET = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def at_half_past_eleven() -> Iterator[None]:
    """The pages look at the clock too: it stands."""
    with clock.standing_at(after(90)):
        yield


@pytest.fixture
def open_as(house: Any) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(house.people[name])
        return client

    return signed_in


@pytest.fixture
def today(house: Any) -> Saloon:
    """A bar whose shelf was filled an hour ago."""
    saloon = Saloon.build(house, stocked=False)
    for item in saloon.bar.stock_items.all():
        saloon.do(K.PURCHASE, at=ago(60), item=item.pk, amount=100_000)
    return saloon


def ago(minutes: float) -> Any:
    return clock.now() - timedelta(minutes=minutes)


def test_the_screen_says_what_each_table_needs_and_offers_the_one_tap(today: Saloon, open_as: Any) -> None:
    a1, a2, room = today.table("A1"), today.table("A2"), today.room
    today.do(K.SEAT, at=ago(28), table=a1, size=3)
    today.do(K.ORDER, at=ago(27), table=a1, product=today.product())
    today.do(K.SERVE, at=ago(25), table=a1)
    today.do(K.SEAT, at=ago(30), table=a2, size=2)
    today.do(K.LEAVE, at=ago(2), table=a2)
    today.do(K.SEAT, at=ago(25), table=room, size=5)
    page = open_as("bar").get("/bar/").content.decode()
    for words in ("该续杯了", "已续杯", "待清台", "已清台", "漏巡 2 次", "已巡视", "3/4 座", "目标 = 座位 16 × 2"):
        assert words in page, words
    done = open_as("bar").post("/bar/press/refill/", {"table": a1, "back": "hall"})
    assert (done.status_code, done["Location"]) == (302, f"/bar/?table={a1}")
    page = open_as("bar").get(done["Location"]).content.decode()
    assert "续杯 0 分前" in page
    assert "data-undo-bar" in page


def test_an_unchanged_screen_is_not_sent_again(today: Saloon, open_as: Any) -> None:
    client = open_as("bar")
    first = client.get("/bar/", headers={"hx-request": "true"})
    again = client.get("/bar/", headers={"hx-request": "true", "if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert b"<html" not in first.content
    today.do(K.SEAT, at=clock.now(), table=today.table(), size=2)
    assert client.get("/bar/", headers={"hx-request": "true", "if-none-match": first["ETag"]}).status_code == 200


SENT: dict[ActKind, dict[str, Any]] = {
    K.SEAT: {"table": "A3", "size": 2}, K.OFFER: {"table": "A1"}, K.NO_DRINKS: {"table": "A1", "reason": "leaving"},
    K.ORDER: {"table": "A1", "product": "矿泉水"}, K.SERVE: {"table": "A2"},
    K.CANCEL: {"table": "A2", "order": "order"}, K.REFILL: {"table": "A1"}, K.ASHTRAY: {"table": "A1"},
    K.ROUND: {"table": "贵宾室 1"}, K.LEAVE: {"table": "A1"},
    K.CLEAR: {"table": "A4"}, K.LEND: {"gear": "H1", "to": "赵先生"}, K.NAME: {"gear": "H2", "to": "钱女士"},
    K.RETURN: {"gear": "H2"}, K.CLEAN: {"gear": "H3"}, K.DAMAGE: {"gear": "H1"}, K.LOSE: {"gear": "H1"},
    K.PURCHASE: {"item": "牛奶", "amount": 5, "expires_on": "2190-01-01"}, K.WASTE: {"item": "牛奶", "amount": 5},
    K.COUNT: {"item": "牛奶", "counted": 7}, K.TICK: {"checklist": "open", "item": "line"},
    K.UNTICK: {"checklist": "open", "item": "ticked"}, K.PATROL: {"place": "place"},
    K.ENQUIRE: {"text": "几梯几户？", "answer": "两梯四户"}, K.ANSWER: {"enquiry": "enquiry", "answer": "两梯四户"},
    K.ASK: {"size": 4, "hats": 2, "hat_size": "L", "boots": 0, "minutes": 10}, K.READY: {"request": "request"},
    K.WITHDRAW: {"request": "request"}, K.UNDO: {"act": "act"}, K.FINISH: {"checklist": "close"},
    K.SIGN: {"checklist": "open", "guard_number": "guard", "guard_password": "guards-own-words"},
}  # fmt: skip


def in_the_middle(today: Saloon) -> dict[str, int]:
    """A bar in use, and the ids that the presses above name in words."""
    house = today.house
    for name in ("A1", "A2", "A4", "贵宾室 1"):
        today.do(K.SEAT, at=ago(20), table=today.table(name), size=2)
    today.do(K.ORDER, at=ago(18), table=today.table("A2"), product=today.product())
    today.do(K.LEAVE, at=ago(3), table=today.table("A4"))
    today.do(K.LEND, at=ago(9), gear=today.gear("H2"))
    today.do(K.DAMAGE, at=ago(9), gear=today.gear("H3"))
    today.do(K.ASK, at=ago(8), by="sales", size=2)
    today.do(K.ENQUIRE, at=ago(8), text="车位？", pass_to=house.people["sales"])
    lines = list(today.bar.check_items.filter(checklist="open"))
    today.do(K.TICK, at=ago(7), checklist="open", item=lines[1].pk)
    act = today.do(K.REFILL, at=ago(1), table=today.table("A1"))
    house.people["guard"].set_password("guards-own-words")
    house.people["guard"].save()
    assert act is not None
    return {
        "order": DrinkOrder.objects.get().pk,
        "line": lines[0].pk,
        "ticked": lines[1].pk,
        "place": today.bar.check_items.filter(checklist="patrol")[0].pk,
        "enquiry": today.bar.enquiries.get().pk,
        "request": SalesRequest.objects.get().pk,
        "act": act.pk,
    }


def named(today: Saloon, ids: dict[str, int], said: dict[str, Any]) -> dict[str, Any]:
    find = {"table": today.table, "product": today.product, "gear": today.gear}
    found = {}
    for name, value in said.items():
        if value in ids:
            found[name] = ids[value]
        elif name in find:
            found[name] = find[name](value)
        else:
            found[name] = today.item(value) if name == "item" else value
    return found


def test_every_press_has_its_form_and_stands_in_the_table_above() -> None:
    assert set(SENT) == set(ActKind) == set(FORMS)


@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.value)
def test_a_press_sent_twice_has_one_effect(today: Saloon, open_as: Any, kind: ActKind) -> None:
    ids = in_the_middle(today)
    client = open_as("sales" if kind in {K.ASK, K.WITHDRAW} else "bar")
    before = Act.objects.count()
    form = {**named(today, ids, SENT[kind]), "key": str(uuid4()), "bar": today.bar.pk}
    first = client.post(f"/bar/press/{kind.value}/", form)
    if kind == K.FINISH:  # guests still sit there: refused, and the key stays free
        assert (first.status_code, Act.objects.count()) == (409, before)
        assert "A1" in first.content.decode()
        return
    assert (first.status_code, Act.objects.count()) == (302, before + 1), first.content.decode()[-3000:]
    second = client.post(f"/bar/press/{kind.value}/", form)
    assert (second.status_code, Act.objects.count()) == (302, before + 1)
    assert client.get(second["Location"]).status_code == 200


def test_a_tablet_hears_in_words_why_a_tap_is_not_taken_and_nothing_is_kept_of_it(today: Saloon, open_as: Any) -> None:
    client, key = open_as("bar"), str(uuid4())
    answer = client.post("/bar/press/refill/", {"table": today.table(), "key": key, "ago": "60"}, headers=TABLET)
    assert answer.status_code == 409
    assert "A1" in answer.json()["words"]
    assert not Arrival.objects.filter(key=key).exists()
    today.do(K.SEAT, at=ago(30), table=today.table(), size=2)
    answer = client.post("/bar/press/refill/", {"table": today.table(), "key": key, "ago": "600"}, headers=TABLET)
    assert answer.json() == {"then": f"/bar/?table={today.table()}"}
    act = Act.objects.get(kind=K.REFILL)
    assert timedelta(minutes=9) < act.arrived_at - act.at < timedelta(minutes=11)


@pytest.mark.parametrize("typed", [{}, {"table": "x"}, {"table": 2**31}, {"table": -1}, {"table": "²"}])
def test_a_press_that_makes_no_sense_is_refused_on_the_page_it_came_from(
    today: Saloon, open_as: Any, typed: dict[str, Any]
) -> None:
    answer = open_as("bar").post("/bar/press/refill/", {**typed, "back": "hall"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_what_belongs_to_another_bar_is_as_unknown_as_what_never_was(today: Saloon, house: Any, open_as: Any) -> None:
    other = Bar.objects.create(site=house.next_door, name="隔壁")
    table = BarTable.objects.create(bar=other, name="X1", seats=4)
    product = Product.objects.create(bar=other, name="X")
    hat = Gear.objects.create(bar=other, kind="hat", size="L", number="X1")
    client = open_as("bar")
    for kind, said in (("seat", {"table": table.pk, "size": 2}), ("lend", {"gear": hat.pk})):
        foreign = client.post(f"/bar/press/{kind}/", said)
        unknown = client.post(f"/bar/press/{kind}/", {**said, "table": 2**30, "gear": 2**30})
        assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert client.get(f"/bar/?bar={other.pk}").status_code == 200
    assert "X1" not in client.get(f"/bar/?bar={other.pk}").content.decode()
    today.do(K.SEAT, at=ago(5), table=today.table(), size=2)
    assert client.post("/bar/press/order/", {"table": today.table(), "product": product.pk}).status_code == 404
    assert not Loan.objects.exists()


def test_the_guard_signs_with_the_guards_own_password(today: Saloon, open_as: Any) -> None:
    in_the_middle(today)
    client, said = open_as("bar"), {"checklist": "open", "remarks": "钥匙 1 串", "guard_number": "guard"}
    wrong = client.post("/bar/press/sign/", {**said, "guard_password": "not-mine"})
    assert wrong.status_code == 409
    assert "钥匙 1 串" in wrong.content.decode()
    assert "not-mine" not in wrong.content.decode()
    assert client.post("/bar/press/sign/", {**said, "guard_password": "guards-own-words"}).status_code == 302
    assert GoodsHandover.objects.get().guard.username == "guard"
    assert client.get("/bar/").context["user"].username == "bar", "nobody else is signed in by it"


def test_every_figure_opens_the_rows_it_counts(today: Saloon, open_as: Any) -> None:
    in_the_middle(today)
    client = open_as("gm")
    page = client.get("/bar/figures/").content.decode()
    assert "8" in re.findall(r"<b>([^<]*)</b>", page), "two at each of four tables"
    links = re.findall(r'href="(/bar/figures/rows/[^"]*)"', page)
    assert len(links) == 7
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200
    visitors = client.get(links[0].replace("&amp;", "&")).content.decode()
    assert visitors.count("<tr>") == 1 + Party.objects.count()
    assert client.get("/bar/figures/?month=2026-11").status_code == 200


def test_a_supervisor_keeps_tables_and_recipes_as_data(today: Saloon, open_as: Any) -> None:
    client, base = open_as("supervisor"), f"/bar/settings/{today.bar.pk}/"
    row = {"kind": "table", "name": "C1", "name_en": "", "seats": "6", "smoking": "on", "rank": "9"}
    assert client.post(f"{base}tables/", row).status_code == 302
    table = BarTable.objects.get(name="C1")
    taken = client.post(f"{base}tables/", row)
    assert taken.status_code == 409
    assert "C1" in taken.content.decode()
    assert client.post(f"{base}tables/{table.pk}/", {"do": "retire"}).status_code == 302
    assert ">C1<" not in open_as("bar").get("/bar/").content.decode()
    assert client.post(f"{base}tables/", row).status_code == 302, "its name is free again"
    assert client.post(f"{base}tables/{table.pk}/", {"do": "back"}).status_code == 409
    milk = today.item("牛奶")
    cocoa = {"kind": "drink", "name": "热可可", "name_en": "Cocoa", "method": "", "method_en": "", "rank": "9"}
    assert client.post(f"{base}products/", {**cocoa, f"uses_{milk}": "200"}).status_code == 302
    assert Product.objects.get(name="热可可").recipe.get().amount == 200
    assert client.post(f"{base}tables/", {**row, "seats": "0"}).status_code in {409, 422}


def test_the_screen_costs_the_same_however_much_is_going_on(today: Saloon, open_as: Any) -> None:
    client = open_as("bar")
    pages = ("/bar/", "/bar/?do=order", "/bar/gear/", "/bar/stock/", "/bar/shopping/", "/bar/enquiries/")

    def statements(path: str) -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    in_the_middle(today)
    few = {path: statements(path) for path in pages}
    for n in range(6):
        table = BarTable.objects.create(bar=today.bar, name=f"N{n}", seats=4)
        Gear.objects.create(bar=today.bar, kind="hat", size="M", number=f"N{n}")
        today.do(K.SEAT, at=ago(15), table=table.pk, size=2)
        today.do(K.ORDER, at=ago(14), table=table.pk, product=today.product("拿铁"))
        today.do(K.LEND, at=ago(9), gear=today.gear(f"N{n}"), to="赵先生")
        today.do(K.ASK, at=ago(8), by="sales", size=2)
        today.do(K.ENQUIRE, at=ago(8), text=f"车位 {n}？", answer="有")
    assert {path: statements(path) for path in pages} == few
    assert few["/bar/"] <= 32
