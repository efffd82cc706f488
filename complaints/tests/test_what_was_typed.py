"""What people type: text that shows nothing, ticket numbers with any dash, a message to a ticket that was merged."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible
from complaints.models import Callback, Ticket, TicketEvent
from complaints.numbers import as_written, whole
from complaints.services.change import require_text
from complaints.states import EventKind, Kind, Status
from complaints.tests.every_form import page_forms
from complaints.tests.house import MORNING, House, messages_of, rows_of
from portal.invisible import is_blank
from portal.promises import clock
from residents.access import issue_token

NOTHING = ["\u200b", "\u200b\u200d\ufeff", "\u2060 \u00a0", "\u3164", "\u2800\u2800", "\ufe0f", "\u3000\u200e"]
SOMETHING = ["好", "\u200b好\u200b", "👩\u200d👩\u200d👧", "❤\ufe0f", "-", "\u0627\u200c"]


@pytest.mark.parametrize("text", NOTHING)
def test_what_shows_nothing_is_no_text(text: str) -> None:
    assert is_blank(text)
    with pytest.raises(NotPossible):
        require_text(text, "x")


@pytest.mark.parametrize("text", SOMETHING)
def test_what_shows_is_text_and_stays_as_it_is(text: str) -> None:
    assert not is_blank(text)
    assert require_text(text, "x") == text


def test_no_form_of_any_page_takes_it_where_it_takes_no_empty_text(house: House) -> None:
    ticket = house.signed(MORNING, severity="important")
    told = house.informed(MORNING)
    forms = page_forms(house, ticket, Callback.objects.get(ticket=told))
    compared = 0
    for name, (caller, method, address, fields) in forms.items():
        typed = [field for field, value in fields.items() if value.startswith("keep-")]
        if method != "POST" or not typed:
            continue
        client = Client()
        if caller:
            client.force_login(house.people[caller])
        empty = client.post(address, fields | dict.fromkeys(typed, ""))
        if empty.status_code not in {400, 422}:
            continue
        before = TicketEvent.objects.count()
        shown = client.post(address, fields | dict.fromkeys(typed, "\u200b\u2060\ufeff"))
        assert shown.status_code == empty.status_code, name
        assert TicketEvent.objects.count() == before, name
        compared += 1
    assert compared > 15


@pytest.mark.parametrize("text", NOTHING)
def test_the_api_refuses_it_too(house: House, text: str) -> None:
    api = Client(headers={"authorization": f"Bearer {issue_token('13800000001')[1]}"})
    sent = {"kind": "complaint", "description": text}
    answer = api.post("/api/v1/tickets/", json.dumps(sent), content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["description"])
    ticket = house.report()
    for address in (f"/api/v1/tickets/{ticket.uuid}/comments/",):
        assert api.post(address, json.dumps({"text": text}), content_type="application/json").status_code == 400
    assert Ticket.objects.count() == 1


# --- numbers ---


def spellings(number: str) -> list[str]:
    return [
        number.lower(),
        number.replace("-", ""),
        number.replace("-", " "),
        number.replace("-", "—"),
        number.replace("-", "－"),
        number.replace("-", " – "),
        number.replace("-", "\u2011"),
        f" {number.translate({ord(one): ord(one) + 0xFEE0 for one in '0123456789YJW'})} ",
    ]


def test_a_number_is_found_with_any_dash_or_none(house: House) -> None:
    other, ticket = house.report(), house.report()
    desk = Client()
    desk.force_login(house.reception)
    for typed in spellings(ticket.number):
        assert whole(typed) == ticket.number, typed
        assert rows_of(desk.get("/queue/", {"tab": "all", "q": typed})) == [ticket.number], typed
        found = desk.get("/find/", {"q": typed}).content.decode()
        assert ticket.number in found, typed
        assert other.number not in found, typed
    part = ticket.number.removeprefix("YJW-").replace("-", "")
    assert rows_of(desk.get("/queue/", {"tab": "all", "q": part})) == [ticket.number]


def test_the_other_ticket_of_a_merge_and_a_link_is_named_in_any_spelling(house: House) -> None:
    earlier = house.report(MORNING)
    desk = Client()
    desk.force_login(house.reception)
    for typed in spellings(earlier.number):
        later = house.report(MORNING + timedelta(minutes=1))
        desk.post(f"{later.url}merge/", {"number": typed})
        later.refresh_from_db()
        assert later.merged_into == earlier, typed


@pytest.mark.parametrize(
    "text",
    ["811203", "8-1-1203", "13800000001", "075520261121", "王建国", "粤B12345", "20261121", "3-2-1801", ""],
)
def test_what_is_no_number_of_a_ticket_stays_what_it_is(text: str) -> None:
    assert as_written(text) == text


def test_a_begun_number_is_not_filled_up_while_it_is_searched() -> None:
    assert as_written("yjw—20261121—00") == "YJW-20261121-00"
    assert whole("yjw2026112107") == "YJW-20261121-0007"


# --- a message after a merge ---


def _merged(house: House, *, same_home: bool) -> tuple[Any, Any, Ticket, Ticket]:
    """Two residents' clients and tickets, the later merged into the earlier one."""
    phones = ("13800000001", "13800000001" if same_home else "13800000002")
    clients = [Client(headers={"authorization": f"Bearer {issue_token(phone)[1]}"}) for phone in phones]
    tickets = []
    for client in clients:
        body = json.dumps({"kind": Kind.COMPLAINT, "description": "楼道的灯坏了"})
        number = client.post("/api/v1/tickets/", body, content_type="application/json").json()["number"]
        tickets.append(Ticket.objects.get(number=number))
    services.merge_tickets(tickets[1].pk, tickets[0].pk, by=house.reception)
    return clients[0], clients[1], tickets[0], tickets[1]


def comment(client: Any, ticket: Ticket, text: str) -> Any:
    body = json.dumps({"text": text})
    return client.post(f"/api/v1/tickets/{ticket.uuid}/comments/", body, content_type="application/json")


def texts(client: Any, ticket: Ticket) -> list[str]:
    timeline = client.get(f"/api/v1/tickets/{ticket.uuid}/").json()["timeline"]
    return [one["text"] for one in timeline if one["kind"] == "comment"]


def test_it_leads_to_the_ticket_that_goes_on_and_not_to_its_reporter(house: House) -> None:
    first, second, earlier, later = _merged(house, same_home=False)
    assert "comment" in second.get(f"/api/v1/tickets/{later.uuid}/").json()["can"]
    heard = len(messages_of(house.reception))
    assert comment(second, later, "家里有老人").status_code == 201

    said = earlier.events.get(kind=EventKind.COMMENT)
    assert (said.text, said.details["of"]) == ("家里有老人", later.number)
    assert messages_of(house.reception)[heard:] == ["ticket.comment"]
    assert texts(second, later) == ["家里有老人"]
    assert texts(first, earlier) == []
    desk = Client()
    desk.force_login(house.reception)
    assert "家里有老人" in desk.get(earlier.url).content.decode()


def test_through_a_chain_of_merges_and_no_longer_once_that_is_over(house: House) -> None:
    _first, second, middle, later = _merged(house, same_home=True)
    with clock.standing_at(MORNING):
        root = house.report(MORNING)
    services.merge_tickets(middle.pk, root.pk, by=house.reception)
    assert comment(second, later, "还在漏").status_code == 201
    assert root.events.filter(kind=EventKind.COMMENT).count() == 1
    services.void_ticket(root.pk, "登记两次", by=house.reception)
    later.refresh_from_db()
    services.withdraw_ticket(middle.pk, "不用了", by=house.reception)
    later.refresh_from_db()
    assert later.status == Status.MERGED
    assert "comment" not in second.get(f"/api/v1/tickets/{later.uuid}/").json()["can"]
    assert comment(second, later, "还在漏").status_code == 409
