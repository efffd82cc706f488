"""Waiting with and without an end: the clock, and who asks about it (C13)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from complaints import services
from complaints.errors import NotPossible
from complaints.models import Ticket
from complaints.states import Severity, Status, Target, WaitFor
from complaints.tests.house import MORNING, House, timer, told
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wait(house: House, ticket: Ticket, *, until: timedelta | None = None) -> None:
    with clock.standing_at(MORNING + HOUR):
        services.wait(
            ticket.pk,
            "等供电局",
            by=house.engineer,
            waits_for=WaitFor.THIRD_PARTY,
            until=MORNING + until if until else None,
        )


def test_a_wait_with_an_end_lets_the_clock_run_on_by_itself_and_says_so_to_who_has_it(house: House) -> None:
    ticket = house.signed()
    wait(house, ticket, until=DAY + HOUR)

    resolve = timer(ticket, Target.RESOLVE)
    assert (resolve.state, resolve.due_at) == (TimerState.RUNNING, MORNING + 3 * DAY)
    sweep(MORNING + DAY)
    assert told(ticket) == []
    sweep(MORNING + DAY + 2 * HOUR)
    assert told(ticket) == [("chase", "step_1", ("engineer", "reception", "reception_b"))]
    sweep(MORNING + 3 * DAY + HOUR)
    assert timer(ticket, Target.RESOLVE).breached_at == MORNING + 3 * DAY, "nobody took it up: it is late"
    assert list(integrity.findings()) == []


def test_taken_up_early_only_the_time_really_waited_counts(house: House) -> None:
    ticket = house.signed()
    wait(house, ticket, until=DAY)
    with clock.standing_at(MORNING + 3 * HOUR):
        services.resume(ticket.pk, by=house.engineer)

    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 2 * DAY + 2 * HOUR
    assert timer(ticket, Target.CHASE).state == TimerState.MET
    assert list(integrity.findings()) == []


def test_a_wait_without_an_end_is_asked_about_every_two_days_and_climbs_while_nobody_asks(house: House) -> None:
    ticket = house.signed()
    wait(house, ticket)

    sweep(MORNING + 2 * DAY + 2 * HOUR)
    with clock.standing_at(MORNING + 2 * DAY + 3 * HOUR):
        services.chase_wait(ticket.pk, "周四送电", by=house.reception)
    sweep(MORNING + 4 * DAY + 4 * HOUR)
    sweep(MORNING + 6 * DAY + 4 * HOUR)
    chased = [(level, people) for target, level, people in told(ticket) if target == "chase"]
    at_the_desk = ("engineer", "reception", "reception_b")
    assert chased == [
        ("step_1", at_the_desk),
        ("step_1", at_the_desk),
        ("step_2", ("engineering_head", "supervisor")),
    ]
    assert timer(ticket, Target.CHASE, turn=2).breached_at is not None
    assert timer(ticket, Target.RESOLVE).breached_at is None
    assert list(integrity.findings()) == []


def test_asking_may_set_another_end_and_undoing_it_puts_the_old_one_back(house: House) -> None:
    ticket = house.signed()
    wait(house, ticket, until=DAY)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.chase_wait(ticket.pk, "后天才到货", until=MORNING + 2 * DAY, by=house.engineer)
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 4 * DAY - HOUR

    with clock.standing_at(MORNING + 2 * HOUR + timedelta(minutes=1)):
        services.undo_last_step(ticket.pk, by=house.engineer)
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY - HOUR
    ticket.refresh_from_db()
    assert ticket.waits_until == MORNING + DAY
    assert list(integrity.findings()) == []


def test_an_end_that_has_passed_is_refused_and_a_major_ticket_waits_by_the_managers_word(house: House) -> None:
    ticket = house.signed()
    with pytest.raises(NotPossible), clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等", by=house.engineer, until=MORNING)
    major = house.signed(severity=Severity.MAJOR)
    with clock.standing_at(MORNING + HOUR):
        services.wait(major.pk, "等保险", by=house.manager, until=MORNING + DAY)
    major.refresh_from_db()
    assert major.status == Status.WAITING
