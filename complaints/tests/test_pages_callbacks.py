"""The caller's page: one button for each outcome, remarks kept, who may call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Callback, Ticket
from complaints.states import CallbackOutcome, Status
from complaints.tests.house import House
from portal.promises import clock


@pytest.fixture
def told(house: House) -> Ticket:
    return house.informed(_afternoon() - timedelta(hours=3))


@pytest.fixture
def client(house: House) -> Client:
    found = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    found.force_login(house.reception_b)
    return found


def _afternoon() -> datetime:
    """Today, at an hour at which one may call."""
    return timezone.localtime().replace(hour=15, minute=0, second=0, microsecond=0)


def _send(client: Client, ticket: Ticket, **typed: str) -> int:
    callback = Callback.objects.get(ticket=ticket, round=1)
    with clock.standing_at(_afternoon()):
        return client.post(f"/callbacks/{callback.pk}/", typed).status_code


def test_the_story_and_the_phrases_stand_ready(client: Client, told: Ticket) -> None:
    body = client.get("/callbacks/").content.decode()
    for words in (
        told.number,
        "怎么回事",
        "楼道照明不亮",
        "怎么办的",
        "更换灯管",
        "怎么说的",
        "灯已修好",
        "138****0001",
        "王先生您好",
    ):
        assert words in body
    assert "13800000001" not in body
    for digit in range(1, 9):
        assert f'data-digit="{digit}"' in body


def test_a_score_closes_the_ticket(client: Client, told: Ticket) -> None:
    assert _send(client, told, outcome="s5", remarks="柜子加一个摄像头") == 302
    callback = Callback.objects.get(ticket=told)
    assert (callback.outcome, callback.satisfaction, callback.solved) == (CallbackOutcome.REACHED, 5, True)
    assert callback.remarks == "柜子加一个摄像头"
    told.refresh_from_db()
    assert told.status == Status.CLOSED
    assert "5 分" in client.get("/callbacks/").content.decode()


def test_not_solved_reopens_with_or_without_a_score(client: Client, told: Ticket) -> None:
    assert _send(client, told, outcome="not_solved", score="2", remarks="还在漏") == 302
    told.refresh_from_db()
    assert (told.status, told.round) == (Status.DISPATCHED, 2)
    assert Callback.objects.get(ticket=told, round=1).satisfaction == 2


def test_nobody_answered_leaves_it_open_for_another_half_day(client: Client, told: Ticket) -> None:
    assert _send(client, told, outcome="no_answer") == 302
    assert Callback.objects.get(ticket=told).finished_at is None
    again = _send(client, told, outcome="no_answer")
    assert again == 409
    assert Callback.objects.get(ticket=told).attempts == 1


def test_the_same_outcome_twice_changes_nothing(client: Client, told: Ticket) -> None:
    assert _send(client, told, outcome="s4") == 302
    assert _send(client, told, outcome="s1") == 302
    assert Callback.objects.get(ticket=told).satisfaction == 4


@pytest.mark.parametrize(
    "typed", [{}, {"outcome": "s9"}, {"outcome": "s5", "remarks": "x" * 1001}, {"outcome": "not_solved", "score": "7"}]
)
def test_an_outcome_that_does_not_exist_is_refused_with_remarks_kept(
    client: Client, told: Ticket, typed: dict[str, str]
) -> None:
    callback = Callback.objects.get(ticket=told)
    answer = client.post(f"/callbacks/{callback.pk}/", {"remarks": "请留住这句话", **typed})
    assert answer.status_code == 422
    assert callback.finished_at is None
    if "remarks" not in typed:
        assert "请留住这句话" in answer.content.decode()


def test_an_empty_list_says_so(client: Client) -> None:
    assert "今天的回访已完成" in client.get("/callbacks/").content.decode()


@pytest.mark.parametrize(("name", "status"), [("engineer", 403), ("gm", 403), ("bar", 403)])
def test_the_calls_are_the_desks(house: House, told: Ticket, name: str, status: int) -> None:
    client = Client()
    client.force_login(house.people[name])
    assert client.get("/callbacks/").status_code == status
    assert _send(client, told, outcome="s5") == status


def test_the_call_of_another_site_is_unknown(house: House, told: Ticket) -> None:
    client = Client()
    client.force_login(house.people["neighbour"])
    assert _send(client, told, outcome="s5") == 404
    assert client.get(f"/callbacks/?call={Callback.objects.get().pk}").status_code == 404
    assert client.get("/callbacks/?call=%00").status_code == 200


def test_a_call_at_night_is_refused_unless_they_called_us(client: Client, told: Ticket) -> None:
    callback = Callback.objects.get(ticket=told)
    for typed, status in (({}, 409), ({"they_called": "on"}, 302)):
        with clock.standing_at(_afternoon().replace(hour=21)):
            answer = client.post(f"/callbacks/{callback.pk}/", {"outcome": "s5", "remarks": "很好", **typed})
        assert answer.status_code == status
    callback.refresh_from_db()
    assert callback.satisfaction == 5


def test_what_the_resident_proposes_becomes_a_suggestion_of_its_own_once(client: Client, told: Ticket) -> None:
    for _twice in range(2):
        assert _send(client, told, outcome="s4", remarks="柜子加一个摄像头", as_suggestion="on") == 302
    made = Ticket.objects.get(kind="suggestion")
    assert (made.description, made.resident, made.unit) == ("柜子加一个摄像头", told.resident, told.unit)


def test_what_else_waits_for_the_same_resident_is_named_for_the_same_call(house: House, client: Client) -> None:
    for matter in ("电梯停运", "门禁失灵"):
        house.informed(_afternoon() - timedelta(hours=3), description=matter)
    said = client.get("/callbacks/").content.decode().split("一次电话一起说", 1)[1]
    assert "门禁失灵</a>" in said.split("</p>")[0]
