"""Undoing beside a colleague's step and beside the sweep; each with a control that fails without the locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connections, models

from complaints import services
from complaints.errors import Refusal
from complaints.models import Ticket
from complaints.services import change, undoing
from complaints.states import Severity, Status
from complaints.tests.house import MORNING, House
from portal import integrity
from portal.promises import clock, sweeping

pytestmark = pytest.mark.django_db(transaction=True)
NOW = MORNING + timedelta(days=2, minutes=3)


def both(first: Callable[[], Any], second: Callable[[], Any]) -> list[bool]:
    """Whether each was taken, run at the same time."""
    taken = [False, False]

    def one(place: int, doing: Callable[[], Any]) -> None:
        try:
            with suppress(Refusal):
                doing()
                taken[place] = True
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return taken


def meeting_in(monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str], last: str = "") -> None:
    """Both wait for each other there, for as long as the locks let them; a second at most. ``last`` then goes last."""
    meeting = threading.Barrier(2)
    for module, name in places:
        there = getattr(module, name)

        def met(*args: Any, there: Any = there, name: str = name, **options: Any) -> Any:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(timeout=1)
                sleep(0.5 if name == last else 0)
            return there(*args, **options)

        monkeypatch.setattr(module, name, met)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_options: rows)


def undo_beside_a_signature(monkeypatch: pytest.MonkeyPatch) -> tuple[list[bool], str]:
    house = House.build()
    ticket = house.report(clock.now())
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    version = Ticket.objects.get().version
    meeting_in(monkeypatch, (change, "Before"))
    taken = both(
        lambda: services.undo_last_step(ticket.pk, by=house.reception),
        lambda: services.sign_for_ticket(ticket.pk, by=house.engineer, version=version),
    )
    return taken, Ticket.objects.get().status


def test_of_an_undoing_and_a_signature_exactly_one_is_taken(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, status = undo_beside_a_signature(monkeypatch)
    assert sorted(taken) == [False, True]
    assert status == (Status.REGISTERED if taken[0] else Status.SIGNED)
    assert list(integrity.findings()) == []


def test_control_without_the_ticket_s_lock_both_are_taken(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    assert undo_beside_a_signature(monkeypatch)[0] == [True, True]


def undo_beside_a_sweep(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A regrading that made the resolution late is taken back while the sweep writes that down."""
    house = House.build()
    ticket = house.signed(severity=Severity.IMPORTANT)
    with clock.standing_at(NOW - timedelta(minutes=5)):
        sweeping.sweep(NOW - timedelta(minutes=5))
        services.set_severity(ticket.pk, Severity.MINOR, "看错了", by=house.reception)
    meeting_in(monkeypatch, (undoing, "_take_back"), (sweeping, "_write"), last="_take_back")

    def undo() -> None:
        with clock.standing_at(NOW):
            services.undo_last_step(ticket.pk, by=house.reception)

    assert both(undo, lambda: sweeping.sweep(NOW)) == [True, True]
    return list(integrity.findings())


def test_an_undoing_and_a_sweep_lose_nothing_of_each_other(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert undo_beside_a_sweep(monkeypatch) == []


def test_control_without_the_timers_locks_they_do(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    assert undo_beside_a_sweep(monkeypatch) != []
