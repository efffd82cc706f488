"""Numbers on tickets: masked, shown and dialled from the ticket by who may, in polite hours, each on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Ticket
from complaints.states import CallbackOutcome, Severity
from complaints.tests.house import MORNING, House
from portal.audit.models import AuditAction, AuditEntry
from portal.promises import clock
from residents.models import ApiAccount

PHONE, VISITOR, APP = "13800000001", "13655550001", "13544440001"


def ask(house: House, who: str, ticket: Ticket, what: str = "phone", at: datetime = MORNING, **typed: Any) -> Any:
    """Show or dial a number of the ticket at that moment."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people[who])
    row = ticket.resident.phones.get().pk if what == "phone" and ticket.resident else ticket.pk
    with clock.standing_at(at):
        return client.post("/residents/show/", {"what": what, "id": row, "reason": "call", **typed})


def on_record() -> list[tuple[str, str]]:
    shown = AuditEntry.objects.filter(action=AuditAction.REVEALED).order_by("pk")
    return list(shown.values_list("subject", "reason"))


def test_a_department_calls_the_resident_while_it_has_the_ticket(house: House) -> None:
    ticket = house.signed()
    assert PHONE in ask(house, "engineer", ticket).content.decode()
    assert PHONE in ask(house, "engineering_head", ticket).content.decode()
    assert ask(house, "guard", ticket).status_code == 404

    services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)

    assert ask(house, "engineer", ticket).status_code == 404
    assert PHONE in ask(house, "guard", ticket).content.decode()


def test_a_department_calls_nobody_about_what_is_over(house: House) -> None:
    ticket = house.informed()
    assert PHONE in ask(house, "engineer", ticket).content.decode()
    callback = ticket.callbacks.get()
    said = {"satisfaction": 5, "solved": True, "they_called": True}
    services.record_callback(callback.pk, CallbackOutcome.REACHED, by=house.reception_b, **said)

    assert ask(house, "engineer", ticket).status_code == 404
    page = Client()
    page.force_login(house.engineer)
    said = page.get(ticket.url).content.decode()
    assert "138****0001" in said
    assert "/residents/show/" not in said


@pytest.mark.parametrize(("what", "number"), [("visitor", VISITOR), ("account", APP)])
def test_numbers_that_stand_on_the_ticket_itself_are_shown_the_same_way(house: House, what: str, number: str) -> None:
    ticket = house.report(unit=None, resident=None, visitor_name="访客", visitor_phone=VISITOR)
    Ticket.objects.filter(pk=ticket.pk).update(reported_by=ApiAccount.objects.create(phone=APP))
    desk = Client()
    desk.force_login(house.reception)
    for address in (ticket.url, f"{ticket.url}preview/"):
        said = desk.get(address).content.decode()
        assert number not in said
        assert f"{number[:3]}****0001" in said

    assert number in ask(house, "reception", ticket, what).content.decode()
    for stranger in ("neighbour", "engineer", "bar", "admin"):
        assert ask(house, stranger, ticket, what).status_code == 404
    assert on_record() == [(f"ticket {ticket.number}", "call")]


def test_polite_hours_and_wishes_hold_for_a_page_that_was_opened_before(house: House) -> None:
    ticket = house.signed()
    ticket.resident.do_not_call = [{"start": "12:00", "end": "14:00"}]
    ticket.resident.save()
    for hour, status in {8: 422, 9: 200, 12: 422, 13: 422, 14: 200, 19: 200, 20: 422}.items():
        answer = ask(house, "reception", ticket, at=MORNING.replace(hour=hour), words="I want to")
        assert answer.status_code == status, hour
        assert (PHONE in answer.content.decode()) == (status == 200)
    assert "14:00" in ask(house, "reception", ticket, at=MORNING.replace(hour=13)).content.decode()
    assert len(on_record()) == 3


def test_a_major_ticket_is_called_about_at_any_hour_with_a_typed_reason(house: House) -> None:
    ticket = house.signed(severity=Severity.MAJOR)
    night = MORNING.replace(hour=23)
    assert ask(house, "engineer", ticket, at=night).status_code == 422
    assert on_record() == []

    assert PHONE in ask(house, "engineer", ticket, at=night, words="燃气泄漏").content.decode()
    assert on_record() == [(f"resident {ticket.resident.uuid}", "燃气泄漏")]


def test_what_was_typed_is_the_reason_whichever_button_sent_it(house: House) -> None:
    ticket = house.signed()
    ask(house, "reception", ticket, reason="ticket", words="物业费对账")
    ask(house, "reception", ticket, reason="ticket")
    assert [reason for _subject, reason in on_record()] == ["物业费对账", "ticket"]


def test_the_button_says_from_when(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    minor, major = house.signed(), house.signed(severity=Severity.MAJOR)
    house.informed()
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.supervisor)
    pages = [minor.url, f"{minor.url}preview/", "/callbacks/", major.url]
    for hour, dials in ((21, False), (11, True)):
        now = (MORNING + timedelta(days=1)).replace(hour=hour)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        for address in pages:
            said = client.get(address).content.decode()
            assert ('name="reason" value="call"' in said) == (dials or address == major.url), (address, hour)
            assert ("09:00 可拨打" in said) != dials, (address, hour)
            assert "仍要拨打" not in said or (address == major.url and not dials)
