"""The queue page: what it costs, who sees what, what it finds, and when it stays silent."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import services
from complaints.models import Ticket
from complaints.states import Severity
from complaints.tests.house import House, rows_of
from portal import memo

# The ninth: one's own views, whose counts go with those of the tabs. Three read the polite hours for the preview:
# remembered for ten seconds, and so are one's own home visits.
MOST_STATEMENTS = 9 + 4
MOST_BYTES = 15_000


def _client(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def _statements(client: Client, address: str) -> int:
    memo.forget()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_queue_costs_the_same_at_five_and_at_fifty_rows(house: House) -> None:
    client = _client(house)
    now = timezone.now()
    for n in range(5):
        house.report(now - timedelta(minutes=n))
    at_five = _statements(client, "/queue/?tab=all")
    for n in range(45):
        house.report(now - timedelta(minutes=n), severity=Severity.IMPORTANT)
    at_fifty = _statements(client, "/queue/?tab=all")

    assert at_five == at_fifty <= MOST_STATEMENTS


def test_fifty_rows_fit_into_fifteen_kilobytes(house: House) -> None:
    client = _client(house)
    for n in range(50):
        house.report(
            timezone.now() - timedelta(minutes=n),
            description=f"{n} 号楼三层公共照明不亮，老人晚上上下楼不便，请尽快处理",
        )

    body = client.get("/queue/?tab=all").content

    assert body.count(b"data-row=") == 50
    assert len(gzip.compress(body, 6)) <= MOST_BYTES


def test_the_next_page_begins_where_the_first_one_ends(house: House) -> None:
    client = _client(house)
    now = timezone.now()
    numbers = {house.report(now - timedelta(minutes=n)).number for n in range(53)}
    first = client.get("/queue/?tab=all")
    following = client.get(first.context["pager"]["next_url"])

    seen = rows_of(first) + rows_of(following)
    assert len(seen) == len(set(seen)) == 53
    assert set(seen) == numbers
    assert not following.context["pager"]["next_url"]


def test_each_sees_the_tickets_of_their_own_desk_or_department(house: House) -> None:
    ticket = house.report(timezone.now())
    for name, sees in (("reception", True), ("neighbour", False), ("engineer", False), ("gm", True)):
        page = _client(house, name).get("/queue/?tab=all")
        assert (ticket.number in page.content.decode()) is sees, name
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    assert ticket.number in _client(house, "engineer").get("/queue/").content.decode()
    assert ticket.number not in _client(house, "guard").get("/queue/?tab=all").content.decode()


@pytest.mark.parametrize(("name", "begins"), [("bar", "/bar/"), ("sales", "/bar/sales/"), ("admin", "/settings/")])
def test_who_has_to_do_with_no_ticket_has_no_queue(house: House, name: str, begins: str) -> None:
    assert _client(house, name).get("/queue/").status_code == 403
    assert _client(house, name).get("/").url == begins


def test_a_text_finds_number_room_name_and_phone(house: House) -> None:
    ticket, other = (
        house.report(timezone.now()),
        house.report(timezone.now(), unit=house.homes[2].unit, resident=house.homes[2].resident),
    )
    client = _client(house)
    for text in (
        ticket.number,
        ticket.number[-4:],
        "8-1-1203",
        "811203",
        "王建国1",
        "13800000001",
        "+86 138 0000 0001",
    ):
        found = client.get("/queue/", {"tab": "all", "q": text}).content.decode()
        assert ticket.number in found, text
        assert other.number not in found, text


def test_a_closed_ticket_is_found_by_its_number_alone(house: House) -> None:
    ticket = house.report(timezone.now(), kind="praise", category=None)
    services.pass_on_praise(ticket.pk, house.departments["security"], by=house.reception)
    client = _client(house)
    assert ticket.number not in client.get("/queue/?tab=all").content.decode()
    assert ticket.number in client.get("/queue/", {"tab": "all", "q": ticket.number}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "x" * 5000},
        {"severity": "huge"},
        {"department": "9" * 40},
        {"department": "-1"},
        {"after": "x"},
        {"after": "9" * 50 + "-1"},
        {"after": "1-" + "9" * 50},
        {"tab": "none"},
        {"q": "'; DROP TABLE complaints_ticket; --"},
        {"q": "<script>alert(1)</script>"},
    ],
)
def test_a_filter_that_makes_no_sense_is_said_and_breaks_nothing(house: House, query: dict[str, str]) -> None:
    ticket = house.report(timezone.now())
    page = _client(house).get("/queue/", {"tab": "all", **query})
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert Ticket.objects.filter(pk=ticket.pk).exists()


def test_an_unchanged_list_answers_304_and_a_changed_one_does_not(house: House) -> None:
    ticket = house.report(timezone.now())
    client = _client(house)
    first = client.get("/queue/", headers={"HX-Request": "true"})
    again = client.get("/queue/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    services.note_inside(ticket.pk, "业主下午在家", by=house.reception)
    changed = client.get("/queue/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert not again.content
    assert changed.status_code == 200
    assert b"<html" not in changed.content


def test_the_red_strip_is_for_a_major_ticket_past_its_limit_only(house: House) -> None:
    client = _client(house)
    house.report(timezone.now() - timedelta(hours=5))
    assert client.get("/queue/").context["alarm"] is None
    late = house.report(timezone.now() - timedelta(minutes=30), severity=Severity.MAJOR)
    assert client.get("/queue/").context["alarm"]["url"] == late.url


def test_the_preview_dispatches_and_says_so_to_the_list(house: House) -> None:
    ticket = house.report(timezone.now())
    client = _client(house)
    page = client.get(f"/tickets/{ticket.number}/preview/", headers={"HX-Request": "true"})
    assert page.context["preview"]["dispatch"]
    answer = client.post(
        f"/tickets/{ticket.number}/dispatch/?from=preview",
        {"department": house.departments["security"].pk, "version": ticket.version},
        headers={"HX-Request": "true"},
    )
    ticket.refresh_from_db()
    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "list-changed"
    assert ticket.department == house.departments["security"]


def test_phones_are_masked_in_every_view_of_the_queue(house: House) -> None:
    ticket = house.report(timezone.now())
    client = _client(house)
    for address in (
        "/queue/",
        f"/tickets/{ticket.number}/",
        f"/tickets/{ticket.number}/preview/",
        "/tickets/new/residents/?q=811203",
    ):
        body = client.get(address).content.decode()
        assert "13800000001" not in body, address
        assert "138****0001" in body, address
