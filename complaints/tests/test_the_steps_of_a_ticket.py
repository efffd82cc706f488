"""Each step from where it may be taken and from where it may not, by whom, and taken twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from complaints import services
from complaints.errors import NotPossible, NotYours, Stale, TransitionNotAllowed
from complaints.models import Ticket
from complaints.services import How
from complaints.states import TRANSITIONS, EventKind, Kind, Severity, Status, Step, Target
from complaints.tests.house import MORNING, House, messages_of, timer
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# How each step is taken by somebody whose step it is.
TAKEN: dict[Step, Callable[[House, Ticket], Ticket]] = {
    Step.DISPATCH: lambda h, t: services.dispatch_ticket(t.pk, h.departments["security"], by=h.reception),
    Step.ANSWER: lambda h, t: services.answer_on_the_spot(t.pk, "答复", by=h.reception),
    Step.SIGN: lambda h, t: services.sign_for_ticket(t.pk, by=h.engineer),
    Step.SEND_BACK: lambda h, t: services.send_back(t.pk, "不是我们的", by=h.engineer),
    Step.NOTE: lambda h, t: services.note_handling(t.pk, "已到场", by=h.engineer),
    Step.WAIT: lambda h, t: services.wait(t.pk, "等配件", by=h.engineer),
    Step.RESUME: lambda h, t: services.resume(t.pk, by=h.engineer),
    Step.RESOLVE: lambda h, t: services.resolve_ticket(t.pk, "已修好", by=h.engineer),
    Step.RETURN: lambda h, t: services.return_form(t.pk, by=h.engineering_head),
    Step.INFORM: lambda h, t: services.inform_resident(t.pk, How.PHONE, "已修好", by=h.reception),
    Step.DECLINE: lambda h, t: services.decline_ticket(t.pk, "规划不允许", understood=True, by=h.reception),
    Step.REOPEN: lambda h, t: services.reopen_ticket(t.pk, "又坏了", by=h.reception),
}
# One way to each status.
WAYS: dict[Status, tuple[Step, ...]] = {
    Status.REGISTERED: (),
    Status.DISPATCHED: (Step.DISPATCH,),
    Status.SIGNED: (Step.DISPATCH, Step.SIGN),
    Status.IN_PROGRESS: (Step.DISPATCH, Step.SIGN, Step.NOTE),
    Status.WAITING: (Step.DISPATCH, Step.SIGN, Step.WAIT),
    Status.RESOLVED: (Step.DISPATCH, Step.SIGN, Step.RESOLVE),
    Status.INFORMED: (Step.DISPATCH, Step.SIGN, Step.RESOLVE, Step.RETURN, Step.INFORM),
    Status.DECLINED: (Step.DISPATCH, Step.DECLINE),
}


def ticket_at(house: House, status: Status) -> Ticket:
    ticket = house.report(MORNING)
    for n, step in enumerate(WAYS[status], 1):
        with clock.standing_at(MORNING + n * timedelta(minutes=1)):
            if step == Step.DISPATCH:
                services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
            else:
                TAKEN[step](house, ticket)
    ticket.refresh_from_db()
    assert ticket.status == status
    return ticket


@pytest.mark.parametrize("step", TAKEN)
@pytest.mark.parametrize("status", WAYS)
def test_a_step_is_taken_where_the_table_allows_it_and_refused_elsewhere(
    house: House, status: Status, step: Step
) -> None:
    ticket = ticket_at(house, status)
    if status == Status.RESOLVED and step == Step.INFORM:
        services.return_form(ticket.pk, by=house.engineering_head)
    before = ticket.events.count()
    allowed = status in TRANSITIONS[step].start and not (status == Status.WAITING and step == Step.WAIT)
    done_already = {(Status.SIGNED, Step.SIGN), (Status.WAITING, Step.WAIT), (Status.RESOLVED, Step.RESOLVE)}
    done_already |= {(Status.DECLINED, Step.DECLINE), (Status.INFORMED, Step.INFORM)}

    with clock.standing_at(MORNING + 2 * HOUR):
        if allowed:
            TAKEN[step](house, ticket)
            assert ticket.events.count() > before
        elif (status, step) in done_already:
            TAKEN[step](house, ticket)
            assert ticket.events.count() == before, "a repeated click finds the work done"
        else:
            with pytest.raises((TransitionNotAllowed, NotYours)):
                TAKEN[step](house, ticket)
            assert ticket.events.count() == before
    assert list(integrity.findings()) == []


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (Step.DISPATCH, "engineer"),
        (Step.SIGN, "reception"),
        (Step.SIGN, "guard"),
        (Step.SEND_BACK, "guard"),
        (Step.NOTE, "ops"),
        (Step.RESOLVE, "reception"),
        (Step.RETURN, "engineer"),
        (Step.INFORM, "engineer"),
        (Step.DECLINE, "engineering_head"),
        (Step.DISPATCH, "neighbour"),
        (Step.DISPATCH, "bar"),
        (Step.INFORM, "admin"),
    ],
)
def test_a_step_of_somebody_else_is_refused(house: House, step: Step, wrong: str) -> None:
    start = sorted(TRANSITIONS[step].start, key=list(Status).index)[0]
    ticket = ticket_at(house, start)
    everybody = house.people
    doer = everybody[wrong]
    impostor = House(house.site, house.next_door, dict.fromkeys(everybody, doer), house.departments, house.homes)

    with pytest.raises(NotYours):
        TAKEN[step](impostor, ticket)


def test_the_sign_clock_counts_each_turn_and_the_residents_clock_runs_on(house: House) -> None:
    ticket = ticket_at(house, Status.DISPATCHED)
    with clock.standing_at(MORNING + HOUR):
        services.send_back(ticket.pk, "应转秩序部", by=house.engineer)
    with clock.standing_at(MORNING + HOUR + timedelta(minutes=3)):
        services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)

    assert timer(ticket, Target.SIGN, turn=1).state == TimerState.CANCELLED
    assert timer(ticket, Target.SIGN, turn=2).due_at == MORNING + HOUR + timedelta(minutes=33)
    assert timer(ticket, Target.DISPATCH, turn=2).state == TimerState.MET
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 2 * DAY
    assert messages_of(house.reception) == ["ticket.sent_back"]
    with pytest.raises(NotYours):
        services.sign_for_ticket(ticket.pk, by=house.engineer)


def test_waiting_stops_the_resolution_and_nothing_else_and_adds_what_it_took(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等供电公司", by=house.engineer)
    assert timer(ticket, Target.RESOLVE).due_at is None
    with clock.standing_at(MORNING + 5 * HOUR):
        services.resume(ticket.pk, by=house.reception)

    ticket.refresh_from_db()
    assert ticket.status == Status.SIGNED
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 2 * DAY + 4 * HOUR


def test_handling_done_while_waiting_writes_the_resume_first(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等业主", by=house.engineer)
    with clock.standing_at(MORNING + 3 * DAY):
        services.resolve_ticket(ticket.pk, "修好了", by=house.engineer)

    resolve = timer(ticket, Target.RESOLVE)
    assert resolve.state == TimerState.MET
    assert resolve.breached_at is None
    assert [event.kind for event in resolve.events.all()] == ["started", "paused", "resumed", "met"]


def test_a_major_ticket_waits_and_is_declined_by_the_supervising_manager_alone(house: House) -> None:
    ticket = house.signed(severity=Severity.MAJOR)

    for refused in (
        lambda: services.wait(ticket.pk, "等方案", by=house.engineer),
        lambda: services.decline_ticket(ticket.pk, "不行", understood=False, by=house.reception),
    ):
        with pytest.raises(NotYours):
            refused()
    services.wait(ticket.pk, "等方案", by=house.manager)
    services.decline_ticket(ticket.pk, "规划不允许", understood=False, by=house.manager)


def test_a_form_opened_before_somebody_elses_change_is_stale(house: House) -> None:
    ticket = ticket_at(house, Status.SIGNED)
    services.note_inside(ticket.pk, "业主下午在家", by=house.reception)

    with pytest.raises(Stale):
        services.resolve_ticket(ticket.pk, "修好了", by=house.engineer, version=ticket.version)


def test_the_resident_is_not_told_before_the_form_is_back(house: House) -> None:
    ticket = ticket_at(house, Status.RESOLVED)

    with pytest.raises(TransitionNotAllowed):
        services.inform_resident(ticket.pk, How.PHONE, "已修好", by=house.reception)
    services.return_form(ticket.pk, by=house.engineering_head)
    assert timer(ticket, Target.INFORM).state == TimerState.RUNNING
    assert messages_of(house.ops) == ["ticket.result"]


def test_an_answer_on_the_spot_needs_no_signature_and_no_form(house: House) -> None:
    ticket = house.report(kind=Kind.ENQUIRY, severity=None)
    services.answer_on_the_spot(ticket.pk, "每小时五元", by=house.reception)
    services.inform_resident(ticket.pk, How.IN_PERSON, "每小时五元", by=house.reception)

    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED, "an enquiry is not called back"
    assert set(ticket.timers.values_list("target", "state")) == {(t, "met") for t in ("dispatch", "resolve", "inform")}


def test_praise_is_passed_on_and_promises_nothing(house: House) -> None:
    ticket = house.report(kind=Kind.PRAISE, severity=None)
    services.pass_on_praise(ticket.pk, house.departments["security"], by=house.reception)

    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert not ticket.timers.exists()
    assert messages_of(house.guard) == ["ticket.praise"]


def test_an_urgent_repair_promises_somebody_on_site(house: House) -> None:
    from complaints.models import Category

    burst = Category.objects.get(code="water2")
    ticket = house.report(kind=Kind.SERVICE_REQUEST, category=burst, severity=Severity.MAJOR)
    with clock.standing_at(MORNING + timedelta(minutes=2)):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)

    assert timer(ticket, Target.ARRIVE).due_at == MORNING + timedelta(minutes=30), "from the reception"
    with pytest.raises(NotYours):
        services.record_arrival(ticket.pk, by=house.guard)
    services.record_arrival(ticket.pk, by=house.engineer)
    assert timer(ticket, Target.ARRIVE).state == TimerState.MET


def test_a_department_of_another_site_is_no_place_to_send_to(house: House) -> None:
    from portal.organization.models import Department

    elsewhere = Department.objects.create(site=house.next_door, code="engineering", name="工程部")
    ticket = house.report()

    with pytest.raises(NotPossible):
        services.dispatch_ticket(ticket.pk, elsewhere, by=house.reception)


def test_a_form_sent_twice_makes_one_ticket(house: House) -> None:
    from uuid import uuid4

    key = uuid4()
    first, second = (house.report(request_key=key) for _ in range(2))

    assert first.pk == second.pk
    assert first.events.filter(kind=EventKind.REGISTERED).count() == 1


def test_numbers_count_a_sites_local_day_and_are_never_used_twice(house: House) -> None:
    before_midnight = MORNING.replace(hour=23, minute=59)

    numbers = [house.report(at).number for at in (MORNING, before_midnight, before_midnight + HOUR)]

    assert numbers == ["YJW-20261121-0001", "YJW-20261121-0002", "YJW-20261122-0001"]


def test_history_cannot_be_changed_even_by_sql(house: House) -> None:
    from django.db import DatabaseError, connection, transaction

    house.signed()
    for table in ("complaints_ticketevent", "complaints_timerstep", "promises_policytarget"):
        for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)
