"""Who reports (C26): a colleague, a caller beside the home, nobody named; and an enquiry answered at once (C30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from complaints import services
from complaints.callback_rate import told as told_in
from complaints.errors import NotPossible, NotYours
from complaints.models import Callback, Category, Ticket
from complaints.services import How, Report
from complaints.states import CallbackOutcome, EventKind, Kind, ReportChannel, Status, Target
from complaints.tests.house import STAFF, House
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from residents import phones


def at_work(house: House, who: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people[who])
    return client


def registered(house: House, **typed: str) -> tuple[Any, Ticket | None]:
    form = {
        "request_key": str(uuid4()),
        "kind": "complaint",
        "channel": "counter",
        "category": Category.objects.filter(parent=None)[0].code,
        "severity": "minor",
        "description": "门口有水",
    }
    before = Ticket.objects.count()
    answer = at_work(house).post("/tickets/new/", form | typed)
    return answer, Ticket.objects.latest("pk") if Ticket.objects.count() > before else None


def party(house: House, n: int) -> str:
    return f"{house.homes[n].unit_id}:{house.homes[n].resident_id}"


# --- the caller beside the home ---


def test_a_callers_own_name_and_number_stay_beside_the_home_that_is_chosen(house: House) -> None:
    _answer, ticket = registered(
        house, party=party(house, 1), room="8-1-1204 王建国2", visitor_name="李阿姨", visitor_phone="139 0000 1111"
    )
    assert ticket is not None
    assert (ticket.unit, ticket.resident) == (house.homes[1].unit, house.homes[1].resident)
    assert (ticket.visitor_name, ticket.visitor_phone) == ("李阿姨", "13900001111")
    page = at_work(house).get(ticket.url).content.decode()
    assert "李阿姨" in page
    assert phones.masked("13900001111") in page


def test_a_neighbour_reports_about_a_home(house: House) -> None:
    _answer, ticket = registered(house, room="8-1-1204", visitor_name="隔壁邻居", visitor_phone="13900001112")
    assert ticket is not None
    assert (ticket.unit, ticket.resident, ticket.who) == (house.homes[1].unit, None, "隔壁邻居")


def test_a_phone_without_a_name_is_kept(house: House) -> None:
    _answer, ticket = registered(house, party=party(house, 0), visitor_phone="13900001113")
    assert ticket is not None
    assert ticket.visitor_phone == "13900001113"


# --- nobody named ---


def anonymous(house: House) -> Ticket:
    _answer, ticket = registered(house, from_whom="nobody")
    assert ticket is not None
    return ticket


def test_who_gives_no_name_is_taken_down_as_anonymous(house: House) -> None:
    refused, none = registered(house)
    assert (refused.status_code, none) == (422, None)
    ticket = anonymous(house)
    assert ticket.names_nobody
    assert "anonymous" in at_work(house).get(ticket.url).content.decode()
    _answer, at_home = registered(house, from_whom="nobody", room="8-1-1204")
    assert at_home is not None
    assert (at_home.unit, at_home.resident) == (house.homes[1].unit, None)


def test_a_room_that_does_not_exist_is_said_and_not_dropped(house: House) -> None:
    answer, ticket = registered(house, from_whom="nobody", room="9-9-999")
    assert (answer.status_code, ticket) == (422, None)
    assert "There is no home 9-9-999" in answer.content.decode()


def _told(ticket: Ticket, how: How, house: House) -> None:
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    services.resolve_ticket(ticket.pk, "擦干了", by=house.engineer)
    services.return_form(ticket.pk, by=house.engineering_head)
    services.inform_resident(ticket.pk, how, "已处理", by=house.reception)
    ticket.refresh_from_db()


def test_nobody_is_told_nor_called_and_the_rate_does_not_miss_it(house: House) -> None:
    ticket, named = anonymous(house), house.report()
    with pytest.raises(NotPossible):
        _told(named, How.NOBODY, house)
    services.inform_resident(named.pk, How.PHONE, "已处理", by=house.reception)
    _told(ticket, How.NOBODY, house)
    assert ticket.status == Status.CLOSED
    assert Callback.objects.get(ticket=ticket).outcome == CallbackOutcome.NOBODY
    counted = told_in(house.supervisor, clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    assert set(counted.values_list("ticket", flat=True)) == {named.pk}
    assert list(integrity.findings()) == []


# --- a colleague ---


def test_a_round_at_the_desk_needs_nobody_else(house: House) -> None:
    _answer, ticket = registered(house, channel="inspection", place="地下车库")
    assert ticket is not None
    assert (ticket.colleague, ticket.visitor_name, ticket.place) == (house.reception, "reception", "地下车库")
    assert ticket.channel == ReportChannel.INSPECTION
    assert "colleague" in at_work(house).get(ticket.url).content.decode()


@pytest.mark.parametrize("who", [*STAFF, "neighbour"])
def test_everybody_of_the_house_reports_from_the_own_start_page(house: House, who: str) -> None:
    page = at_work(house, who).get("/tickets/report/")
    assert page.status_code == 200
    site = house.next_door if who == "neighbour" else house.site
    form = {
        "request_key": str(uuid4()),
        "site": str(site.pk),
        "kind": "service_request",
        "channel": "inspection",
        "description": "路灯坏了",
        "place": "8-1-1204",
    }
    for _twice in range(2):
        at_work(house, who).post("/tickets/report/", form)
    ticket = Ticket.objects.get()
    assert (ticket.colleague, ticket.site, ticket.status) == (house.people[who], site, Status.REGISTERED)
    assert ticket.place == "8-1-1204"
    assert ticket.unit == (None if who == "neighbour" else house.homes[1].unit)
    assert ticket.events.get().by == house.people[who]
    assert ticket.timers.get(target=Target.DISPATCH).state == TimerState.RUNNING
    assert ticket.number in at_work(house, who).get("/tickets/report/").content.decode()


@pytest.mark.parametrize(("who", "begins"), [("bar", "/bar/"), ("sales", "/bar/sales/"), ("engineer", "/queue/")])
def test_the_day_begins_where_it_did(house: House, who: str, begins: str) -> None:
    assert at_work(house, who).get("/")["Location"] == begins


def test_the_menu_leads_there(house: House) -> None:
    for who in ("bar", "sales", "engineer", "gm"):
        assert 'href="/tickets/report/"' in at_work(house, who).get("/me/").content.decode()


def test_a_colleague_reports_for_nobody_else_and_at_no_other_site(house: House) -> None:
    said = {"kind": Kind.COMPLAINT, "channel": ReportChannel.INSPECTION, "description": "路灯坏了"}
    with pytest.raises(NotYours):
        services.register_ticket(Report(house.site, colleague=house.engineer, **said), by=house.bar)
    with pytest.raises(NotYours):
        services.register_ticket(Report(house.next_door, colleague=house.engineer, **said), by=house.engineer)
    with pytest.raises(NotYours):
        services.register_ticket(Report(house.site, **said), by=house.engineer)


def test_only_the_desk_answers_for_it_and_a_department_sees_its_own_alone(house: House) -> None:
    said = {"kind": Kind.COMPLAINT, "channel": ReportChannel.INSPECTION, "description": "路灯坏了"}
    ticket = services.register_ticket(Report(house.site, colleague=house.guard, **said), by=house.guard)
    assert ticket.first_responsible is None
    assert at_work(house, "guard").get(ticket.url).status_code == 404
    with pytest.raises(NotYours):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.guard)
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    ticket.refresh_from_db()
    assert ticket.first_responsible == house.reception


def test_a_colleague_is_told_in_person_and_not_called_back(house: House) -> None:
    _answer, ticket = registered(house, channel="inspection")
    assert ticket is not None
    _told(ticket, How.IN_PERSON, house)
    assert ticket.status == Status.CLOSED
    assert list(integrity.findings()) == []


# --- answered at once ---


def test_an_enquiry_is_registered_told_and_over_in_one_press(house: House) -> None:
    waiting = house.report(kind=Kind.ENQUIRY)
    _answer, ticket = registered(
        house, kind="enquiry", channel="hotline", party=party(house, 0), answered="1", answer="车位在南门登记",
        dispatch_now="on",
    )  # fmt: skip
    assert ticket is not None
    waiting.refresh_from_db()
    assert (ticket.status, waiting.status) == (Status.CLOSED, Status.REGISTERED)
    kinds = list(ticket.events.values_list("kind", flat=True))
    assert kinds == [EventKind.REGISTERED, EventKind.ANSWERED, EventKind.INFORMED, EventKind.CLOSED]
    told = ticket.events.get(kind=EventKind.INFORMED)
    assert (told.text, told.details["how"]) == ("车位在南门登记", "phone")
    assert not ticket.timers.exclude(state__in=[TimerState.MET, TimerState.CANCELLED]).exists()
    assert not Callback.objects.filter(ticket=ticket).exists()
    assert list(integrity.findings()) == []


def test_without_the_answer_or_for_a_complaint_it_is_refused_and_nothing_is_registered(house: House) -> None:
    for typed in ({"kind": "enquiry", "answer": " "}, {"kind": "complaint", "answer": "好的"}):
        answer, ticket = registered(house, party=party(house, 0), answered="1", **typed)
        assert (answer.status_code, ticket) == (422, None)
    with pytest.raises(NotPossible):
        services.answer_at_once(house.report().pk, "好的", by=house.reception)


def test_one_registered_before_is_answered_at_once_by_its_own_step(house: House) -> None:
    first, second = house.report(kind=Kind.SUGGESTION), house.report(kind=Kind.SUGGESTION)
    at_work(house).post(f"{first.url}answer-at-once/", {"text": "已记下"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.CLOSED, Status.REGISTERED)
    assert first.events.get(kind=EventKind.INFORMED).details["how"] == "in_person"
