"""Several tickets at once: each its own answer, what failed stays selected; reminding whoever has a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Ticket
from complaints.states import EventKind, Status
from complaints.tests.house import MORNING, House, messages_of
from portal.promises import clock


def _client(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def _do(client: Client, do: str, tickets: list[Ticket], **typed: Any) -> Any:
    picked = [f"{ticket.number}:{ticket.version}" for ticket in tickets]
    answer = client.post("/queue/bulk/", {"do": do, "ticket": picked, "next": "/queue/?tab=all", **typed})
    assert (answer.status_code, answer["Location"]) == (302, "/queue/?tab=all")
    return client.get(answer["Location"])


def test_a_mixed_lot_gets_an_answer_for_each_and_what_failed_stays_selected(house: House) -> None:
    good, stale, elsewhere = (house.report(timezone.now()) for _ in range(3))
    foreign = house.report(timezone.now(), by=house.neighbour, site=house.next_door, unit=None, resident=None)
    services.set_severity(stale.pk, "important", "漏水扩大", by=house.leader)
    services.dispatch_ticket(elsewhere.pk, house.departments["security"], by=house.leader)
    services.sign_for_ticket(elsewhere.pk, by=house.guard)
    services.resolve_ticket(elsewhere.pk, "已处理", by=house.guard)
    elsewhere.refresh_from_db()
    client = _client(house)
    page = _do(client, "dispatch", [good, stale, elsewhere, foreign], department=house.departments["engineering"].pk)

    problems = {line["number"]: line["problem"] for line in page.context["bulk"]["lines"]}
    assert problems[good.number] == ""
    assert "写的时候" in problems[stale.number] or "改" in problems[stale.number]
    assert "待通报" in problems[elsewhere.number] or elsewhere.number in problems[elsewhere.number]
    assert foreign.number in problems
    assert Ticket.objects.get(pk=good.pk).status == Status.DISPATCHED
    assert Ticket.objects.get(pk=foreign.pk).status == Status.REGISTERED
    body = page.content.decode()
    stale.refresh_from_db()
    assert f'value="{stale.number}:{stale.version}" aria-label="{stale.number}" checked' in body
    assert f'aria-label="{good.number}" checked' not in body
    assert client.get("/queue/?tab=all").context["bulk"] is None  # said once


def test_the_same_lot_sent_twice_changes_nothing_more(house: House) -> None:
    tickets = [house.report(timezone.now()) for _ in range(2)]
    client = _client(house)
    engineering = house.departments["engineering"].pk
    lots: list[tuple[str, dict[str, Any]]] = [
        ("dispatch", {"department": engineering}),
        ("note", {"text": "已电话确认"}),
        ("remind", {}),
    ]
    for do, typed in lots:
        tickets = list(Ticket.objects.order_by("pk"))
        _do(client, do, tickets, **typed)
        events = [ticket.events.count() for ticket in tickets]
        again = _do(client, do, tickets, **typed)
        assert again.context["bulk"]["failed"] == []
        assert [ticket.events.count() for ticket in tickets] == events


@pytest.mark.parametrize(("name", "refused"), [("engineer", True), ("gm", True), ("reception", False)])
def test_each_row_is_refused_to_whom_it_does_not_belong(house: House, name: str, refused: bool) -> None:
    ticket = house.signed(timezone.now())
    page = _do(_client(house, name), "dispatch", [Ticket.objects.get()], department=house.departments["security"].pk)
    assert (page.context["bulk"]["failed"] == [ticket.number]) is refused


def test_slips_of_several_are_printed_at_once_but_only_ones_own_desks(house: House) -> None:
    mine = house.report(timezone.now())
    foreign = house.report(timezone.now(), by=house.neighbour, site=house.next_door, unit=None, resident=None)
    picked = [f"{one.number}:1" for one in (mine, foreign)]
    body = _client(house).post("/queue/bulk/", {"do": "slips", "ticket": picked}).content.decode()
    assert body.count('class="paper slip"') == 1
    assert mine.number in body
    assert foreign.number not in body


def test_nothing_picked_and_too_many_are_said(house: House) -> None:
    client = _client(house)
    assert _do(client, "note", [], text="x").context["bulk"]["words"] == "请先选择工单。"
    client.post("/queue/bulk/", {"do": "note", "text": "x", "ticket": [f"YJW-20261121-{n:04}:1" for n in range(51)]})
    assert client.get("/queue/").context["bulk"]["words"] == "一次最多 50 件。"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/queue/?x=\r\nX: y"])
def test_it_leads_back_to_the_queue_and_nowhere_else(house: House, back: str) -> None:
    assert _client(house).post("/queue/bulk/", {"do": "note", "next": back})["Location"] == "/queue/"


def test_a_reminder_reaches_whoever_has_it_and_not_again_within_half_an_hour(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + timedelta(hours=1)):
        services.remind_holder(ticket.pk, by=house.reception)
    assert messages_of(house.engineer)[-1] == "ticket.reminded"
    assert "ticket.reminded" not in messages_of(house.engineer_b) + messages_of(house.reception)

    with clock.standing_at(MORNING + timedelta(hours=1, minutes=29)), pytest.raises(NotPossible, match="11:30"):
        services.remind_holder(ticket.pk, by=house.leader)
    with clock.standing_at(MORNING + timedelta(hours=1, minutes=31)):
        services.remind_holder(ticket.pk, by=house.leader)
    assert ticket.events.filter(kind=EventKind.REMINDED).count() == 2
    assert messages_of(house.engineer).count("ticket.reminded") == 2


def test_a_department_reminds_nobody(house: House) -> None:
    ticket = house.signed()
    with pytest.raises(NotYours):
        services.remind_holder(ticket.pk, by=house.engineer_b)
