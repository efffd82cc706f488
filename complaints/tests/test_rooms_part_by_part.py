"""What a room is: building, entrance and number, one by one. A key that finds it never stands for it."""

from __future__ import annotations

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from complaints.models import Ticket
from complaints.tests.house import move_in
from residents import integrity, rooms
from residents.finding import find_units, homes_named
from residents.models import Entrance, Residence, Unit
from residents.rooms import Parts, Unclear


@pytest.mark.parametrize(
    ("written", "room"),
    [
        ("3-2-1801", Parts("3", "2", "", "1801")),
        ("3栋2单元1801室", Parts("3", "2", "", "1801")),
        ("三栋二单元1801", Parts("3", "2", "", "1801")),
        ("03-02-0101", Parts("3", "2", "", "101")),
        ("3#2-1801", Parts("3", "2", "", "1801")),
        ("3号楼2单元18楼1801", Parts("3", "2", "18", "1801")),
        ("3-2-18-01", Parts("3", "2", "18", "1801")),
        ("A座1801", Parts("A", "", "", "1801")),
        ("1期3栋2单元1801", Parts("一期3", "2", "", "1801")),
        ("3-1801", Parts("", "", "", "1801", "3")),
        ("1801.0", Parts("", "", "", "1801")),
        ("１８０１室", Parts("", "", "", "1801")),
        ("-101", Parts("", "", "", "负101")),
        ("3-2--101", Parts("3", "2", "", "负101")),
        ("3栋2单元负一层01", Parts("3", "2", "负1", "负101")),
        ("B101", Parts("", "", "", "B101")),
        ("S01铺", Parts("", "", "", "S01")),
        ("12铺", Parts("", "", "", "商铺12")),
    ],
)
def test_a_room_is_read_in_the_spellings_that_people_have(written: str, room: Parts) -> None:
    assert rooms.parts_of(written) == room


@pytest.mark.parametrize(
    "written",
    [
        "1801-1802",
        "1803/1804",
        "1805、1806",
        "S01-S02",
        "3-2-1801-1802",
        "3.2",
        "待定",
        "2026-03-02 00:00:00",
        "1801(东)",
    ],
)
def test_what_may_be_more_than_one_room_is_none(written: str) -> None:
    with pytest.raises(Unclear):
        rooms.parts_of(written)


@pytest.fixture
def alike(house: Any) -> list[Residence]:
    """Two homes whose digits are the same, and one without people whose digits are those of a third."""
    homes = [
        move_in(house.site, "11-1-101", "13811110001", "十一栋"),
        move_in(house.site, "1-1-1101", "13811110002", "一栋"),
    ]
    move_in(house.site, "2-1-1101", "13811110003", "二栋")
    entrance = Entrance.objects.get(building__site=house.site, building__code="11")
    building = entrance.building.__class__.objects.create(site=house.site, code="21")
    empty = Entrance.objects.create(building=building, code="1")
    Unit.objects.create(site=house.site, entrance=empty, room="21-1-101", digits="211101")
    return homes


@pytest.fixture
def desk(house: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people["reception"])
    return client


def register(desk: Client, house: Any, **typed: str) -> Any:
    form = {
        "kind": "complaint", "channel": "counter", "category": "power", "severity": "minor",
        "description": "灯不亮", "dispatch_now": "1", "request_key": "8b0c2a52-3b50-4d2e-9d0e-1f0f4e5a6b7c", **typed,
    }  # fmt: skip
    return desk.post("/tickets/new/", form)


@pytest.mark.parametrize(("typed", "name"), [("11-1-101", "十一栋"), ("1-1-1101", "一栋"), ("1栋1单元1101室", "一栋")])
def test_who_reports_lives_in_the_room_that_was_typed(
    desk: Client, house: Any, alike: list[Residence], typed: str, name: str
) -> None:
    assert [home.room for home in homes_named(typed, Unit.objects.all())] == [
        {"十一栋": "11-1-101", "一栋": "1-1-1101"}[name]
    ]
    assert register(desk, house, room=typed).status_code == 302
    ticket = Ticket.objects.latest("pk")
    assert ticket.resident is not None
    assert ticket.resident.name == name
    assert ticket.unit is not None
    assert ticket.unit.room == {"十一栋": "11-1-101", "一栋": "1-1-1101"}[name]


@pytest.mark.parametrize("typed", ["111101", "101", "1-101", "1101"])
def test_what_may_be_two_homes_is_a_choice(desk: Client, house: Any, alike: list[Residence], typed: str) -> None:
    move_in(house.site, "1-2-101", "13811110004", "另一单元")
    move_in(house.site, "1-1-101", "13811110005", "同一单元")
    answer = register(desk, house, room=typed)
    assert answer.status_code == 422
    assert len(answer.context["matches"]) > 1
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("typed", ["21-1-101", "2栋1单元-1101", "11-1-1", "2-1-11"])
def test_nobody_is_taken_from_a_home_that_only_looks_alike(
    desk: Client, house: Any, alike: list[Residence], typed: str
) -> None:
    answer = register(desk, house, room=typed)
    taken = Ticket.objects.first()
    assert (answer.status_code == 422 and taken is None) or (taken is not None and taken.unit.room == "2-1-1101")


def test_a_visitors_home_is_the_one_typed_or_chosen(desk: Client, house: Any, alike: list[Residence]) -> None:
    said = {"visitor_name": "访客", "visitor_phone": "13800138000"}
    assert register(desk, house, room="21-1-101", **said).status_code == 302
    assert Ticket.objects.latest("pk").unit.room == "21-1-101"
    asked = register(desk, house, room="111101", **said)
    assert asked.status_code == 422
    offered = {match["room"]: match["party"] for match in asked.context["matches"]}
    assert set(offered) == {"11-1-101", "1-1-1101"}
    chosen = register(
        desk, house, room="111101", chosen_party=offered["1-1-1101"],
        **said | {"request_key": "8b0c2a52-3b50-4d2e-9d0e-1f0f4e5a6b7d"},
    )  # fmt: skip
    assert chosen.status_code == 302
    assert (Ticket.objects.latest("pk").unit.room, Ticket.objects.latest("pk").resident) == ("1-1-1101", None)


@pytest.mark.parametrize(("typed", "room"), [("21-1-101", "21-1-101"), ("2-1-1101", "2-1-1101"), ("211101", None)])
def test_a_slip_and_a_visit_are_for_the_room_that_was_typed(
    desk: Client, house: Any, alike: list[Residence], typed: str, room: str | None
) -> None:
    slip = {
        "request_key": "8b0c2a52-3b50-4d2e-9d0e-1f0f4e5a6b7e", "opened_on": "2026-11-20",
        "slip-TOTAL_FORMS": "1", "slip-INITIAL_FORMS": "0", "slip-0-text": "多种点花", "slip-0-kind": "suggestion",
        "slip-0-category": "", "slip-0-room": typed, "slip-0-name": "",
    }  # fmt: skip
    answer = desk.post("/suggestion-box/", slip)
    assert answer.status_code == (302 if room else 422)
    assert {ticket.unit.room for ticket in Ticket.objects.exclude(unit=None)} == ({room} if room else set())
    visit = {"room": typed, "kind": "care", "purpose": "慰问", "key": str(uuid4())}
    asked = desk.post("/visits/new/", visit)
    said = asked.content.decode()
    assert ("2-1-1101、21-1-101" in said) == (room is None)


def test_the_find_box_shows_the_room_that_was_typed_first_and_none_that_looks_alike(
    house: Any, alike: list[Residence]
) -> None:
    found = [unit.room for unit in find_units("11-1-101", house.people["reception"])]
    assert found == ["11-1-101"]
    assert "2-1-1101" not in [unit.room for unit in find_units("21-1-101", house.people["reception"])]
    assert {unit.room for unit in find_units("111101", house.people["reception"])} == {"11-1-101", "1-1-1101"}


def test_two_homes_of_one_room_are_refused_or_found(house: Any) -> None:
    home = house.homes[0].unit
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(site=home.site, entrance=home.entrance, room=f"0{home.room}", digits="x")
    assert not list(integrity.homes_of_one_room())
    Unit.objects.create(site=home.site, entrance=home.entrance, room="8-1-01203", digits="8101203")
    said = list(integrity.homes_of_one_room())
    assert any("are one room" in words for words in said)
    with pytest.raises(CommandError):
        call_command("check_integrity", stdout=StringIO())
