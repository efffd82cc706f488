"""Callbacks: scheduled by the system, tried three times on different half-days, recorded once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Callback, Ticket
from complaints.states import CallbackOutcome, Kind, Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, timer
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD = MORNING + 2 * HOUR


def open_callback(ticket: Ticket) -> Callback:
    return Callback.objects.get(ticket=ticket, finished_at=None)


def call(house: House, ticket: Ticket, at, outcome=CallbackOutcome.REACHED, **said) -> Ticket:
    with clock.standing_at(at):
        services.record_callback(open_callback(ticket).pk, outcome, by=house.reception_b, **said)
    ticket.refresh_from_db()
    return ticket


def test_every_told_complaint_is_called_back_within_a_day_of_polite_hours(house: House) -> None:
    ticket = house.informed()

    assert open_callback(ticket).due_at == TOLD + DAY
    declined = house.signed()
    with clock.standing_at(MORNING.replace(hour=21)):
        services.decline_ticket(declined.pk, "规划不允许", understood=True, by=house.reception)
    assert open_callback(declined).due_at == MORNING.replace(hour=20) + DAY


def test_a_satisfied_resident_closes_the_ticket(house: House) -> None:
    ticket = call(house, house.informed(), TOLD + HOUR, satisfaction=5, solved=True)

    assert ticket.status == Status.CLOSED
    assert timer(ticket, Target.CALLBACK).state == TimerState.MET
    assert not ticket.timers.filter(state=TimerState.RUNNING).exists()
    assert list(integrity.findings()) == []


def test_no_answer_is_tried_on_three_different_half_days_and_then_closed_as_unreachable(house: House) -> None:
    ticket = house.informed()
    call(house, ticket, MORNING.replace(hour=14), CallbackOutcome.NO_ANSWER)
    tomorrow_noon = MORNING.replace(hour=12) + DAY
    assert timer(ticket, Target.CALLBACK, turn=2).due_at == tomorrow_noon

    with pytest.raises(NotPossible):
        call(house, ticket, MORNING.replace(hour=16), CallbackOutcome.NO_ANSWER)
    call(house, ticket, MORNING.replace(hour=10) + DAY, CallbackOutcome.NO_ANSWER)
    assert timer(ticket, Target.CALLBACK, turn=3).due_at == MORNING.replace(hour=20) + DAY
    call(house, ticket, MORNING.replace(hour=15) + DAY, CallbackOutcome.NO_ANSWER)

    assert ticket.status == Status.CLOSED
    assert Callback.objects.get(ticket=ticket).outcome == CallbackOutcome.UNREACHABLE


def test_not_solved_begins_the_next_round_with_the_same_department_and_its_own_clocks(house: House) -> None:
    ticket = house.informed(severity=Severity.IMPORTANT)
    again = TOLD + HOUR

    call(house, ticket, again, satisfaction=2, solved=False, remarks="还是漏")

    assert (ticket.status, ticket.round, ticket.department.code) == (Status.DISPATCHED, 2, "engineering")
    assert timer(ticket, Target.SIGN, round=2).due_at == again + HOUR / 2
    assert timer(ticket, Target.RESOLVE, round=2).due_at == again + 3 * DAY
    assert timer(ticket, Target.RESOLVE).state == TimerState.MET, "the first round's result stays"
    assert {"ticket.low_score", "ticket.reopened"} <= set(messages_of(house.supervisor))
    assert list(integrity.findings()) == []


def test_recording_a_call_twice_changes_nothing(house: House) -> None:
    ticket = house.informed()
    callback = open_callback(ticket)
    for score in (4, 1):
        said = {"satisfaction": score, "solved": True}
        with clock.standing_at(TOLD + HOUR):
            services.record_callback(callback.pk, CallbackOutcome.REACHED, by=house.reception_b, **said)

    callback.refresh_from_db()
    assert callback.satisfaction == 4
    assert messages_of(house.supervisor).count("ticket.low_score") == 0


def test_who_handled_it_does_not_call_while_a_colleague_is_on_duty(house: House) -> None:
    ticket, said = house.report(), {"satisfaction": 5, "solved": True}
    with clock.standing_at(MORNING + HOUR):
        services.answer_on_the_spot(ticket.pk, "已答复", by=house.reception)
        services.inform_resident(ticket.pk, services.How.IN_PERSON, "已答复", by=house.reception)
        callback = open_callback(ticket)
        with pytest.raises(NotYours):
            services.record_callback(callback.pk, CallbackOutcome.REACHED, by=house.reception, **said)
        services.record_callback(callback.pk, CallbackOutcome.REACHED, by=house.reception_b, **said)


def test_requests_are_drawn_so_that_at_least_four_of_five_are_called(house: House) -> None:
    for place in range(10):
        home = house.homes[place % 3]
        house.informed(MORNING + place * DAY / 2, kind=Kind.SERVICE_REQUEST, unit=home.unit, resident=home.resident)

    assert drawn_of(house) == (10, 9), "one ahead of the share, for whoever cannot be drawn"
    assert Ticket.objects.filter(status=Status.CLOSED).count() == 1
    assert list(integrity.findings()) == []


def drawn_of(house: House) -> tuple[int, int]:
    """(told, to be called) of the service requests."""
    rows = Callback.objects.filter(ticket__kind=Kind.SERVICE_REQUEST)
    return rows.count(), rows.exclude(outcome=CallbackOutcome.NOT_DRAWN).count()


def test_whom_another_call_reaches_that_day_is_not_drawn_and_the_next_makes_up_for_it(house: House) -> None:
    for _again in range(2):
        house.informed(kind=Kind.SERVICE_REQUEST)
    assert drawn_of(house) == (2, 1)

    other = house.homes[1]
    house.informed(kind=Kind.SERVICE_REQUEST, unit=other.unit, resident=other.resident)
    assert drawn_of(house) == (3, 2)
    assert open_callback(house.informed()).due_at == TOLD + DAY, "a complaint always: one call serves both"


def test_one_call_serves_both_matters_and_a_second_call_that_day_is_refused(house: House) -> None:
    first, second, third = (house.informed() for _ in range(3))
    call(house, first, TOLD + HOUR, satisfaction=5, solved=True)
    call(house, second, TOLD + HOUR * 1.4, satisfaction=5, solved=True)

    with pytest.raises(NotPossible, match="13:00"):
        call(house, third, TOLD + HOUR * 3, satisfaction=5, solved=True)
    call(house, third, TOLD + DAY - HOUR, satisfaction=5, solved=True)


def test_calls_are_made_in_polite_hours_and_outside_the_residents_own_times(house: House) -> None:
    resident = house.homes[0].resident
    resident.do_not_call = [{"start": "12:00", "end": "14:00"}]
    resident.save(update_fields=["do_not_call"])
    ticket = house.informed()
    due = MORNING.replace(hour=16) + DAY
    assert (open_callback(ticket).due_at, open_callback(ticket).moved) == (due, "do_not_call")
    assert timer(ticket, Target.CALLBACK).due_at == due

    for at in (TOLD + HOUR, MORNING.replace(hour=20), MORNING.replace(hour=8, minute=59) + DAY):
        with pytest.raises(NotPossible):
            call(house, ticket, at, satisfaction=5, solved=True)
    call(house, ticket, MORNING.replace(hour=21), satisfaction=5, solved=True, they_called=True)
    assert ticket.events.get(kind="callback").details["they_called"] is True
    assert list(integrity.findings()) == []


def test_who_wants_no_calls_at_all_has_refused_without_one(house: House) -> None:
    resident = house.homes[0].resident
    resident.do_not_call = [{"start": "00:00", "end": "00:00"}]
    resident.save()
    ticket = house.informed()
    assert (open_callback(ticket).due_at, open_callback(ticket).moved) == (TOLD + DAY, "never")

    with pytest.raises(NotPossible):
        call(house, ticket, TOLD + HOUR, satisfaction=5, solved=True)
    assert call(house, ticket, TOLD + HOUR, CallbackOutcome.REFUSED).status == Status.CLOSED


def test_nobody_calls_back_a_complaint_about_himself(house: House) -> None:
    ticket = house.informed()
    services.name_person_complained_about(ticket.pk, house.reception_b, by=house.reception)

    with pytest.raises(NotYours):
        call(house, ticket, TOLD + HOUR, satisfaction=5, solved=True)


def test_an_unhappy_resident_is_promised_an_answer_within_polite_hours(house: House) -> None:
    ticket = house.informed()

    promised = [services.answer_within_a_day(ticket, MORNING.replace(hour=hour, minute=24)) for hour in (7, 16, 23)]

    assert promised == [MORNING.replace(hour=20), MORNING.replace(hour=16) + DAY, MORNING.replace(hour=20) + DAY]


def test_telling_costs_the_same_whatever_the_month_has_seen(house: House) -> None:
    def statements() -> int:
        ticket = house.signed(kind=Kind.SERVICE_REQUEST)
        with clock.standing_at(TOLD):
            services.resolve_ticket(ticket.pk, "更换灯管", by=house.engineer)
            services.return_form(ticket.pk, by=house.engineering_head)
            with CaptureQueriesContext(connection) as seen:
                services.inform_resident(ticket.pk, services.How.PHONE, "灯已修好", by=house.reception)
        return len(seen)

    statements()
    few = statements()  # the resident is called that day already: the same as from here on
    for _more in range(6):
        assert statements() == few
