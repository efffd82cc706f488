"""Two residents told at once are drawn one after the other; the control shows what would happen otherwise."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections

from complaints import services
from complaints.models import Callback, Ticket
from complaints.services import How, callbacks
from complaints.states import CallbackOutcome, Kind
from complaints.tests.house import MORNING, House, move_in
from portal.promises import clock

pytestmark = pytest.mark.django_db(transaction=True)
TOLD_BEFORE = 8  # all of them drawn: the next need not be, but of the next two one has to be


def _returned(house: House, n: int) -> Ticket:
    home = move_in(house.site, f"9-1-{n}", f"1390000{n:04d}", f"赵敏{n}")
    ticket = house.signed(kind=Kind.SERVICE_REQUEST, unit=home.unit, resident=home.resident)
    with clock.standing_at(MORNING):
        services.resolve_ticket(ticket.pk, "更换灯管", by=house.engineer)
        services.return_form(ticket.pk, by=house.engineering_head)
    return ticket


def _tell(house: House, ticket: Ticket) -> None:
    with clock.standing_at(MORNING):
        services.inform_resident(ticket.pk, How.PHONE, "灯已修好", by=house.reception)


def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of ten are drawn when the last two are told by two threads that have both counted before either writes,
    if they are let."""
    house = House.build()
    for n in range(TOLD_BEFORE):
        _tell(house, _returned(house, n))
    last = [_returned(house, n) for n in (TOLD_BEFORE, TOLD_BEFORE + 1)]
    meeting, count = threading.Barrier(2), callbacks._share_asks_for_one

    def count_together(change: Any) -> bool:
        asked = count(change)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return asked

    monkeypatch.setattr(callbacks, "_share_asks_for_one", count_together)

    def one(ticket: Ticket) -> None:
        try:
            _tell(house, ticket)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[ticket]) for ticket in last]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Callback.objects.exclude(outcome=CallbackOutcome.NOT_DRAWN).count()


def test_two_told_at_once_keep_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _two_at_once(monkeypatch) == TOLD_BEFORE + 1


def test_control_without_the_lock_both_count_the_same_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "one_at_a_time", lambda site_id: None)

    assert _two_at_once(monkeypatch) != TOLD_BEFORE + 1
