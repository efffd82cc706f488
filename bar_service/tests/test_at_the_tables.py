"""A party from sitting down to the cleared table (B3, B6), in the bar's words."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from bar_service.errors import NotHere, NotYours, Refused
from bar_service.models import Act, DrinkOrder, Party
from bar_service.services import stock
from bar_service.states import Cared, TableState, looks_and_gaps, missed_rounds, rounds_kept, state_of
from bar_service.tests.bar import MORNING, K, Saloon, after
from portal.arrivals.services import NotTaken

REFILL, ASHTRAY, FIRST = timedelta(minutes=20), timedelta(minutes=30), timedelta(minutes=5)
LIMITS = {"refill_after": REFILL, "ashtray_after": ASHTRAY, "first_after": FIRST}


def look(at: float, **known: object) -> TableState:
    facts = {"seated_at": MORNING, "left_at": None, "poured_at": None, "ashtray_at": None, "smoking": True, **known}
    return state_of(Cared(**facts), after(at), **LIMITS)  # type: ignore[arg-type]


def test_the_clock_says_what_a_table_needs() -> None:
    assert state_of(None, MORNING, **LIMITS) == TableState.FREE
    assert look(19, poured_at=MORNING) == TableState.SEATED
    assert look(20, poured_at=MORNING) == TableState.SEATED, "at its very limit nothing is late"
    assert look(21, poured_at=MORNING) == TableState.REFILL
    assert look(29) == TableState.SEATED, "who drinks nothing needs no refill"
    assert look(5, unoffered=True) == TableState.SEATED
    assert look(6, unoffered=True) == TableState.FIRST_DRINK, "nobody has offered them anything"
    assert look(31) == TableState.ASHTRAY
    assert look(31, smoking=False) == TableState.SEATED
    assert look(31, ashtray_at=after(5)) == TableState.SEATED
    assert look(31, poured_at=MORNING) == TableState.REFILL, "a cup before an ashtray"
    assert look(50, left_at=after(49), poured_at=MORNING) == TableState.TO_CLEAR


@pytest.mark.parametrize(
    ("looks", "kept", "missed"),
    [([10], 1, 0), ([10, 20, 29], 3, 0), ([10.02], 0, 1), ([35], 0, 3), ([8, 39, 45], 2, 3), ([20], 0, 1)],
)
def test_missed_rounds_stay_as_gaps(looks: list[float], kept: int, missed: int) -> None:
    moments = [MORNING, *map(after, looks)]
    every = timedelta(minutes=10)
    assert (rounds_kept(moments, every), missed_rounds(moments, every)) == (kept, missed)


def test_gaps_stand_between_the_looks() -> None:
    moments = [MORNING, *map(after, (8, 39, 45)), after(66)]
    assert looks_and_gaps(moments, timedelta(minutes=10)) == [True, False, False, False, True, True, False, False]


def test_a_party_sits_drinks_is_looked_after_and_leaves(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=3, brought_by=saloon.house.people["sales"])
    saloon.do(K.ORDER, at=after(1), table=table, product=saloon.product(), quantity=2)
    saloon.do(K.SERVE, at=after(4), table=table)
    saloon.do(K.REFILL, at=after(20), table=table)
    saloon.do(K.ASHTRAY, at=after(25), table=table)
    saloon.do(K.LEAVE, at=after(50), table=table)
    saloon.do(K.CLEAR, at=after(51), table=table)

    party = Party.objects.get()
    assert (party.size, party.refills, party.poured_at, party.cleared_at) == (3, 1, after(20), after(51))
    order = DrinkOrder.objects.get()
    assert order.served_at is not None
    assert order.served_at - order.placed_at == timedelta(minutes=3)
    saloon.do(K.SEAT, at=after(52), table=table, size=2)


def test_a_table_takes_one_party_and_nothing_is_done_at_a_free_one(saloon: Saloon) -> None:
    table = saloon.table()
    for kind in (K.REFILL, K.ASHTRAY, K.LEAVE, K.CLEAR, K.OFFER):
        with pytest.raises(Refused, match="A1"):
            saloon.do(kind, table=table)
    saloon.do(K.SEAT, table=table, size=2)
    with pytest.raises(Refused, match="A1"):
        saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.LEAVE, at=after(5), table=table)
    with pytest.raises(Refused, match="A1"):
        saloon.do(K.REFILL, at=after(6), table=table)


def test_nobody_leaves_while_something_ordered_is_on_its_way(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.ORDER, table=table, product=saloon.product())
    with pytest.raises(Refused):
        saloon.do(K.LEAVE, at=after(1), table=table)
    order = DrinkOrder.objects.get()
    before = stock.left_of(saloon.item())
    saloon.do(K.CANCEL, at=after(2), table=table, order=order.pk)
    assert stock.left_of(saloon.item()) == before + 1
    saloon.do(K.LEAVE, at=after(3), table=table)


def test_a_served_drink_cannot_be_cancelled(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.ORDER, table=table, product=saloon.product())
    saloon.do(K.SERVE, at=after(1), table=table)
    with pytest.raises(Refused):
        saloon.do(K.CANCEL, at=after(2), table=table, order=DrinkOrder.objects.get().pk)


def test_no_drinks_has_a_reason_and_an_order_ends_it(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.NO_DRINKS, table=table, reason="waved_off")
    assert Party.objects.get().no_drinks == "waved_off"
    saloon.do(K.ORDER, at=after(3), table=table, product=saloon.product())
    assert Party.objects.get().no_drinks == ""


def test_a_tap_that_is_sent_twice_counts_once_and_only_for_whom_it_is(saloon: Saloon) -> None:
    table, key = saloon.table(), uuid4()
    saloon.do(K.SEAT, table=table, size=2)
    assert saloon.do(K.REFILL, key=key, table=table) is not None
    assert saloon.do(K.REFILL, at=after(1), key=key, table=table) is None
    with pytest.raises(NotTaken):
        saloon.do(K.REFILL, by="bar_b", key=key, table=table)
    assert Party.objects.get().refills == 1


def test_a_refused_tap_leaves_its_key_free(saloon: Saloon) -> None:
    table, key = saloon.table(), uuid4()
    with pytest.raises(Refused):
        saloon.do(K.REFILL, key=key, table=table)
    saloon.do(K.SEAT, table=table, size=2)
    assert saloon.do(K.REFILL, key=key, table=table) is not None


def test_a_late_arrival_counts_with_its_own_moment_and_turns_no_clock_back(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.REFILL, at=after(15), table=table)
    saloon.do(K.REFILL, at=after(20), pressed=after(9), table=table)
    party = Party.objects.get()
    assert (party.refills, party.poured_at) == (2, after(15))
    assert [act.at for act in Act.objects.filter(kind=K.REFILL).order_by("pk")] == [after(15), after(9)]


def test_a_press_for_guests_who_have_left_does_not_reach_the_next_ones(saloon: Saloon) -> None:
    table = saloon.table()
    saloon.do(K.SEAT, table=table, size=2)
    saloon.do(K.LEAVE, at=after(10), table=table)
    saloon.do(K.CLEAR, at=after(11), table=table)
    saloon.do(K.SEAT, at=after(12), table=table, size=4)
    with pytest.raises(Refused):
        saloon.do(K.REFILL, at=after(13), pressed=after(9), table=table)


def test_an_undo_puts_back_exactly_what_was(saloon: Saloon) -> None:
    table, water = saloon.table(), saloon.item()
    seat = saloon.do(K.SEAT, table=table, size=2)
    left = stock.left_of(water)
    order = saloon.do(K.ORDER, at=after(1), table=table, product=saloon.product(), quantity=3)
    assert seat is not None
    assert order is not None
    with pytest.raises(Refused):
        saloon.do(K.UNDO, at=after(2), act=seat.pk)
    saloon.do(K.UNDO, at=after(2), act=order.pk)
    assert saloon.do(K.UNDO, at=after(2), act=order.pk) is None, "a second press of it changes nothing"
    assert stock.left_of(water) == left
    assert DrinkOrder.objects.get().status == DrinkOrder.Status.CANCELLED
    assert Party.objects.get().offered_at is None
    saloon.do(K.UNDO, at=after(3), act=seat.pk)
    saloon.do(K.SEAT, at=after(4), table=table, size=5)
    assert Act.objects.filter(kind=K.UNDO).count() == 2, "history keeps both"


def test_only_who_did_it_takes_it_back_and_not_for_long(saloon: Saloon) -> None:
    act = saloon.do(K.SEAT, table=saloon.table(), size=2)
    assert act is not None
    with pytest.raises(NotYours):
        saloon.do(K.UNDO, by="bar_b", at=after(1), act=act.pk)
    with pytest.raises(Refused):
        saloon.do(K.UNDO, at=after(10.1), act=act.pk)


def test_the_bar_is_for_its_own_people(saloon: Saloon) -> None:
    with pytest.raises(NotYours):
        saloon.do(K.SEAT, by="sales", table=saloon.table(), size=2)
    for who in ("reception", "neighbour", "engineer"):
        with pytest.raises(NotHere):
            saloon.do(K.SEAT, by=who, table=saloon.table(), size=2)
