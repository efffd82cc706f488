"""Tickets that are left alone: what warns, what breaches, who hears of it, and that it happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import TicketTimer, TimerStep
from complaints.states import Severity, Target
from complaints.tests.house import MORNING, House, messages_of, timer, told
from portal.promises import clock
from portal.promises.models import TimerEventKind, TimerState
from portal.promises.sweeping import Tally, sweep

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)

DESK = ("reception", "reception_b")


def test_a_report_nobody_dispatches_climbs_from_the_desk_to_the_general_manager(house: House) -> None:
    ticket = house.report()

    assert sweep(MORNING + 7 * MINUTE) == Tally()
    assert sweep(MORNING + 7.5 * MINUTE) == Tally(timers=1, warned=1)
    assert sweep(MORNING + 10 * MINUTE) == Tally(), "at the deadline itself nothing is late"
    assert sweep(MORNING + 10 * MINUTE + SECOND) == Tally(timers=1, breached=1, climbed=1)
    for hours in (4, 12, 24):
        assert sweep(MORNING + 10 * MINUTE + hours * HOUR).climbed == 1
    assert sweep(MORNING + 10 * MINUTE + 25 * HOUR) == Tally()

    assert told(ticket) == [
        ("dispatch", "warning", DESK),
        ("dispatch", "step_1", ("supervisor",)),
        ("dispatch", "step_2", ("ops",)),
        ("dispatch", "step_3", ("manager",)),
        ("dispatch", "step_4", ("gm",)),
    ]
    assert timer(ticket, Target.DISPATCH).breached_at == MORNING + 10 * MINUTE


def test_a_minor_ticket_left_with_its_department(house: House) -> None:
    ticket = house.signed()

    sweep(MORNING + 3 * DAY + SECOND)

    assert told(ticket) == [
        ("resolve", "warning", ("engineer",)),
        ("resolve", "step_1", ("engineering_head",)),
        ("resolve", "step_2", ("ops",)),
        ("resolve", "step_3", ("manager",)),
        ("resolve", "step_4", ("gm",)),
    ]
    moments = TimerStep.objects.filter(timer__ticket=ticket, kind=TimerEventKind.LEVEL_FIRED).order_by("due_at")
    due = MORNING + 2 * DAY
    assert [step.due_at for step in moments] == [MORNING + 1.5 * DAY, due, due + 4 * HOUR, due + 12 * HOUR, due + DAY]


def test_an_important_ticket_is_handed_up_at_once_and_climbs_past_who_does_not_answer(house: House) -> None:
    ticket = house.signed(severity=Severity.IMPORTANT)

    assert messages_of(house.manager) == ["ticket.handed_up"]
    assert messages_of(house.ops) == ["ticket.handed_up"]
    sweep(MORNING + 6 * HOUR)

    assert [step for step in told(ticket) if step[0] == Target.HAND_UP_SUPERVISING_MANAGER] == [
        ("hand_up_supervising_manager", "warning", ("manager",)),
        ("hand_up_supervising_manager", "step_1", ("ops",)),
        ("hand_up_supervising_manager", "step_2", ("gm",)),
    ]


def test_a_major_ticket_left_alone_tells_exactly_whom_the_ladder_names(house: House) -> None:
    ticket = house.signed(severity=Severity.MAJOR)
    midnight = MORNING.replace(hour=0) + DAY

    sweep(MORNING + 12 * DAY)

    assert timer(ticket, Target.HAND_UP_GENERAL_MANAGER).due_at == midnight
    assert timer(ticket, Target.REPLY).due_at == MORNING + 2 * DAY
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 10 * DAY
    by_target: dict[str, list[tuple[str, ...]]] = {}
    for target, _level, people in told(ticket):
        by_target.setdefault(target, []).append(people)
    climb = [("engineer",), ("engineering_head",), ("ops",), ("manager",), ("gm",)]
    assert by_target == {
        "hand_up_general_manager": [("gm",), ("manager", "ops")],
        "via_operations": [("ops",), ("manager", "supervisor"), ("gm",)],
        "reply": climb,
        "resolve": climb,
        "progress": [("reception", "reception_b"), ("supervisor",), *climb[2:]],
    }


def test_acknowledging_stops_the_hand_up_and_nothing_else(house: House) -> None:
    ticket = house.signed(severity=Severity.IMPORTANT)

    services.acknowledge(ticket.pk, by=house.manager)

    assert timer(ticket, Target.HAND_UP_SUPERVISING_MANAGER).state == TimerState.MET
    assert timer(ticket, Target.VIA_OPERATIONS).state == TimerState.RUNNING
    assert timer(ticket, Target.RESOLVE).state == TimerState.RUNNING


def test_a_department_without_a_head_has_its_stand_in_told(house: House) -> None:
    ticket = house.report()
    with clock.standing_at(MORNING + 5 * MINUTE):
        services.dispatch_ticket(ticket.pk, house.departments["greening"], by=house.reception)

    sweep(MORNING + 36 * MINUTE)

    assert told(ticket) == [("sign", "warning", ("gardener",)), ("sign", "step_1", ("supervisor",))]


def test_a_role_that_nobody_holds_goes_to_the_next_above_and_the_step_says_so(house: House) -> None:
    ticket = house.report()
    with clock.standing_at(MORNING + 5 * MINUTE):
        services.dispatch_ticket(ticket.pk, house.departments["cleaning"], by=house.reception)

    sweep(MORNING + 30 * MINUTE)

    step = TimerStep.objects.get(timer__ticket=ticket, level="warning")
    assert step.details["to"] == ["department_staff"]
    assert [entry["role"] for entry in step.details["told"]] == ["operations_manager"]


def test_a_long_sleep_is_caught_up_in_order_with_due_and_sent_apart(house: House) -> None:
    ticket = house.report()
    woke = MORNING + 2 * DAY + 30 * MINUTE

    tally = sweep(woke)

    assert (tally.warned, tally.breached) == (2, 2)
    fired = list(TimerStep.objects.filter(timer=timer(ticket, Target.DISPATCH)).order_by("pk"))
    assert [step.kind for step in fired] == ["started", "level_fired", "breached", *["level_fired"] * 4]
    assert all(step.at == woke for step in fired[1:])
    assert fired[1].due_at == MORNING + 7.5 * MINUTE


def test_minor_messages_wait_for_the_morning_and_major_ones_do_not(house: House) -> None:
    late_evening = MORNING.replace(hour=23)
    minor = house.report(late_evening)
    major = house.report(late_evening, severity=Severity.MAJOR)

    sweep(late_evening + 11 * MINUTE)

    from portal.notifications.models import Message

    not_before = dict(
        Message.objects.filter(kind="ticket.timer", recipient=house.supervisor).values_list(
            "params__number", "not_before"
        )
    )
    assert not_before[minor.number] == MORNING.replace(hour=8) + DAY
    assert not_before[major.number] == late_evening + 11 * MINUTE


def test_a_poisoned_timer_does_not_hold_up_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.promises import sweeping

    poisoned, healthy = house.report(), house.report()
    bad = timer(poisoned, Target.DISPATCH).pk
    decide = sweeping.decide

    def failing(row: TicketTimer, *args: object) -> object:
        if row.pk == bad:
            raise ArithmeticError
        return decide(row, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "decide", failing)
    sweep(MORNING + 11 * MINUTE)

    assert [step[1] for step in told(healthy)] == ["warning", "step_1"]
    row = TicketTimer.objects.get(pk=bad)
    assert (row.failures, row.next_check_at) == (1, MORNING + 16 * MINUTE)
