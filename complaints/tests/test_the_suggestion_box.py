"""The suggestion box: opened by a named person, each slip a ticket, and a week without it is told to the supervisor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.errors import NotPossible
from complaints.models import BoxOpening, Ticket
from complaints.services import Slip
from complaints.states import Kind, ReportChannel
from complaints.tests.house import MORNING, House, messages_of
from portal.promises import clock


def form(*slips: dict[str, str], **said: str) -> dict[str, str]:
    rows = {f"slip-{n}-{name}": value for n, slip in enumerate(slips) for name, value in slip.items()}
    kinds = {f"slip-{n}-kind": "suggestion" for n in range(len(slips))}
    today = timezone.localdate().isoformat()
    return {
        "request_key": str(uuid4()), "opened_on": today, "slip-TOTAL_FORMS": str(len(slips)),
        "slip-INITIAL_FORMS": "0", **kinds, **rows, **said,
    }  # fmt: skip


def desk(house: House, who: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[who])
    return client


def test_each_slip_becomes_a_ticket_and_a_form_sent_twice_opens_the_box_once(house: House) -> None:
    client = desk(house)
    sent = form(
        {"text": "希望加几把长椅"},
        {"text": "楼道太脏", "kind": "complaint", "category": "clean", "room": "8栋1单元1203室"},
        {"text": ""},
    )
    for _press in range(2):
        assert client.post("/suggestion-box/", sent).status_code == 302
    opening = BoxOpening.objects.get()
    assert opening.opened_by == house.reception
    wish, dirt = Ticket.objects.order_by("pk")
    assert list(opening.tickets.order_by("pk")) == [wish, dirt]
    assert (wish.channel, wish.kind, wish.unit) == (ReportChannel.SUGGESTION_BOX, Kind.SUGGESTION, None)
    assert (dirt.kind, dirt.unit) == (Kind.COMPLAINT, house.homes[0].unit)
    assert wish.number in client.get("/suggestion-box/").content.decode()


def test_an_empty_box_is_an_opening_and_a_wrong_room_keeps_what_was_typed(house: House) -> None:
    client = desk(house)
    assert client.post("/suggestion-box/", form()).status_code == 302
    refused = client.post("/suggestion-box/", form({"text": "加长椅", "room": "99-9-9999"}))
    assert refused.status_code == 422
    assert "加长椅" in refused.content.decode()
    longer = client.post("/suggestion-box/", form({"text": "加长椅"}, more="1"))
    assert "加长椅" in longer.content.decode()
    assert 'name="slip-3-text"' in longer.content.decode()
    assert (BoxOpening.objects.count(), Ticket.objects.count()) == (1, 0)
    day = timezone.localdate() + timedelta(days=1)
    with pytest.raises(NotPossible):
        services.open_box(house.site, [Slip("x")], on=day, request_key=uuid4(), by=house.reception)


def test_a_week_without_an_opening_is_listed_and_told_once(house: House, monkeypatch: Any) -> None:
    monday = MORNING + timedelta(days=2)  # the 23rd of November

    def opened(at: Any) -> None:
        with clock.standing_at(at):
            services.open_box(house.site, [], on=at.date(), request_key=uuid4(), by=house.reception)

    def told(at: Any) -> int:
        with clock.standing_at(at):
            services.tell_missed_week()
        return messages_of(house.supervisor).count("complaints.box_missed")

    assert told(monday) == 0  # a site that never had a box
    opened(MORNING - timedelta(days=3))
    assert told(monday) == 0  # opened on Wednesday
    missed = monday + timedelta(weeks=1)
    assert told(missed.replace(hour=7)) == 0
    assert [told(missed), told(missed + timedelta(days=1))] == [1, 1]
    assert services.box.missed_weeks(house.site.pk, missed.date(), back=12) == [monday.date()]
    opened(missed)
    assert told(missed + timedelta(weeks=1)) == 1
