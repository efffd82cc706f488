"""Two tablets press in the same moment: nothing is sold or lent twice. Each race with its control, unprotected."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, models

from bar_service import services
from bar_service.models import Loan, Lot, Movement, Party
from bar_service.services import change, stock, tables
from bar_service.tests.bar import MORNING, K, Saloon
from portal.integrity import findings
from portal.promises import clock

pytestmark = [pytest.mark.django_db(transaction=True)]
TABLETS = 2


def both_press(*presses: Callable[[], object]) -> None:
    """Each on its own connection; what is refused is refused."""

    def one(press: Callable[[], object]) -> None:
        try:
            with clock.standing_at(MORNING), suppress(Exception):
                press()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def meet_before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Both stand at that function before one of them goes on, if the locks let them."""
    meeting, does = threading.Barrier(TABLETS), getattr(owner, name)

    def met(*args: Any, **named: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return does(*args, **named)

    monkeypatch.setattr(owner, name, met)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_options: rows)


@contextmanager
def without(model: type[models.Model], name: str) -> Iterator[None]:
    [constraint] = [one for one in model._meta.constraints if one.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bar_service_bar CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def press(saloon: Saloon, kind: Any, by: str, **said: Any) -> Callable[[], object]:
    user = saloon.house.people[by]
    return lambda: services.take(saloon.bar.pk, kind, by=user, **said)


def two_orders(saloon: Saloon) -> list[Callable[[], object]]:
    """The last bottle, for two tables."""
    saloon.do(K.PURCHASE, item=saloon.item(), amount=1)
    for name in ("A1", "A2"):
        saloon.do(K.SEAT, table=saloon.table(name), size=2)
    return [
        press(saloon, K.ORDER, who, table=saloon.table(name), product=saloon.product())
        for who, name in (("bar", "A1"), ("bar_b", "A2"))
    ]


def sold(saloon: Saloon) -> int:
    return Movement.objects.filter(kind="serve", lot__item=saloon.item()).count()


@pytest.fixture
def bare(house: Any) -> Saloon:
    return Saloon.build(house, tables=2, rooms=0, stocked=False)


def test_the_last_bottle_is_sold_once(bare: Saloon, monkeypatch: pytest.MonkeyPatch) -> None:
    presses = two_orders(bare)
    meet_before(monkeypatch, stock, "_take")
    both_press(*presses)
    assert sold(bare) == 1
    assert list(findings()) == []


def test_control_without_locks_and_constraint_the_last_bottle_is_sold_twice(
    bare: Saloon, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = two_orders(bare)
    without_locks(monkeypatch)
    meet_before(monkeypatch, stock, "_take")
    with without(Lot, "lot_is_never_below_zero"):
        both_press(*presses)
        assert sold(bare) == TABLETS


def two_loans(saloon: Saloon) -> list[Callable[[], object]]:
    return [press(saloon, K.LEND, who, gear=saloon.gear(), to=who) for who in ("bar", "bar_b")]


def test_a_hat_is_lent_once(bare: Saloon, monkeypatch: pytest.MonkeyPatch) -> None:
    presses = two_loans(bare)
    meet_before(monkeypatch, change.Change, "matter")
    both_press(*presses)
    assert Loan.objects.out().count() == 1
    assert list(findings()) == []


def test_control_without_locks_and_constraint_a_hat_is_lent_twice(
    bare: Saloon, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses = two_loans(bare)
    without_locks(monkeypatch)
    meet_before(monkeypatch, change.Change, "matter")
    with without(Loan, "one_open_loan_of_an_item"):
        both_press(*presses)
        assert Loan.objects.out().count() == TABLETS


def test_a_table_takes_one_of_two_parties(bare: Saloon) -> None:
    both_press(*(press(bare, K.SEAT, who, table=bare.table(), size=2) for who in ("bar", "bar_b")))
    assert Party.objects.count() == 1


def one_tap_sent_twice(saloon: Saloon, *keys: Any) -> int:
    saloon.do(K.SEAT, table=saloon.table(), size=2)
    both_press(*(press(saloon, K.REFILL, "bar", table=saloon.table(), key=key) for key in keys))
    return Party.objects.get().refills


def test_one_tap_that_arrives_twice_at_once_counts_once(bare: Saloon) -> None:
    key = uuid4()
    assert one_tap_sent_twice(bare, key, key) == 1


def test_control_with_two_keys_it_counts_twice(bare: Saloon) -> None:
    assert one_tap_sent_twice(bare, uuid4(), uuid4()) == 2


def test_control_without_the_lock_one_of_two_refills_is_lost(bare: Saloon, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    meet_before(monkeypatch, tables, "_later")
    assert one_tap_sent_twice(bare, uuid4(), uuid4()) == 1
