"""More time 超时审批: asked by the department, decided by the right manager, counted as it was approved (C6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import OvertimeRequest, Ticket
from complaints.services import How
from complaints.states import Decision, Severity, Target
from complaints.tests.house import MORNING, House, messages_of, rows_of, timer, told
from portal import integrity
from portal.organization.models import StandIn
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.sweeping import sweep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(house: House, ticket: Ticket, *, at: timedelta = HOUR, until: timedelta = 4 * DAY) -> None:
    with clock.standing_at(MORNING + at):
        services.ask_for_overtime(ticket.pk, MORNING + until, "防水涂料要干透", How.PHONE, by=house.engineering_head)


@pytest.mark.parametrize(
    ("severity", "decides", "does_not"),
    [(Severity.MINOR, "manager", "gm"), (Severity.IMPORTANT, "gm", "manager"), (Severity.MAJOR, "gm", "manager")],
)
def test_the_severity_says_who_decides(house: House, severity: Severity, decides: str, does_not: str) -> None:
    ticket = house.signed(severity=severity)
    ask(house, ticket, until=20 * DAY)

    assert messages_of(house.people[decides])[-1] == "ticket.overtime_asked"
    assert "ticket.overtime_asked" not in messages_of(house.people[does_not])
    with clock.standing_at(MORNING + 2 * HOUR):
        with pytest.raises(NotYours):
            services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.people[does_not])
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.people[decides])
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 20 * DAY


def test_granted_before_the_limit_it_is_within_the_limit_as_approved(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
    sweep(MORNING + 3 * DAY)

    resolve = timer(ticket, Target.RESOLVE)
    assert (resolve.term, resolve.breached_at) == (2, None)
    first = resolve.events.order_by("pk").first()
    assert first is not None
    assert first.due_at == MORNING + 2 * DAY, "the original stays visible"
    assert list(integrity.findings()) == []


def test_granted_after_the_limit_the_ticket_stays_late_and_the_new_date_climbs_again(house: House) -> None:
    ticket = house.signed()
    sweep(MORNING + 2 * DAY + HOUR)
    ask(house, ticket, at=2 * DAY + 2 * HOUR)
    with clock.standing_at(MORNING + 2 * DAY + 3 * HOUR):
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
    sweep(MORNING + 4 * DAY + HOUR)

    resolve = timer(ticket, Target.RESOLVE)
    assert (resolve.breached_at, resolve.due_at) == (MORNING + 2 * DAY, MORNING + 4 * DAY)
    levels = [level for target, level, _people in told(ticket) if target == "resolve"]
    assert levels == ["warning", "step_1", "warning", "step_1"]
    assert list(integrity.findings()) == []


def test_shortened_and_refused_need_words_and_a_refusal_moves_nothing(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket)
    with clock.standing_at(MORNING + 2 * HOUR):
        with pytest.raises(NotPossible):
            services.decide_overtime(ticket.pk, Decision.REFUSED, by=house.manager)
        services.decide_overtime(ticket.pk, Decision.REFUSED, "人手足够", by=house.manager)
    assert timer(ticket, Target.RESOLVE).term == 1

    ask(house, ticket, at=3 * HOUR)
    with clock.standing_at(MORNING + 4 * HOUR):
        services.decide_overtime(ticket.pk, Decision.SHORTENED, "三天够了", until=MORNING + 3 * DAY, by=house.manager)
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY


def test_a_stand_in_decides_and_nobody_does_in_his_own_matter(house: House) -> None:
    StandIn.objects.create(site=house.site, role=Role.SUPERVISING_MANAGER, user=house.director)
    ticket = house.signed()
    services.name_person_complained_about(ticket.pk, house.manager, by=house.reception)
    ask(house, ticket)

    request = OvertimeRequest.objects.get()
    assert request.asked_of == Role.GENERAL_MANAGER, "about the supervising manager the next role up decides"
    with clock.standing_at(MORNING + 2 * HOUR), pytest.raises(NotYours):
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.director)

    other = house.signed()
    ask(house, other)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.decide_overtime(other.pk, Decision.GRANTED, by=house.director)
    assert timer(other, Target.RESOLVE).term == 2


def test_only_what_is_being_handled_gets_more_time_and_only_one_request_is_open(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket)
    with pytest.raises(NotPossible), clock.standing_at(MORNING + 2 * HOUR):
        services.ask_for_overtime(ticket.pk, MORNING + 5 * DAY, "更久", by=house.engineering_head)
    second = OvertimeRequest.objects.get()
    second.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save(force_insert=True)
    told_already = house.informed()
    with pytest.raises(TransitionNotAllowed):
        services.ask_for_overtime(told_already.pk, MORNING + 30 * DAY, "?", by=house.engineering_head)


def test_the_approver_finds_it_waiting_and_decides_on_the_page_after_seeing_what_would_change(house: House) -> None:
    ticket = house.signed(MORNING)
    with clock.standing_at(MORNING + HOUR):
        services.ask_for_overtime(ticket.pk, MORNING + 100 * DAY, "等厂家", by=house.engineering_head)
    manager = Client()
    manager.force_login(house.manager)

    assert ticket.number in rows_of(manager.get("/queue/?tab=mine"))
    assert ticket.number in rows_of(manager.get("/queue/?tab=overtime"))
    page = manager.get(f"{ticket.url}?do=decide").content.decode()
    assert "等厂家" in page
    tried = manager.post(f"{ticket.url}decide/", {"decision": "granted", "try": "1"}).content.decode()
    assert "what-if-head" in tried
    assert timer(ticket, Target.RESOLVE).term == 1, "only tried"
    manager.post(f"{ticket.url}decide/", {"decision": "granted"})
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 100 * DAY
    assert ticket.number not in rows_of(manager.get("/queue/?tab=mine"))


def test_what_another_severity_would_change_shows_before_a_reason_is_written(house: House) -> None:
    ticket, desk = house.signed(), Client()
    desk.force_login(house.reception)
    tried = desk.post(f"{ticket.url}severity/", {"severity": "important", "text": "", "try": "1"}).content.decode()
    assert "what-if-head" in tried
    assert desk.post(f"{ticket.url}severity/", {"severity": "important", "text": ""}).status_code == 409
    ticket.refresh_from_db()
    assert ticket.severity == Severity.MINOR


def test_who_decides_follows_the_severity_and_whom_it_is_about(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket, until=20 * DAY)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.set_severity(ticket.pk, Severity.MAJOR, "两户被淹", by=house.reception)
        with pytest.raises(NotYours):
            services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
    assert "ticket.overtime_asked" in messages_of(house.gm)

    other = house.signed()
    ask(house, other)
    services.name_person_complained_about(other.pk, house.manager, by=house.reception)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.decide_overtime(other.pk, Decision.GRANTED, by=house.gm)
    assert timer(other, Target.RESOLVE).due_at == MORNING + 4 * DAY


def test_of_two_who_decide_differently_the_second_is_told_and_a_finished_matter_needs_no_decision(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
        with pytest.raises(TransitionNotAllowed):
            services.decide_overtime(ticket.pk, Decision.REFUSED, "不行", by=house.manager)

    handled = house.signed()
    ask(house, handled)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.resolve_ticket(handled.pk, "做完了", by=house.engineer)
        with pytest.raises(TransitionNotAllowed):
            services.decide_overtime(handled.pk, Decision.GRANTED, by=house.manager)
        services.undo_last_step(handled.pk, by=house.engineer)
    handled.refresh_from_db()
    assert handled.overtime_asked_of == ""
    ask(house, handled, at=3 * HOUR)


def test_a_request_taken_back_leaves_room_for_another(house: House) -> None:
    ticket = house.signed()
    ask(house, ticket)
    with clock.standing_at(MORNING + HOUR + timedelta(minutes=5)):
        services.undo_last_step(ticket.pk, by=house.engineering_head)
    ask(house, ticket, at=2 * HOUR, until=5 * DAY)
    ticket.refresh_from_db()
    assert ticket.overtime_asked_of == Role.SUPERVISING_MANAGER
