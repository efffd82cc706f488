"""Three times in 90 days at one unit, or of one category in one building: proposed once, decided by the supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.errors import NotYours
from complaints.models import Category, Repeat, Ticket
from complaints.repeats import LOOKS_BACK
from complaints.services import repeats
from complaints.states import Kind, ReportChannel
from complaints.tests.house import MORNING, House, messages_of
from portal.promises import clock


def look(at: datetime = MORNING) -> int:
    with clock.standing_at(at):
        return services.look_for_repeats()


def lifts(house: House, *homes: int, at: datetime = MORNING - timedelta(days=1)) -> list[Ticket]:
    """One report about the lift from each of these homes, at finer and coarse categories alike."""
    codes = ["lift", *Category.objects.filter(parent__code="lift").values_list("code", flat=True)]
    return [
        house.report(at, category=Category.objects.get(code=codes[n % len(codes)]), unit=house.homes[home].unit)
        for n, home in enumerate(homes)
    ]


def test_two_are_no_repeat_three_are_and_each_group_is_proposed_once(house: House) -> None:
    lifts(house, 0, 1)
    assert look() == 0
    third = lifts(house, 0)
    assert look() == 1
    group = Repeat.objects.get()
    assert (group.building, group.unit) == (house.homes[0].unit.entrance.building, None)
    assert group.category == Category.objects.get(code="lift")
    assert third[0] in group.tickets.all()
    assert look(MORNING + timedelta(days=1)) == 0
    assert messages_of(house.supervisor).count("complaints.repeats") == 1
    lifts(house, 1, 1)
    assert look() == 1  # three at the second home; in the building only two since
    lifts(house, 0)
    assert look() == 2  # three more in the building, and three at the first home


def test_what_lies_back_elsewhere_or_was_withdrawn_does_not_count(house: House) -> None:
    lifts(house, 0, 1, at=MORNING - LOOKS_BACK - timedelta(minutes=1))
    lifts(house, 1, 2, 3)  # another building, another site
    lifts(house, 0)
    assert look() == 0
    withdrawn = lifts(house, 0)[0]
    Ticket.objects.filter(pk=withdrawn.pk).update(status="withdrawn", closed_at=MORNING)
    assert look() == 0
    lifts(house, 0)  # the control
    assert look() == 1


def test_one_press_opens_the_root_cause_ticket_and_a_second_finds_it(house: House) -> None:
    tickets = lifts(house, 0, 1, 0)
    look()
    group = Repeat.objects.get()
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.supervisor)
    for _press in range(2):
        answer = client.post(f"/cases/repeats/{group.pk}/", {"do": "open"})
    root = Repeat.objects.get().root
    assert root is not None
    assert answer["Location"] == root.url
    assert (root.kind, root.channel, root.category) == (Kind.COMPLAINT, ReportChannel.INSPECTION, group.category)
    assert all(ticket.number in root.description for ticket in tickets)
    assert Ticket.objects.count() == len(tickets) + 1


def test_not_needed_needs_a_reason_and_is_the_supervisors(house: House) -> None:
    lifts(house, 0, 1, 0)
    look()
    group = Repeat.objects.get()
    with pytest.raises(NotYours):
        services.dismiss_repeat(group.pk, "同一件事", by=house.gm)
    client = Client()
    client.force_login(house.service_manager)
    assert client.post(f"/cases/repeats/{group.pk}/", {"do": "dismiss", "reason": " "}).status_code == 409
    assert client.post(f"/cases/repeats/{group.pk}/", {"do": "dismiss", "reason": "同一件事"}).status_code == 302
    assert Repeat.objects.get().reason == "同一件事"
    assert services.open_root_cause(group.pk, by=house.supervisor).root is None  # decided is decided
    assert look() == 0


def test_it_looks_once_a_night_and_a_missed_night_is_made_up(house: House, monkeypatch: Any) -> None:
    looked: list[int] = []
    monkeypatch.setattr(repeats, "_look_at", looked.append)
    night = timezone.localtime().replace(hour=2, minute=0)
    for at, passes in ((night - timedelta(minutes=1), 0), (night, 2), (night.replace(hour=23), 2)):
        with clock.standing_at(at):
            services.look_once_a_night()
        assert len(looked) == passes
    with clock.standing_at(night.replace(hour=15) + timedelta(days=1)):
        services.look_once_a_night()
    assert sorted(looked) == sorted([house.site.pk, house.next_door.pk] * 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "control: without the lock"])
def test_two_passes_at_once_propose_a_group_once(house: House, monkeypatch: Any, locked: bool) -> None:
    lifts(house, 0, 1, 0)
    both_have_looked = Barrier(2)
    found = repeats.repeats.groups_of

    def slowly(*asked: Any) -> Any:
        groups = found(*asked)
        if not locked:
            both_have_looked.wait(10)
        return groups

    monkeypatch.setattr(repeats.repeats, "groups_of", slowly)
    if not locked:
        monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda found, **_how: found)

    def one_pass() -> None:
        services.look_for_repeats()
        connection.close()

    passes = [Thread(target=one_pass) for _n in range(2)]
    for one in passes:
        one.start()
    for one in passes:
        one.join()
    assert Repeat.objects.count() == (1 if locked else 2)
