"""Notes that waited on a department's phone arrive once; what a card of the queue offers there."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from complaints import services
from complaints.models import Attachment, Ticket
from complaints.services import sending_later
from complaints.states import EventKind, Status
from complaints.tests.house import House
from portal.arrivals.models import Arrival
from portal.files.tests.photos import photo
from portal.promises import clock


@pytest.fixture
def engineer(house: House) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.engineer)
    return client


def send(client: Client, ticket: Ticket, writer: Any, **typed: Any) -> Any:
    said = {"key": str(uuid4()), "slug": "progress", "text": "已换灯管", "writer": writer.pk, **typed}
    return client.post(f"/tickets/{ticket.number}/later/", said, headers={"accept": "application/json"})


def test_a_note_with_its_photo_arrives_once_however_often_it_is_sent(house: House, engineer: Client) -> None:
    ticket, key = house.signed(clock.now()), str(uuid4())
    for _again in range(3):
        assert send(engineer, ticket, house.engineer, key=key, files=[photo()]).status_code == 200

    note = ticket.events.get(kind=EventKind.NOTE)
    assert note.text == "已换灯管"
    assert note.attachments.count() == 1
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS

    assert send(engineer, ticket, house.engineer).status_code == 200
    assert ticket.events.filter(kind=EventKind.NOTE).count() == 2, "the same words again are another note"


def test_nobody_sends_what_somebody_else_wrote_on_the_same_phone(house: House, engineer: Client) -> None:
    ticket, key = house.signed(clock.now()), str(uuid4())
    assert send(engineer, ticket, house.engineer_b).status_code == 403
    assert send(engineer, ticket, house.engineer, key=key).status_code == 200

    other = Client()
    other.force_login(house.engineer_b)
    assert send(other, ticket, house.engineer_b, key=key).status_code == 403
    assert Arrival.objects.count() == 1
    assert not Attachment.objects.exists()


def test_a_note_that_can_never_be_taken_says_why_and_leaves_its_key_free(house: House, engineer: Client) -> None:
    ticket, key = house.report(clock.now()), str(uuid4())
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    answer = send(engineer, ticket, house.engineer, key=key)
    assert answer.status_code == 409
    assert "待签收" in answer.json()["words"]
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    assert send(engineer, ticket, house.engineer, key=key).status_code == 200
    assert send(engineer, ticket, house.engineer, key="x").status_code == 422
    assert send(engineer, ticket, house.engineer, text=" ").status_code == 409


def test_a_session_that_has_ended_answers_with_the_door_and_writes_nothing(house: House) -> None:
    ticket = house.signed(clock.now())
    answer = send(Client(), ticket, house.engineer)
    assert answer.status_code in {302, 403}
    assert not Arrival.objects.exists()


def _twice_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many notes one key makes when two requests have both looked before either writes."""
    house = House.build()
    ticket, key = house.signed(clock.now()), uuid4()
    meeting, write = threading.Barrier(2), sending_later.note_handling

    def write_together(*args: Any, **options: Any) -> Ticket:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return write(*args, **options)

    monkeypatch.setattr(sending_later, "note_handling", write_together)

    def one() -> None:
        try:
            services.note_sent_later(ticket, "progress", "已换灯管", [], key=key, by=house.engineer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ticket.events.filter(kind=EventKind.NOTE).count()


@pytest.mark.django_db(transaction=True)
def test_one_key_twice_at_once_writes_one_note(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _twice_at_once(monkeypatch) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_both_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_later, "once", lambda key, *, by: True)

    assert _twice_at_once(monkeypatch) == 2


def test_a_card_offers_the_next_step_to_whose_it_is(house: House, engineer: Client) -> None:
    ticket = house.report(clock.now())
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    card = f'form="one" formaction="/tickets/{ticket.number}/sign/"'
    assert card in engineer.get("/queue/").content.decode()
    desk = Client()
    desk.force_login(house.reception)
    assert card not in desk.get("/queue/?tab=all").content.decode()

    answer = engineer.post(f"/tickets/{ticket.number}/sign/", {"next": "/queue/"})
    assert answer["Location"] == "/queue/"
    body = engineer.get("/queue/").content.decode()
    assert card not in body
    assert f"/tickets/{ticket.number}/?do=progress#do" in body
