"""Rounds, opening and closing, hats that stay out, what sales ask for: late is computed, told once, and proved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bar_service.errors import NotHere, Refused
from bar_service.figures import day_of, figures_of, late_in
from bar_service.hall import hall_of
from bar_service.models import BarTimer, BarTimerStep, GoodsHandover, Loan, Run, SalesRequest
from bar_service.promised import Target
from bar_service.services import plan_days
from bar_service.tests.bar import MORNING, K, Saloon, after
from portal.integrity import findings
from portal.notifications.models import Message
from portal.promises import clock, sweeping
from portal.promises.models import TimerEventKind, TimerState

NINE, EVENING = after(-60), after(11.5 * 60)


def told(saloon: Saloon, who: str) -> list[tuple[str, str]]:
    found = Message.objects.filter(recipient=saloon.house.people[who], channel="in_app", kind__startswith="bar.")
    return [(one.kind, one.params.get("target", "")) for one in found.order_by("pk")]


def rounds(saloon: Saloon) -> list[BarTimer]:
    return list(BarTimer.objects.filter(target=Target.VIP_ROUND).order_by("turn"))


def test_each_round_is_a_turn_and_a_late_one_is_told_once_and_stays_a_gap(saloon: Saloon) -> None:
    saloon.do(K.SEAT, table=saloon.room, size=3)
    saloon.do(K.ROUND, at=after(8), table=saloon.room)
    sweeping.sweep(after(18))
    assert told(saloon, "supervisor") == [], "at the limit itself nothing is late"
    sweeping.sweep(after(18.1))
    sweeping.sweep(after(25))
    assert told(saloon, "supervisor") == [("bar.timer", "vip_round")]
    assert hall_of(saloon.bar, after(29)).rooms[0].missed == 2
    saloon.do(K.ROUND, at=after(29), table=saloon.room)
    saloon.do(K.LEAVE, at=after(35), table=saloon.room)

    assert [(one.turn, one.state) for one in rounds(saloon)] == [
        (1, TimerState.MET), (2, TimerState.MET), (3, TimerState.CANCELLED),
    ]  # fmt: skip
    late = rounds(saloon)[1]
    assert (late.breached_at, late.met_at) == (after(18), after(29))
    assert late.events.filter(kind=TimerEventKind.BREACHED).count() == 1
    found = figures_of(saloon.bar, day_of(saloon.bar, MORNING.date()), after(60))
    assert (found.kept, found.missed) == (1, 2)
    assert list(findings()) == []


def test_a_round_pressed_in_time_that_arrives_late_is_kept_and_the_supervisor_hears_so(saloon: Saloon) -> None:
    saloon.do(K.SEAT, table=saloon.room, size=3)
    sweeping.sweep(after(15))
    saloon.do(K.ROUND, at=after(16), pressed=after(9), table=saloon.room)
    assert told(saloon, "supervisor") == [("bar.timer", "vip_round"), ("bar.round_in_time", "")]
    assert (rounds(saloon)[0].met_at, rounds(saloon)[1].due_at) == (after(9), after(19))
    period = day_of(saloon.bar, MORNING.date())
    assert (figures_of(saloon.bar, period, after(16)).missed, late_in(saloon.bar, period, after(16)).count()) == (0, 0)
    assert list(findings()) == []


def test_rounds_that_arrive_in_another_order_close_the_gap(saloon: Saloon) -> None:
    saloon.do(K.SEAT, table=saloon.room, size=3)
    saloon.do(K.ROUND, at=after(18), table=saloon.room)
    assert hall_of(saloon.bar, after(19)).rooms[0].missed == 1
    saloon.do(K.ROUND, at=after(20), pressed=after(9), by="bar_b", table=saloon.room)
    assert hall_of(saloon.bar, after(20)).rooms[0].missed == 0
    assert rounds(saloon)[-1].due_at == after(28), "the clock is not turned back"


def test_a_round_taken_back_lets_the_clock_run_on_as_before(saloon: Saloon) -> None:
    saloon.do(K.SEAT, table=saloon.room, size=3)
    act = saloon.do(K.ROUND, at=after(7), table=saloon.room)
    assert act is not None
    saloon.do(K.UNDO, at=after(7.1), act=act.pk)
    open_now = BarTimer.objects.open().get(target=Target.VIP_ROUND)
    assert (open_now.turn, open_now.due_at) == (1, after(10))
    sweeping.sweep(after(11))
    assert told(saloon, "supervisor") == [("bar.timer", "vip_round")]
    saloon.do(K.ROUND, at=after(12), table=saloon.room)
    assert list(findings()) == []


def test_the_opening_is_due_at_nine_on_the_wall_and_told_when_it_is_not_done(saloon: Saloon) -> None:
    with clock.standing_at(after(-180)):
        assert plan_days() == 2
        assert plan_days() == 0, "once a day"
    opening = BarTimer.objects.get(target=Target.BAR_READY)
    assert opening.due_at == NINE
    sweeping.sweep(NINE)
    assert told(saloon, "supervisor") == []
    sweeping.sweep(NINE + timedelta(seconds=1))
    sweeping.sweep(after(0))
    assert told(saloon, "supervisor") == [("bar.timer", "bar_ready")]


def test_the_opening_holds_the_days_opening_once_all_is_ticked_and_both_have_signed(saloon: Saloon) -> None:
    eight = after(-120)
    with pytest.raises(Refused) as refused:
        saloon.do(K.FINISH, at=eight, checklist="open")
    assert len(refused.value.reasons) == 2
    saloon.tick_all("open", at=eight)
    with pytest.raises(Refused):
        saloon.do(K.SIGN, at=eight, checklist="open", guard=saloon.house.people["reception"])
    with pytest.raises(Refused):
        saloon.do(K.SIGN, at=eight, checklist="open", guard=saloon.house.people["bar"])
    saloon.do(K.SIGN, at=eight, checklist="open", guard=saloon.house.people["guard"], remarks="钥匙 1 串")
    saloon.do(K.FINISH, at=after(-74), checklist="open")

    run = Run.objects.get(checklist="open")
    assert (run.done_at, run.done_by) == (after(-74), saloon.house.people["bar"])
    assert BarTimer.objects.get(target=Target.BAR_READY).state == TimerState.MET
    signed = GoodsHandover.objects.get()
    assert ["矿泉水", 100_000, "瓶"] in signed.counted
    with pytest.raises(Refused):
        saloon.do(K.UNTICK, at=after(-70), checklist="open", item=run.ticked[0])


def test_days_that_an_outage_swallowed_are_late_all_the_same(saloon: Saloon) -> None:
    with clock.standing_at(after(-180)):
        plan_days()
    with clock.standing_at(MORNING + timedelta(days=2)):
        plan_days()
    assert Run.objects.filter(checklist="open").count() == 3
    sweeping.sweep(MORNING + timedelta(days=2))
    assert told(saloon, "supervisor").count(("bar.timer", "bar_ready")) == 3


def test_the_bar_closes_with_nothing_left_open_and_says_what_is(saloon: Saloon) -> None:
    saloon.do(K.SEAT, at=after(0), table=saloon.table("A1"), size=2)
    saloon.do(K.ORDER, at=after(1), table=saloon.table("A1"), product=saloon.product())
    saloon.do(K.SEAT, at=after(0), table=saloon.table("A2"), size=2)
    saloon.do(K.LEAVE, at=after(9), table=saloon.table("A2"))
    saloon.do(K.LEND, at=after(2), gear=saloon.gear("H1"))
    saloon.do(K.LEND, at=after(2), gear=saloon.gear("H2"), to="赵先生")
    saloon.tick_all("close", at=EVENING)
    saloon.do(K.SIGN, at=EVENING, checklist="close", guard=saloon.house.people["guard"])
    with pytest.raises(Refused) as refused:
        saloon.do(K.FINISH, at=EVENING, checklist="close")
    said = " ".join(refused.value.reasons)
    assert "A1" in said
    assert "A2" in said
    assert "H1" in said
    assert "H2" not in said, "what is out under a name may stay out"
    saloon.do(K.SERVE, at=EVENING, table=saloon.table("A1"))
    saloon.do(K.LEAVE, at=EVENING, table=saloon.table("A1"))
    saloon.do(K.CLEAR, at=EVENING, table=saloon.table("A1"))
    saloon.do(K.CLEAR, at=EVENING, table=saloon.table("A2"))
    saloon.do(K.NAME, at=EVENING, gear=saloon.gear("H1"), to="钱女士")
    closing = saloon.do(K.FINISH, at=EVENING, checklist="close")

    with pytest.raises(Refused):
        saloon.do(K.SEAT, at=EVENING + timedelta(minutes=5), table=saloon.table("A1"), size=2)
    assert closing is not None
    saloon.do(K.UNDO, at=EVENING + timedelta(minutes=6), act=closing.pk)
    saloon.do(K.SEAT, at=EVENING + timedelta(minutes=7), table=saloon.table("A1"), size=2)
    assert list(findings()) == []


def test_a_hat_goes_out_comes_back_and_is_cleaned_before_the_next_head(saloon: Saloon) -> None:
    hat = saloon.gear()
    saloon.do(K.LEND, gear=hat, to="赵先生")
    with pytest.raises(Refused):
        saloon.do(K.LEND, at=after(1), gear=hat, to="钱女士")
    sweeping.sweep(after(119))
    assert told(saloon, "bar") == []
    sweeping.sweep(after(121))
    assert told(saloon, "bar") == [("bar.timer", "gear_back")], "two hours out: a reminder"
    saloon.do(K.RETURN, at=after(125), gear=hat)
    with pytest.raises(Refused):
        saloon.do(K.LEND, at=after(126), gear=hat, to="钱女士")
    saloon.do(K.CLEAN, at=after(130), gear=hat)
    saloon.do(K.LEND, at=after(131), gear=hat, to="钱女士")
    saloon.do(K.LOSE, at=after(140), gear=hat)
    assert Loan.objects.out().count() == 0
    assert BarTimerStep.objects.filter(timer__target=Target.GEAR_BACK, kind=TimerEventKind.BREACHED).count() == 1
    assert list(findings()) == []


def test_sales_ask_for_four_and_two_hats_in_ten_minutes(saloon: Saloon) -> None:
    said: dict[str, Any] = {"size": 4, "hats": 2, "hat_size": "L", "minutes": 10}
    saloon.do(K.ASK, by="sales", **said)
    assert told(saloon, "bar") == [("bar.request", "")]
    request = SalesRequest.objects.get()
    assert request.wanted_at == after(10)
    saloon.house.hire("sales_b", "salesperson", saloon.house.site, None)
    with pytest.raises(NotHere):
        saloon.do(K.WITHDRAW, by="sales_b", at=after(1), request=request.pk)
    sweeping.sweep(after(11))
    assert told(saloon, "supervisor") == [("bar.timer", "sales_request")]
    saloon.do(K.READY, at=after(12), request=request.pk)
    assert told(saloon, "sales") == [("bar.request_ready", "")]
    with pytest.raises(Refused):
        saloon.do(K.WITHDRAW, by="sales", at=after(13), request=request.pk)
    saloon.do(K.ASK, by="sales", at=after(20), **said)
    saloon.do(K.WITHDRAW, by="sales", at=after(21), request=SalesRequest.objects.latest("pk").pk)
    sweeping.sweep(after(60))
    assert told(saloon, "supervisor") == [("bar.timer", "sales_request")], "what is withdrawn is not late"
    assert list(findings()) == []


def test_a_question_is_answered_or_passed_to_sales(saloon: Saloon) -> None:
    sales = saloon.house.people["sales"]
    with pytest.raises(Refused):
        saloon.do(K.ENQUIRE, text="几梯几户？")
    with pytest.raises(Refused):
        saloon.do(K.ENQUIRE, text="几梯几户？", pass_to=saloon.house.people["reception"])
    saloon.do(K.ENQUIRE, text="几梯几户？", pass_to=sales)
    assert told(saloon, "sales") == [("bar.enquiry", "")]
    enquiry = saloon.bar.enquiries.get()
    saloon.house.hire("sales_b", "salesperson", saloon.house.site, None)
    with pytest.raises(NotHere):
        saloon.do(K.ANSWER, by="sales_b", enquiry=enquiry.pk, answer="x")
    saloon.do(K.ANSWER, by="sales", enquiry=enquiry.pk, answer="两梯四户")
    with pytest.raises(Refused):
        saloon.do(K.ANSWER, enquiry=enquiry.pk, answer="三梯六户")
