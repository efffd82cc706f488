"""A promise runs from when somebody said it, not from when the form was sent; who hands up and who lost a phone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Ticket
from complaints.states import EventKind, Severity, Target
from complaints.tests.house import House, messages_of, timer
from complaints.tests.test_the_residents_api import FIRST, SECOND, Phone
from portal.promises.models import TimerState

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(house: House) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    return client


def registered(desk: Client, **said: Any) -> Ticket:
    typed = {"kind": "complaint", "channel": "hotline", "room": "8-1-1203", "category": "power", "severity": "minor"}
    form = {"request_key": str(uuid.uuid4()), "description": "灯不亮", **typed, **said}
    answer = desk.post("/tickets/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    return Ticket.objects.latest("pk")


def test_a_draft_resumed_keeps_its_own_moment_of_reception(desk: Client) -> None:
    now = timezone.now()
    opened = signing.dumps((now - 20 * MINUTE).isoformat(), salt="opened")
    resumed = registered(desk, opened=opened)
    assert abs(resumed.received_at - (now - 20 * MINUTE)) < MINUTE
    assert timer(resumed, Target.DISPATCH).due_at == resumed.received_at + 10 * MINUTE
    lay_idle = registered(desk, opened=opened, idle=15 * 60)
    assert abs(lay_idle.received_at - (now - 5 * MINUTE)) < MINUTE, "nothing was typed for a quarter of an hour"
    for forged in ("", "x", signing.dumps("2020-01-01T00:00:00+00:00", salt="other")):
        assert registered(desk, opened=forged).received_at >= now


def test_a_reception_that_was_written_on_paper_is_typed(desk: Client) -> None:
    at = timezone.localtime() - timedelta(hours=2)
    noted = registered(desk, received_at=f"{at:%Y-%m-%dT%H:%M}")
    assert abs(noted.received_at - at) <= MINUTE
    form = {"kind": "complaint", "channel": "hotline", "room": "8-1-1203", "category": "power", "severity": "minor"}
    for wrong in (timezone.localtime() + timedelta(hours=2), timezone.localtime() - timedelta(days=9)):
        typed = {**form, "request_key": str(uuid.uuid4()), "description": "x", "received_at": f"{wrong:%Y-%m-%dT%H:%M}"}
        assert desk.post("/tickets/new/", typed).status_code in {409, 422}


def test_operations_forwards_what_was_handed_up_and_the_manager_still_acknowledges(house: House) -> None:
    first, second = (house.report(severity=Severity.IMPORTANT) for _ in range(2))
    services.forward(first.pk, "业主第三次来访，请尽快阅示", by=house.ops)
    assert timer(first, Target.VIA_OPERATIONS).state == TimerState.MET
    assert timer(first, Target.HAND_UP_SUPERVISING_MANAGER).state == TimerState.RUNNING
    assert timer(second, Target.VIA_OPERATIONS).state == TimerState.RUNNING
    assert messages_of(house.manager).count("ticket.forwarded") == 1
    assert first.events.get(kind=EventKind.FORWARDED).details["to"] == ["supervising_manager"]
    with pytest.raises(NotYours):
        services.forward(second.pk, "x", by=house.reception)
    with pytest.raises(NotPossible):
        services.forward(house.report().pk, "x", by=house.ops)


def test_a_lost_phone_is_signed_out_of_the_app_at_once_and_only_that_one(house: House, desk: Client) -> None:
    lost, other = Phone(FIRST), Phone(SECOND)
    resident = house.homes[0].resident
    assert desk.post(f"/residents/people/{resident.uuid}/sign-out/").status_code == 302
    assert lost.get("me/").status_code == 401
    assert other.get("me/").status_code == 200
