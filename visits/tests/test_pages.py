"""The pages of visits as the desk uses them, without any script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.models import Ticket
from complaints.tests.house import House, messages_of, move_in
from portal import memo
from portal.promises import clock
from visits import services
from visits.models import HomeVisit, Opinion, VisitRound
from visits.services import Booking, Press
from visits.states import Kind, Status
from visits.tests.visiting import agree, at_the_door, book

MORE = 8


@pytest.fixture
def desk(house: House) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(house.reception)
    return client


def people(house: House, *names: str) -> list[int]:
    return [house.people[name].pk for name in names]


def soon(hours: int = 2) -> dict[str, str]:
    at = timezone.localtime() + timedelta(days=1, hours=hours - timezone.localtime().hour + 8)
    return {"day": f"{at:%Y-%m-%d}", "clock": f"{at:%H}:00", "minutes": "30"}


def test_a_visit_from_the_call_to_the_tickets_made_of_it(house: House, desk: Client) -> None:
    booked = {"room": "8-1-1203", "kind": "care", "purpose": "术后康复", "key": str(uuid4())}
    for _press in range(2):  # a double click
        desk.post("/visits/new/", booked)
    visit = HomeVisit.objects.get()
    assert visit.resident == house.homes[0].resident
    assert "先致电" in desk.get(visit.url).content.decode()

    assert desk.post(f"{visit.url}start/", {}).status_code == 409
    call = {"outcome": "agreed", "how": "phone", "people": people(house, "reception", "leader"), **soon()}
    assert desk.post(f"{visit.url}call/", call).status_code == 302
    assert messages_of(house.leader) == ["visits.going"]
    for slug, said in (
        ("start", {"reason": "业主提前到家"}),
        ("knock", {}),
        ("enter", {"people": people(house, "leader")}),
    ):
        assert desk.post(f"{visit.url}{slug}/", said).status_code == 302, slug
    desk.post(f"{visit.url}opinion/", {"text": "电梯异响", "topic": "lift", "ticket": "on"})
    desk.post(f"{visit.url}opinion/", {"text": "装一盏灯"})
    second = Opinion.objects.latest("pk")
    for _press in range(2):
        desk.post(f"{visit.url}opinions/{second.pk}/ticket/", {})
    assert Ticket.objects.count() == 2
    desk.post(f"{visit.url}outcome/", {"outcome": "done", "satisfaction": "4", "remarks": "满意"})

    visit.refresh_from_db()
    assert (visit.status, visit.satisfaction) == (Status.DONE, 4)
    for address in (
        "/visits/archive/",
        f"/visits/homes/{visit.unit.uuid}/",
        f"/residents/units/{visit.unit.uuid}/",
        visit.url,
    ):
        assert "完成" in desk.get(address).content.decode(), address
    report = desk.get("/visits/opinions/?topic=lift").content.decode()
    assert ("电梯异响" in report, "装一盏灯" in report) == (True, False)


def test_a_clash_names_who_when_and_the_next_free_time_and_keeps_what_was_typed(house: House, desk: Client) -> None:
    when, going = soon(), people(house, "reception", "leader")
    common = {"kind": "care", "called": "on", "people": going, **when}
    assert desk.post("/visits/new/", {"room": "8-1-1203", "purpose": "看望", **common}).status_code == 302
    refused = desk.post("/visits/new/", {"room": "8-1-1204", "purpose": "复查阳台", **common})
    said = refused.content.decode()
    assert refused.status_code == 409
    assert "8-1-1203" in said
    assert f"{when['clock'][:2]}:30" in said
    assert "复查阳台" in said
    assert HomeVisit.objects.count() == 1


def test_the_note_says_when_we_came_and_dials_the_hotline(house: House, desk: Client) -> None:
    visit = at_the_door(house)
    note = desk.get(f"{visit.url}note/").content.decode()
    assert "2026-11-21 15:00" in note
    assert "王先生" in note
    assert 'class="qr"' in note
    assert "王建国1" not in note


def test_a_round_is_drawn_by_the_rule_that_stands_beside_it(house: House, desk: Client) -> None:
    page = desk.get("/visits/rounds/").content.decode()
    assert "最久未访" in page
    today = timezone.localdate()
    said = {"begins_on": today.isoformat(), "days": "1", "led_by": house.gm.pk, "key": str(uuid4())}
    for _press in range(2):
        desk.post("/visits/rounds/", said | {"people": people(house, "reception", "leader")})
    assert VisitRound.objects.get().led_by == house.gm
    visits = HomeVisit.objects.filter(round__isnull=False)
    assert 0 < visits.count() <= 3
    assert {user.username for user in visits[0].going} <= {"reception", "leader", "gm"}
    route = desk.get(f"/visits/?day={today}").content.decode()
    assert all(visit.unit.room in route for visit in visits)


def test_two_rounds_a_month_or_the_supervisor_is_told_once(house: House, monkeypatch: Any) -> None:
    from complaints.tests.house import MORNING

    for day in (23, 24, 25):
        with clock.standing_at(MORNING.replace(day=day)):
            services.tell_missing_rounds()
    assert messages_of(house.supervisor) == ["visits.rounds_missing"]


def test_a_page_for_a_script_is_answered_with_words(house: House, desk: Client) -> None:
    visit = book(house)
    said = desk.post(f"{visit.url}start/", {}, headers={"accept": "application/json"})
    assert (said.status_code, bool(said.json()["words"])) == (409, True)
    started = desk.post(f"{visit.url}start/", {"reason": "路过"}, headers={"accept": "application/json"})
    assert started.json() == {"then": visit.url}


def _planned(house: House, n: int) -> None:
    home = move_in(house.site, f"5-1-{n + 1}01", f"1390000{n:04d}", f"赵敏{n}")
    home.unit.site = house.site
    booking = Booking(
        home.unit, Kind.PLANNED, resident=home.resident, planned_on=timezone.localdate(), people=(house.reception,)
    )
    services.book_visit(booking, Press(house.reception))


def _missed(house: House, n: int) -> None:
    home = move_in(house.site, f"5-1-{n + 1}01", f"1390000{n:04d}", f"赵敏{n}")
    home.unit.site = house.site
    booking = Booking(home.unit, Kind.PLANNED, planned_on=timezone.localdate() - timedelta(days=2))
    services.book_visit(booking, Press(house.reception))


def _made(house: House, n: int) -> None:
    visit = agree(
        house,
        book(house, kind=Kind.CARE, at=timezone.now()),
        at=timezone.now(),
        agreed=timezone.now() + timedelta(minutes=40 * n),
    )
    services.start_visit(visit.pk, Press(house.reception), "业主提前到家")
    services.note_opinion(visit.pk, Press(house.reception), f"意见 {n}", None)
    services.finish_visit(visit.pk, Press(house.reception))


@pytest.mark.parametrize(
    ("address", "grow"),
    [
        ("/visits/", _planned),
        ("/visits/", _missed),
        ("/visits/rounds/", _planned),
        ("/visits/coverage/", _planned),
        ("/visits/archive/", _made),
        ("/visits/opinions/", _made),
        ("/visits/homes/{unit}/", _made),
        ("/visits/buildings/5/", _planned),
    ],
)
def test_a_longer_list_costs_no_more_statements(
    house: House, desk: Client, address: str, grow: Callable[[House, int], None]
) -> None:
    def statements() -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address.format(unit=house.homes[0].unit.uuid)).status_code == 200
        return len(seen)

    for n in range(2):
        grow(house, n)
    few = statements()
    for n in range(2, MORE):
        grow(house, n)
    assert statements() == few


def test_a_visits_page_costs_the_same_however_much_happened(house: House, desk: Client) -> None:
    visit, press = at_the_door(house), Press(house.reception)

    def statements() -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(visit.url).status_code == 200
        return len(seen)

    services.note_opinion(visit.pk, press, "电梯异响", None)
    few = statements()
    for n in range(MORE):
        services.note_opinion(visit.pk, press, f"意见 {n}", None)
    assert statements() == few


def test_the_rule_and_every_figure_of_the_day_open_something(house: House, desk: Client) -> None:
    page = desk.get("/visits/").content.decode()
    for link in set(re.findall(r'href="(/visits/[^"]*)"', page)):
        assert desk.get(link.replace("&amp;", "&")).status_code == 200, link
