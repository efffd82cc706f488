"""Registering at the counter by the plain form."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Ticket
from complaints.states import Kind, Severity, Status
from complaints.tests.house import House, move_in
from residents.models import Relation, Residence, Resident


@pytest.fixture
def client(house: House) -> Client:
    found = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    found.force_login(house.reception)
    return found


def _typed(**other: Any) -> dict[str, Any]:
    return {
        "request_key": str(uuid.uuid4()),
        "kind": "complaint",
        "channel": "counter",
        "room": "8-1-1203",
        "category": "power",
        "severity": "important",
        "description": "楼道照明连续三晚不亮",
        "dispatch_now": "1",
        **other,
    }


@pytest.mark.parametrize("room", ["8-1-1203", "811203", "8栋1单元1203室", "王建国1"])
def test_one_submit_registers_and_dispatches(client: Client, house: House, room: str) -> None:
    answer = client.post("/tickets/new/", _typed(room=room))
    ticket = Ticket.objects.get()
    assert answer.url == ticket.url
    assert ticket.status == Status.DISPATCHED
    assert ticket.department == house.departments["engineering"]
    assert (ticket.unit, ticket.resident) == (house.homes[0].unit, house.homes[0].resident)
    assert ticket.severity == Severity.IMPORTANT
    assert ticket.first_responsible == house.reception
    assert ticket.number in client.get(answer.url).content.decode()


def test_the_same_form_twice_is_one_ticket(client: Client, house: House) -> None:
    typed = _typed()
    first, second = client.post("/tickets/new/", typed), client.post("/tickets/new/", typed)
    assert first.url == second.url
    assert Ticket.objects.count() == 1


def test_several_people_at_one_home_come_back_as_a_choice(client: Client, house: House) -> None:
    wife = Resident.objects.create(name="李秀英", form_of_address="李女士")
    Residence.objects.create(unit=house.homes[0].unit, resident=wife, relation=Relation.FAMILY)
    typed = _typed()
    asked = client.post("/tickets/new/", typed)
    assert asked.status_code == 422
    assert {match["name"] for match in asked.context["matches"]} == {"王建国1", "李秀英"}
    assert "楼道照明连续三晚不亮" in asked.content.decode()

    chosen = next(match["party"] for match in asked.context["matches"] if match["name"] == "李秀英")
    client.post("/tickets/new/", {**typed, "chosen_party": chosen})
    assert Ticket.objects.get().resident == wife


def test_an_unknown_room_offers_a_new_visitor_and_keeps_what_was_typed(client: Client) -> None:
    asked = client.post("/tickets/new/", _typed(room="99-9-9999"))
    assert asked.status_code == 422
    assert "登记为新来访者" in asked.content.decode()
    assert "楼道照明连续三晚不亮" in asked.content.decode()
    assert not Ticket.objects.exists()

    client.post("/tickets/new/", _typed(room="", visitor_name="访客甲", visitor_phone="138 1234 5678"))
    ticket = Ticket.objects.get()
    assert (ticket.visitor_name, ticket.visitor_phone, ticket.unit) == ("访客甲", "13812345678", None)


def test_a_home_of_another_site_is_nobody(client: Client, house: House) -> None:
    foreign = house.homes[3]
    assert client.post("/tickets/new/", _typed(room="1-1-101")).status_code == 422
    asked = client.post("/tickets/new/", _typed(room="", party=f"{foreign.unit_id}:{foreign.resident_id}"))
    assert asked.status_code == 422
    assert not Ticket.objects.exists()


def test_who_moved_out_is_not_offered(client: Client, house: House) -> None:
    gone = move_in(house.site, "3-2-102", "13800000077", "赵走远", until=timezone.localdate() - timedelta(days=1))
    hits = client.get("/tickets/new/residents/", {"q": "赵走远"}).json()["results"]
    assert [hit.get("visitor") for hit in hits] == [True]
    assert client.post("/tickets/new/", _typed(room="", party=f"{gone.unit_id}:{gone.resident_id}")).status_code == 422


def test_a_complaint_goes_to_the_department_it_is_about(client: Client, house: House) -> None:
    """Rudeness is a matter of customer service by its category, but the form goes to whom it is about (C3)."""
    gone_to = []
    for about in ("security 夜班保安", "Security", "security 和 cleaning", "某人"):
        client.post("/tickets/new/", _typed(category="staff", subcategory="staff1", about=about))
        gone_to.append(Ticket.objects.latest("pk").department.code)  # type: ignore[union-attr]
    assert gone_to == ["security", "security", "customer_service", "customer_service"]


def test_a_finer_category_counts_more_than_the_coarse_one(client: Client) -> None:
    client.post("/tickets/new/", _typed(category="water", subcategory="lift1"))
    assert Ticket.objects.get().category.code == "lift1"


def test_without_the_tick_it_waits_to_be_dispatched(client: Client) -> None:
    typed = _typed()
    del typed["dispatch_now"]
    client.post("/tickets/new/", typed)
    assert Ticket.objects.get().status == Status.REGISTERED


def test_r_opens_the_same_form_for_a_request(client: Client) -> None:
    assert client.get("/tickets/new/?kind=service_request").context["form"].initial["kind"] == Kind.SERVICE_REQUEST
    assert client.get("/tickets/new/?kind=nonsense").context["form"].initial["kind"] == Kind.COMPLAINT


@pytest.mark.parametrize(
    "wrong",
    [
        {"description": ""},
        {"description": "   "},
        {"description": "字" * 4001},
        {"description": "a\0b"},
        {"severity": ""},
        {"severity": "huge"},
        {"category": ""},
        {"category": "no-such"},
        {"kind": "nonsense"},
        {"channel": "api"},
        {"request_key": "x"},
        {"request_key": ""},
        {"visitor_phone": "not a phone"},
        {"occurred_at": "2999-01-01T00:00"},
        {"occurred_at": "yesterday"},
        {"wished_on": "2020-01-01"},
        {"wished_on": "2999-01-01"},
        {"place": "x" * 201},
        {"about": "x" * 201},
        {"demand": "x" * 1001},
        {"contact": "pigeon"},
        {"department": "x"},
        {"room": "\0"},
        {"room": "x" * 5000},
        {"party": "1:" + "9" * 30, "room": ""},
        {"party": "²:³", "room": ""},
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_saved(client: Client, wrong: dict[str, str]) -> None:
    answer = client.post("/tickets/new/", _typed(**wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Ticket.objects.exists()


def test_markup_in_what_people_type_is_shown_as_text(client: Client) -> None:
    live = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    client.post("/tickets/new/", _typed(description=live, place=live, demand=live, about=live))
    ticket = Ticket.objects.get()
    assert ticket.description == live
    for address in (ticket.url, "/queue/?tab=all", f"{ticket.url}preview/"):
        body = client.get(address).content.decode()
        assert "<img" not in body
        assert "&lt;img src=x" in body


@pytest.mark.parametrize("name", ["engineer", "gm", "bar", "admin"])
def test_only_the_desk_registers(house: House, name: str) -> None:
    client = Client()
    client.force_login(house.people[name])
    assert client.get("/tickets/new/").status_code == 403
    assert client.post("/tickets/new/", _typed()).status_code == 403
    assert client.get("/tickets/new/residents/?q=811203").status_code == 403


def test_each_kind_has_its_own_words_and_limits(house: House) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    for kind, said, reply in (
        ("complaint", "抱歉", True),
        ("service_request", "马上派人", False),
        ("praise", "", False),
    ):
        context = client.get(f"/tickets/new/?kind={kind}").context
        shown = [one["text"] for one in context["phrases"]["openings"] if not one["hidden"]]
        assert len(shown) == bool(said)
        assert said in "".join(shown)
        major = [limit["words"] for limit in context["severities"][2]["limits"] if not limit["hidden"]]
        assert any("答复" in words for words in major) is reply
