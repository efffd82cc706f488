"""Whose a ticket is in the API (C29): what was registered for somebody, and never a former owner's to a newcomer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Attachment, Ticket, TicketEvent
from complaints.states import EventKind, Kind, ReportChannel, Status
from complaints.tests.house import MORNING, House, move_in
from portal.files.services import take_in
from portal.files.tests.photos import photo
from residents.access import issue_token
from residents.models import Residence

OWNER, OTHER, NEWCOMER, WIFE = "13800000001", "13800000002", "13811110001", "13811110002"


def of(phone: str) -> Client:
    return Client(headers={"authorization": f"Bearer {issue_token(phone)[1]}"})


def listed(phone: str) -> list[str]:
    return [one["number"] for one in of(phone).get("/api/v1/tickets/").json()["results"]]


def send(phone: str, ticket: Ticket, step: str, **body: Any) -> int:
    address = f"/api/v1/tickets/{ticket.uuid}/{step}/"
    return of(phone).post(address, json.dumps(body), content_type="application/json").status_code


def with_photo(ticket: Ticket, house: House) -> str:
    file = take_in(photo(), by=house.reception)
    event = TicketEvent.objects.filter(ticket=ticket).earliest("pk")
    Attachment.objects.create(ticket=ticket, event=event, file=file, for_resident=True)
    return f"/api/v1/tickets/{ticket.uuid}/attachments/{file.uuid}/"


def opens(phone: str, address: str) -> int:
    answer = of(phone).get(address)
    if answer.streaming:
        list(answer.streaming_content)
    return answer.status_code


@pytest.mark.parametrize("channel", [one for one in ReportChannel if one != ReportChannel.API])
def test_however_it_came_in_its_resident_follows_it(house: House, channel: str) -> None:
    mine = house.report(channel=channel)
    house.report(channel=channel, unit=house.homes[1].unit, resident=house.homes[1].resident)
    house.report(channel=channel, resident=None)  # of nobody of the home
    assert listed(OWNER) == [mine.number]
    assert of(OWNER).get(f"/api/v1/tickets/{mine.uuid}/").json()["description"] == mine.description


def test_they_comment_rate_and_reopen_what_the_desk_registered(house: House) -> None:
    ticket, beside = house.informed(timezone.now() - timedelta(hours=3)), house.report()
    assert send(OWNER, beside, "comments", text="还在等") == 201
    assert send(OWNER, ticket, "rating", satisfaction=1, solved=False) == 200
    ticket.refresh_from_db()
    assert (ticket.status, ticket.round) == (Status.DISPATCHED, 2)
    for step, body in (("rating", {"satisfaction": 5, "solved": True}), ("comments", {"text": "x"}), ("withdraw", {})):
        assert send(OTHER, beside, step, **body) == 404


def test_they_withdraw_what_the_desk_registered(house: House) -> None:
    ticket, beside = house.signed(MORNING), house.signed(MORNING)
    assert send(OWNER, ticket, "withdraw", reason="自己修好了") == 200
    ticket.refresh_from_db()
    beside.refresh_from_db()
    assert (ticket.status, beside.status) == (Status.WITHDRAWN, Status.SIGNED)
    assert ticket.events.get(kind=EventKind.WITHDRAWN).by_resident is not None


def test_two_people_of_one_name_see_their_own(house: House) -> None:
    one, other = house.homes[0].resident, house.homes[1].resident
    one.name = other.name = "王建国"
    for person in (one, other):
        person.save()
    mine = house.report()
    theirs = house.report(unit=house.homes[1].unit, resident=other)
    assert (listed(OWNER), listed(OTHER)) == ([mine.number], [theirs.number])


def _sold(house: House, *, since: date | None) -> None:
    """The first home has a new owner; the former one has moved out."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Residence.objects.filter(pk=house.homes[0].pk).update(until=yesterday)
    newcomer = move_in(house.site, house.homes[0].unit.room, NEWCOMER, "新业主")
    Residence.objects.filter(pk=newcomer.pk).update(since=since)


@pytest.mark.parametrize("since", [None, timezone.localdate()])
@pytest.mark.parametrize("by_app", [True, False])
def test_a_newcomer_gets_neither_ticket_nor_photo_of_the_former_owner(
    house: House, since: date | None, by_app: bool
) -> None:
    if by_app:
        body = json.dumps({"kind": Kind.COMPLAINT, "description": "楼道照明不亮"})
        sent = of(OWNER).post("/api/v1/tickets/", body, content_type="application/json").json()
        ticket = Ticket.objects.get(number=sent["number"])
        Ticket.objects.filter(pk=ticket.pk).update(received_at=MORNING)
    else:
        ticket = house.report(MORNING)
    address = with_photo(ticket, house)
    assert opens(OWNER, address) == 200
    _sold(house, since=since)

    assert listed(NEWCOMER) == []
    assert of(NEWCOMER).get(f"/api/v1/tickets/{ticket.uuid}/").status_code == 404
    assert opens(NEWCOMER, address) == 404
    for step, body in (("rating", {"satisfaction": 5, "solved": True}), ("comments", {"text": "x"}), ("withdraw", {})):
        assert send(NEWCOMER, ticket, step, **body) == 404
    assert listed(OWNER) == []  # who moved out sees nothing of the home any more
    assert opens(OWNER, address) == 404


def test_who_lived_there_already_opens_the_households_photo_and_lists_nothing(house: House) -> None:
    wife = move_in(house.site, house.homes[0].unit.room, WIFE, "李梅")
    Residence.objects.filter(pk=wife.pk).update(since=MORNING.date() - timedelta(days=400))
    ticket = house.report(MORNING)
    address = with_photo(ticket, house)
    assert opens(WIFE, address) == 200
    assert listed(WIFE) == []
    Residence.objects.filter(pk=wife.pk).update(since=timezone.localdate())
    assert opens(WIFE, address) == 404


def test_what_is_about_no_home_is_its_persons_wherever_they_live(house: House) -> None:
    ticket = house.report(unit=None)
    house.report(unit=None, resident=None)
    assert listed(OWNER) == [ticket.number]
    assert listed(OTHER) == []


def test_a_hidden_name_hides_it_from_the_department_and_not_from_its_resident(house: House) -> None:
    ticket = house.signed(MORNING)
    services.hide_name(ticket.pk, by=house.reception)
    assert listed(OWNER) == [ticket.number]
