"""The queue's search: whatever the desk knows of a resident, by index, and each search for people on record."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Ticket
from complaints.searching import tickets_matching
from complaints.tests.house import House, rows_of
from portal.audit.models import AuditAction, AuditEntry
from residents import services
from residents.models import ApiAccount


@pytest.fixture
def ticket(house: House) -> Ticket:
    """Of 单雪's home 8-1-1203, reported by another one's app; a visitor's and a neighbour's stand beside it."""
    resident = house.homes[0].resident
    services.change_resident(resident.pk, {"name": "单雪"}, by=house.reception)
    services.add_vehicle(house.homes[0].unit.pk, "粤B9H2K7", "", by=house.reception)
    house.report(unit=house.homes[2].unit, resident=house.homes[2].resident)
    found = house.report()
    Ticket.objects.filter(pk=found.pk).update(reported_by=ApiAccount.objects.create(phone="13544440001"))
    return found


def searches() -> list[list[str]]:
    return list(AuditEntry.objects.filter(action=AuditAction.SEARCHED).order_by("pk").values_list("fields", flat=True))


def found_by(house: House, who: str, text: str) -> list[str]:
    client = Client()
    client.force_login(house.people[who])
    return rows_of(client.get("/queue/", {"tab": "all", "q": text}))


@pytest.mark.parametrize("typed", [
    "8-1-1203", "811203", "8 1 1203", "8栋1单元1203", "单雪", "sx", "dx", "13800000001", "+86 138-0000-0001",
    "粤B9H2K7", "9h2", "B9H2K7", "135 4444 0001", "0086 13544440001",
])  # fmt: skip
def test_a_ticket_is_found_by_whatever_is_known(house: House, ticket: Ticket, typed: str) -> None:
    assert found_by(house, "reception", typed) == [ticket.number]
    assert found_by(house, "neighbour", typed) == []


def test_a_visitors_ticket_is_found_by_name_and_phone(house: House, ticket: Ticket) -> None:
    of_visitor = house.report(unit=None, resident=None, visitor_name="欧阳访客", visitor_phone="13655550009")
    for typed in ("欧阳", "欧阳访客", "0009", "136 5555 0009", "13655550009"):
        assert found_by(house, "reception", typed) == [of_visitor.number]


def test_a_number_is_found_by_any_part_and_is_nobodys_name(house: House, ticket: Ticket) -> None:
    for typed in (ticket.number, ticket.number.lower(), ticket.number[4:]):
        assert found_by(house, "reception", typed) == [ticket.number]
    assert searches() == []
    assert found_by(house, "reception", ticket.number[-4:]) == [ticket.number]


@pytest.mark.parametrize("typed", ["单", "%", "__", "-- ", "'; drop", "查无此人"])
def test_what_says_nothing_finds_nothing(house: House, ticket: Ticket, typed: str) -> None:
    assert found_by(house, "reception", typed) == []
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.reception)
    said = client.get("/queue/", {"tab": "all", "q": typed}).content.decode()
    assert ("at least two characters" in said) == (len(typed) < 2)


def test_each_search_for_people_is_one_line_on_record_without_the_words(house: House, ticket: Ticket) -> None:
    client = Client()
    client.force_login(house.reception)
    client.get("/queue/?tab=all")
    assert searches() == []
    with CaptureQueriesContext(connection) as plain:
        client.get("/queue/?tab=all")
    with CaptureQueriesContext(connection) as searched:
        page = client.get("/queue/?tab=all&q=单雪")
    assert len(searched) == len(plain) + 2  # the people of that name, and the line itself
    unchanged = {"HX-Request": "true", "If-None-Match": page.context["etag"]}
    assert client.get("/queue/?tab=all&q=单雪", headers=unchanged).status_code == 304
    client.get("/tickets/new/residents/?q=138000")
    client.post("/tickets/new/", {"room": "wjg"})
    client.post("/tickets/new/", {"party": f"{ticket.unit_id}:{ticket.resident_id}", "room": "8-1-1203 单雪"})
    assert searches() == [["name"], ["room"], ["initials"]]


@pytest.mark.parametrize("typed", ["YJW-2026", "0007", "单雪", "单雪雪", "sx", "811203", "13800000001", "9h2k7"])
def test_no_search_reads_every_ticket(house: House, ticket: Ticket, typed: str) -> None:
    matching = tickets_matching(typed)
    assert matching is not None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Ticket.objects.filter(matching).explain()
    assert "Index Cond" in plan
    assert "Seq Scan on complaints_ticket" not in plan
