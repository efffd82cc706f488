"""A word given to the resident is a timer (C22); progress is told; after 20:00 the call at nine is promised (C8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from complaints import services
from complaints.errors import NotPossible
from complaints.models import Callback
from complaints.services import How
from complaints.states import CallbackOutcome, Kind, Severity, Status, Target
from complaints.tests.house import MORNING, House, timer, told
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_FOUR = MORNING + 6 * HOUR


def test_i_call_you_at_four_is_shown_to_whoever_is_on_duty_then_and_climbs_when_forgotten(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.promise_resident(ticket.pk, "四点给您电话", AT_FOUR, by=house.reception)
    ticket.refresh_from_db()
    assert (ticket.next_target, ticket.next_due_at) == (Target.PROMISE, AT_FOUR)

    sweep(AT_FOUR + timedelta(minutes=1))
    assert told(ticket) == [
        ("promise", "warning", ("reception", "reception_b")),
        ("promise", "step_1", ("supervisor",)),
    ]
    services.keep_promise(ticket.pk, 1, "已说明进度", by=house.reception_b)
    services.keep_promise(ticket.pk, 1, by=house.reception)
    assert ticket.events.filter(kind="promise_kept").count() == 1


def test_one_that_cannot_be_kept_is_moved_with_the_reason_and_the_old_time_stays_readable(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.promise_resident(ticket.pk, "四点给您电话", AT_FOUR, by=house.reception)
    with clock.standing_at(MORNING + 3 * HOUR):
        with pytest.raises(NotPossible):
            services.move_promise(ticket.pk, 1, AT_FOUR + HOUR, " ", by=house.reception)
        services.move_promise(ticket.pk, 1, AT_FOUR + HOUR, "师傅还在路上", by=house.reception)

    promise = timer(ticket, Target.PROMISE)
    assert (promise.term, promise.due_at, promise.breached_at) == (2, AT_FOUR + HOUR, None)
    assert datetime.fromisoformat(ticket.events.get(kind="promise_moved").details["was"]) == AT_FOUR
    assert list(integrity.findings()) == []


def test_a_message_after_eight_in_the_evening_promises_the_call_at_nine_and_keeps_the_ticket_open(house: House) -> None:
    evening = MORNING.replace(hour=21)
    ticket = house.signed(kind=Kind.ENQUIRY)
    with clock.standing_at(evening):
        services.resolve_ticket(ticket.pk, "已查明", by=house.engineer)
        services.inform_resident(ticket.pk, How.MESSAGE, "已查明，明早给您电话", by=house.reception)

    ticket.refresh_from_db()
    nine = (MORNING + DAY).replace(hour=9)
    assert (ticket.status, timer(ticket, Target.PROMISE).due_at) == (Status.INFORMED, nine)
    assert timer(ticket, Target.INFORM).state == TimerState.MET
    assert list(integrity.findings()) == []
    with clock.standing_at(nine - timedelta(minutes=5)):
        services.keep_promise(ticket.pk, 1, by=house.reception)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


def test_a_callback_does_not_close_over_a_word_still_to_be_kept(house: House) -> None:
    ticket = house.informed()
    with clock.standing_at(MORNING + 3 * HOUR):
        services.promise_resident(ticket.pk, "明天送来发票", MORNING + DAY, by=house.reception)
    with clock.standing_at(MORNING + 4 * HOUR):
        callback = Callback.objects.get(ticket=ticket)
        services.record_callback(
            callback.pk, CallbackOutcome.REACHED, satisfaction=5, solved=True, by=house.reception_b
        )
    ticket.refresh_from_db()
    assert ticket.status == Status.INFORMED
    assert list(integrity.findings()) == []
    with clock.standing_at(MORNING + 5 * HOUR):
        services.keep_promise(ticket.pk, 1, by=house.reception)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


def test_what_is_promised_for_later_than_two_days_has_its_news_from_the_signature_on(house: House) -> None:
    important, minor = house.signed(severity=Severity.IMPORTANT), house.signed()
    signed_at = MORNING + timedelta(minutes=10)
    assert timer(important, Target.PROGRESS).due_at == signed_at + 2 * DAY
    assert not minor.timers.filter(target=Target.PROGRESS).exists(), "its result is due before"
    with clock.standing_at(MORNING + DAY):
        services.resolve_ticket(important.pk, "换好了", by=house.engineer)
    assert timer(important, Target.PROGRESS).state == TimerState.CANCELLED


def test_while_the_result_is_far_the_resident_hears_how_it_stands_every_two_days(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等配件", by=house.engineer)
    assert timer(ticket, Target.PROGRESS).due_at == MORNING + HOUR + 2 * DAY

    with clock.standing_at(MORNING + DAY):
        services.reply_to_resident(ticket.pk, "配件后天到", by=house.reception)
    assert timer(ticket, Target.PROGRESS).state == TimerState.MET
    assert timer(ticket, Target.PROGRESS, turn=2).due_at == MORNING + 3 * DAY
    with clock.standing_at(MORNING + 2 * DAY):
        services.resume(ticket.pk, by=house.engineer)
        services.resolve_ticket(ticket.pk, "换好了", by=house.engineer)
    assert timer(ticket, Target.PROGRESS, turn=2).state == TimerState.CANCELLED
    assert list(integrity.findings()) == []
