"""Setting, confirming and changing a severity; the date that a resident wished."""

from __future__ import annotations

from datetime import timedelta

import pytest

from complaints import services
from complaints.errors import NotPossible
from complaints.models import Category
from complaints.states import Severity, Target
from complaints.tests.house import MORNING, SHANGHAI, House, timer, told
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_until_the_desk_sets_it_the_categorys_suggestion_counts_from_the_first_second(house: House) -> None:
    leak = Category.objects.get(code="water5")
    ticket = house.report(category=leak, severity=None)

    assert ticket.severity == Severity.IMPORTANT
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY
    services.set_severity(ticket.pk, Severity.IMPORTANT, by=house.reception)
    assert timer(ticket, Target.RESOLVE).term == 1, "confirming moves nothing"


def test_raising_at_five_to_midnight_counts_from_the_reception_and_escalates_what_is_past(house: House) -> None:
    ticket = house.signed(MORNING)
    with clock.standing_at(MORNING.replace(hour=23, minute=55)):
        services.set_severity(ticket.pk, Severity.MAJOR, "两户被淹", by=house.reception)

    gm = timer(ticket, Target.HAND_UP_GENERAL_MANAGER)
    assert (gm.started_at, gm.due_at) == (MORNING, MORNING.replace(hour=0) + DAY)
    resolve = timer(ticket, Target.RESOLVE)
    assert (resolve.term, resolve.due_at) == (2, MORNING + 10 * DAY)
    sweep(MORNING.replace(hour=23, minute=56))
    assert ("hand_up_general_manager", "warning", ("gm",)) in told(ticket)
    assert list(integrity.findings()) == []


def test_an_important_ticket_made_major_after_its_hour_keeps_the_breach(house: House) -> None:
    ticket = house.signed(severity=Severity.IMPORTANT)
    sweep(MORNING + 2 * HOUR)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.set_severity(ticket.pk, Severity.MINOR, "误判", by=house.reception)

    handed_up = timer(ticket, Target.HAND_UP_SUPERVISING_MANAGER)
    assert handed_up.state == TimerState.CANCELLED
    assert handed_up.breached_at == MORNING + HOUR


def test_a_level_that_fired_fires_again_only_where_its_new_moment_is_ahead(house: House) -> None:
    ticket = house.signed()  # minor: warned after 1.5 days, late after 2
    sweep(MORNING + 1.6 * DAY)
    with clock.standing_at(MORNING + 1.6 * DAY):
        services.set_severity(ticket.pk, Severity.IMPORTANT, "影响多户", by=house.reception)

    sweep(MORNING + 2.1 * DAY)
    assert [step[1] for step in told(ticket) if step[0] == "resolve"] == ["warning"]
    sweep(MORNING + 3 * DAY + MINUTE)
    assert [step[1] for step in told(ticket) if step[0] == "resolve"] == ["warning", "warning", "step_1"]
    assert list(integrity.findings()) == []


def test_changing_a_severity_that_somebody_set_needs_a_reason(house: House) -> None:
    ticket = house.report()

    with pytest.raises(NotPossible):
        services.set_severity(ticket.pk, Severity.MAJOR, "  ", by=house.reception)


def test_a_regrade_keeps_the_pauses(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等配件", by=house.engineer)
    with clock.standing_at(MORNING + 3 * HOUR):
        services.set_severity(ticket.pk, Severity.IMPORTANT, "影响多户", by=house.reception)
    with clock.standing_at(MORNING + 4 * HOUR):
        services.resume(ticket.pk, by=house.engineer)

    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY + 3 * HOUR
    assert list(integrity.findings()) == []


def test_a_wished_date_counts_once_the_desk_has_confirmed_it_and_only_while_minor(house: House) -> None:
    wished_on = MORNING.date() + 5 * DAY
    ticket = house.report(channel="api", wished_on=wished_on)
    # The desk registered it in this test's short way, so it counts at once.
    end_of_day = MORNING.replace(hour=0) + 6 * DAY
    assert timer(ticket, Target.RESOLVE).due_at == end_of_day

    services.set_severity(ticket.pk, Severity.IMPORTANT, "影响多户", by=house.reception)
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY
    services.set_severity(ticket.pk, Severity.MINOR, "只此一户", by=house.reception)
    assert timer(ticket, Target.RESOLVE).due_at == end_of_day.astimezone(SHANGHAI)
    assert list(integrity.findings()) == []


def test_a_regrade_moves_no_date_that_somebody_named(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.promise_resident(ticket.pk, "四点回电", MORNING + 6 * HOUR, by=house.reception)
        services.wait(ticket.pk, "等配件", by=house.engineer, until=MORNING + DAY)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.set_severity(ticket.pk, Severity.IMPORTANT, "影响多户", by=house.reception)

    assert timer(ticket, Target.PROMISE).due_at == MORNING + 6 * HOUR
    assert timer(ticket, Target.CHASE).due_at == MORNING + DAY
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + 3 * DAY + 23 * HOUR
    assert list(integrity.findings()) == []
