"""Common issues: twenty callers about one lift, one message, and each is still called back exactly once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Callback, CommonIssue, IssueTicket, Ticket, TicketEvent
from complaints.services import How, telling
from complaints.states import EventKind, Status
from complaints.tests.house import MORNING, House
from portal import integrity
from portal.promises import clock

CALLERS, NOT_HANDLED_YET = 20, 2
SAID = "二号电梯更换门机，已恢复运行。"


def handled(house: House, ticket: Ticket) -> None:
    with clock.standing_at(MORNING + timedelta(hours=1)):
        services.resolve_ticket(ticket.pk, "更换门机", by=house.engineer)
        services.return_form(ticket.pk, by=house.engineering_head)


@pytest.fixture
def lift(house: House) -> CommonIssue:
    """Twenty callers, two of whose tickets are still with the department."""
    tickets = [house.signed(MORNING, description="二号电梯停运") for _n in range(CALLERS)]
    for ticket in tickets[NOT_HANDLED_YET:]:
        handled(house, ticket)
    issue = services.open_issue(tickets[0].pk, "二号电梯停运", by=house.reception)
    for ticket in tickets[1:]:
        services.join_issue(ticket.pk, issue.pk, by=house.reception)
    return issue


def desk(house: House, who: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[who])
    return client


def messages_told() -> list[str]:
    return list(TicketEvent.objects.filter(kind=EventKind.INFORMED).order_by("ticket").values_list("text", flat=True))


def test_twenty_callers_hear_one_message_and_each_is_called_back_once(house: House, lift: CommonIssue) -> None:
    client = desk(house)
    press = {"do": "tell", "how": "message", "text": SAID}
    assert client.post(lift.url, press).status_code == 302
    assert messages_told() == [SAID] * (CALLERS - NOT_HANDLED_YET)
    assert sorted(Ticket.objects.values_list("status", flat=True)) == sorted(
        [Status.INFORMED] * (CALLERS - NOT_HANDLED_YET) + [Status.SIGNED] * NOT_HANDLED_YET
    )

    before = TicketEvent.objects.count()
    client.post(lift.url, press | {"text": "别的话"})  # again, and with other words
    assert TicketEvent.objects.count() == before
    lift.refresh_from_db()
    assert lift.outcome == SAID

    for ticket in Ticket.objects.filter(status=Status.SIGNED):
        handled(house, ticket)
    client.post(lift.url, {"do": "tell"})
    assert messages_told() == [SAID] * CALLERS
    calls = list(Callback.objects.order_by("ticket").values_list("ticket", flat=True))
    assert calls == sorted(Ticket.objects.values_list("pk", flat=True))
    assert list(integrity.findings()) == []


def test_one_refusal_stops_nobody_else(house: House, lift: CommonIssue, monkeypatch: Any) -> None:
    stubborn = Ticket.objects.filter(status=Status.RESOLVED)[3]
    inform = services.issues.inform_resident

    def refuse_one(ticket_id: int, *rest: Any, **named: Any) -> Ticket:
        if ticket_id == stubborn.pk:
            raise NotPossible("gone meanwhile")
        return inform(ticket_id, *rest, **named)

    monkeypatch.setattr(services.issues, "inform_resident", refuse_one)
    told = services.tell_callers(lift.pk, How.MESSAGE, SAID, by=house.reception)
    assert [one.number for one in told if one.problem] == [stubborn.number]
    assert len(messages_told()) == CALLERS - NOT_HANDLED_YET - 1


def test_it_begins_at_a_ticket_and_a_ticket_belongs_to_one(house: House) -> None:
    first, second, foreign = house.report(), house.report(), house.report(by=house.neighbour, site=house.next_door)
    client = desk(house)
    opened = client.post(f"{first.url}issue/", {"title": "停水"})
    issue = CommonIssue.objects.get()
    assert opened["Location"] == issue.url
    client.post(f"{second.url}issue/", {"issue": issue.pk})
    assert client.post(f"{second.url}issue/", {"title": "别的"}).status_code == 409
    assert [one.ticket for one in issue.callers.order_by("pk")] == [first, second]
    assert f'href="{issue.url}"' in client.get(f"{second.url}similar/").content.decode()

    assert desk(house, "neighbour").post(f"{foreign.url}issue/", {"issue": issue.pk}).status_code == 404
    assert desk(house, "engineer").post(f"{first.url}issue/", {"issue": issue.pk}).status_code == 403
    with pytest.raises(NotYours):
        services.tell_callers(issue.pk, How.PHONE, "x", by=house.gm)

    client.post(issue.url, {"do": "leave", "number": second.number})
    assert not IssueTicket.objects.filter(ticket=second).exists()
    assert list(second.events.filter(kind=EventKind.GROUPED).values_list("details__out", flat=True)) == [None, True]


def test_those_of_the_same_category_are_offered_and_added_at_once(house: House) -> None:
    from complaints.models import Category

    water = Category.objects.get(code="water")
    first = house.report(category=water)
    others = [house.report(category=water).number for _n in range(3)]
    house.report()
    issue = services.open_issue(first.pk, "停水", by=house.reception)
    client = desk(house)
    assert [one.number for one in client.get(issue.url).context["candidates"]] == others[::-1]
    client.post(issue.url, {"do": "add", "ticket": others[:2]})
    assert issue.callers.count() == 3


def test_nothing_is_told_and_nothing_closed_while_no_caller_can_hear_it(house: House) -> None:
    ticket = house.signed(MORNING)
    issue = services.open_issue(ticket.pk, "二号电梯停运", by=house.reception)
    with pytest.raises(NotPossible):
        services.tell_callers(issue.pk, How.PHONE, SAID, by=house.reception)
    issue.refresh_from_db()
    assert issue.closed_at is None


def test_a_title_that_names_a_home_is_published_under_another(house: House) -> None:
    ticket = house.signed(MORNING)
    handled(house, ticket)
    issue = services.open_issue(ticket.pk, f"{house.homes[0].unit.room} 的电梯", by=house.reception)
    services.tell_callers(issue.pk, How.PHONE, SAID, by=house.reception)
    director, press = desk(house, "director"), {"do": "publish", "text": SAID}
    assert director.post(issue.url, press).status_code == 409
    assert director.post(issue.url, press | {"title": "二号电梯"}).status_code == 302
    issue.refresh_from_db()
    assert issue.title == "二号电梯"


def test_what_everybody_reads_names_nobody_and_is_published_once(house: House, lift: CommonIssue) -> None:
    with pytest.raises(NotPossible):
        services.tell_callers(lift.pk, How.MESSAGE, "王建国1反映的电梯已修好", by=house.reception)
    assert messages_told() == []
    director = desk(house, "director")
    assert director.post(lift.url, {"do": "publish", "text": SAID}).status_code == 409  # not before the callers know
    services.tell_callers(lift.pk, How.MESSAGE, SAID, by=house.reception)
    assert director.post(lift.url, {"do": "publish", "text": "8-1-1203 的电梯"}).status_code == 409
    assert desk(house).post(lift.url, {"do": "publish", "text": SAID}).status_code == 409  # not the receptionist's
    for text in (SAID, "改了"):
        assert director.post(lift.url, {"do": "publish", "text": text}).status_code == 302
    month = director.get("/common-issues/published/").content.decode()
    assert SAID in month
    assert "改了" not in month
    assert SAID not in desk(house, "neighbour").get("/common-issues/published/").content.decode()
    assert SAID not in director.get("/common-issues/published/?month=2020-01").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "control: without the locks"])
def test_two_press_at_once_and_the_caller_hears_it_once(house: House, monkeypatch: Any, locked: bool) -> None:
    ticket = house.signed(MORNING)
    handled(house, ticket)
    issue = services.open_issue(ticket.pk, "停水", by=house.reception)
    both_inside, informed, faults = Barrier(2), telling.informed, []

    def together(*args: Any) -> None:
        if not locked:
            both_inside.wait(10)
        informed(*args)

    monkeypatch.setattr(telling, "informed", together)
    if not locked:
        monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda found, **_how: found)

    def press() -> None:
        try:
            services.tell_callers(issue.pk, How.MESSAGE, SAID, by=house.reception)
        except DatabaseError as fault:
            faults.append(fault)
        connection.close()

    presses = [Thread(target=press) for _n in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert (messages_told(), Callback.objects.count(), bool(faults)) == ([SAID], 1, not locked)
