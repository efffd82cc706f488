"""V2-V6 as the desk says them: call first, two go in, wait at the door, and what becomes of each outcome."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Category, Ticket
from complaints.states import Kind as TicketKind
from complaints.states import ReportChannel
from complaints.tests.house import MORNING, House, messages_of
from portal import integrity
from portal.notifications.models import Message
from portal.promises import clock, sweeping
from visits import services
from visits.models import Assignment, HomeVisit, Opinion, VisitEvent, VisitTimerStep
from visits.services import Again, Call, Clash, Press
from visits.states import CallOutcome, EventKind, Kind, Status, Target
from visits.tests.visiting import AGREED, agree, appointed, at_the_door, book, done, timer


def test_a_visit_without_a_call_starts_only_with_a_reason(house: House) -> None:
    visit, press = book(house), Press(house.reception)

    with pytest.raises(NotPossible):
        services.start_visit(visit.pk, press, " ")
    assert services.start_visit(visit.pk, press, "路过，门开着").status == Status.UNDER_WAY
    assert services.start_visit(appointed(house, home=1).pk, press).uncalled_reason == ""


def test_a_call_that_met_nobody_is_no_agreement(house: House) -> None:
    visit = book(house)
    services.record_call(visit.pk, Press(house.reception), Call(CallOutcome.NO_ANSWER))

    assert HomeVisit.objects.get().status == Status.CALLED
    with pytest.raises(NotPossible):
        services.start_visit(visit.pk, Press(house.reception))


def test_one_alone_goes_in_only_with_a_reason_and_talks_at_the_door_without(house: House) -> None:
    visit, press = at_the_door(house), Press(house.reception)

    with pytest.raises(NotPossible):
        services.enter_home(visit.pk, press)
    services.enter_home(visit.pk, press, (), "独居老人摔倒")
    assert HomeVisit.objects.get().alone_reason == "独居老人摔倒"

    at_door = at_the_door(house, home=1)
    services.finish_visit(at_door.pk, press)
    assert HomeVisit.objects.get(pk=at_door.pk).entered_at is None

    two = at_the_door(house, home=2)
    services.enter_home(two.pk, press, [house.leader])
    assert set(Assignment.objects.filter(visit=two, went=True).values_list("user__username", flat=True)) == {
        "reception",
        "leader",
    }


def test_whoever_writes_it_down_is_not_there_because_of_that(house: House) -> None:
    """The desk presses for two who go: each of them is named, and one of them alone needs the reason."""
    visit, desk = at_the_door(house), Press(house.supervisor)
    with pytest.raises(NotPossible):
        services.enter_home(visit.pk, desk, [house.leader])
    services.enter_home(visit.pk, desk, [house.leader, house.reception])
    went = Assignment.objects.filter(visit=visit, went=True).values_list("user__username", flat=True)
    assert set(went) == {"leader", "reception"}
    other = at_the_door(house, home=1)
    with pytest.raises(NotPossible):
        services.enter_home(other.pk, desk, (), "只有一个人")


def test_going_long_before_the_agreed_time_needs_a_word(house: House) -> None:
    visit, press = appointed(house), Press(house.reception)
    with clock.standing_at(AGREED - timedelta(hours=12)):
        with pytest.raises(NotPossible):
            services.start_visit(visit.pk, press)
        services.start_visit(visit.pk, press, "业主来电说漏水，请马上来")
    assert VisitEvent.objects.get(visit=visit, kind="started").text == "业主来电说漏水，请马上来"
    in_time = appointed(house, home=1)
    with clock.standing_at(AGREED + timedelta(minutes=30)):
        services.start_visit(in_time.pk, press)


def test_the_second_knock_waits_for_half_a_minute(house: House) -> None:
    visit, press = at_the_door(house), Press(house.reception)
    with clock.standing_at(AGREED):
        services.knock(visit.pk, press)
    with clock.standing_at(AGREED + timedelta(seconds=29)), pytest.raises(NotPossible, match="1"):
        services.knock(visit.pk, press)
    with clock.standing_at(AGREED + timedelta(seconds=30)):
        assert services.knock(visit.pk, press).knocks == 2


def test_nobody_home_is_tried_again_at_another_time_of_the_week_and_the_third_by_phone(house: House) -> None:
    visit, press = at_the_door(house), Press(house.reception)
    bands = []
    assert services.next_try(visit, AGREED.date()).band == "evening", "as it is offered before anything is written"
    for _try in range(2):
        with clock.standing_at(AGREED + timedelta(minutes=5)):
            services.nobody_home(visit.pk, press, Again(), note_left=True)
        visit = HomeVisit.objects.get(follows=visit)
        bands.append(visit.band)
        with clock.standing_at(AGREED):
            if visit.attempt < 3:
                services.start_visit(visit.pk, press, "顺路")
    assert bands[0] == "evening", "a Saturday was tried already"
    assert visit.attempt == 3
    with pytest.raises(NotPossible), clock.standing_at(AGREED):
        services.start_visit(visit.pk, press, "顺路")

    agree(house, visit, at=AGREED, agreed=AGREED + timedelta(hours=1))
    with clock.standing_at(AGREED + timedelta(hours=1)):
        services.start_visit(visit.pk, press)
        services.nobody_home(visit.pk, press, Again())
    assert not HomeVisit.objects.open().exists(), "three times is enough: the home rests"


def test_a_visit_that_is_moved_keeps_its_people_at_the_new_time(house: House) -> None:
    visit = at_the_door(house)
    call = Call(CallOutcome.AGREED, agreed_at=AGREED + timedelta(days=1), minutes=45)
    with clock.standing_at(AGREED):
        services.move_visit(visit.pk, Press(house.reception), Again(call=call), "孩子睡着了")
    following = HomeVisit.objects.get(follows=visit)

    assert (following.status, following.minutes) == (Status.APPOINTED, 45)
    assert {user.username for user in following.going} == {"reception", "leader"}
    assert timer(following, Target.COME).due_at == AGREED + timedelta(days=1, minutes=30)


def test_who_refuses_is_not_asked_again_this_year(house: House) -> None:
    visit = book(house)
    services.record_call(visit.pk, Press(house.reception), Call(CallOutcome.REFUSED, remarks="不需要"))

    assert HomeVisit.objects.get().status == Status.REFUSED
    with clock.standing_at(MORNING):
        drawn = services.next_round(house.site, MORNING.date())
    assert visit.unit_id not in {unit.pk for unit, _pick in drawn.picks}


def test_each_opinion_becomes_one_ticket_in_one_step(house: House) -> None:
    visit, press = at_the_door(house), Press(house.reception)
    topic = Category.objects.filter(parent=None)[0]
    services.note_opinion(visit.pk, press, "地库到九楼电梯有异响", topic, TicketKind.SUGGESTION)
    services.note_opinion(visit.pk, press, "快递柜旁边装一盏灯", topic)
    first, second = Opinion.objects.order_by("pk")

    tickets = {services.make_ticket(second.pk, TicketKind.SUGGESTION, press).pk for _press in range(2)}
    assert Ticket.objects.count() == 2
    assert first.ticket is not None
    assert first.ticket.channel == ReportChannel.VISIT
    assert first.ticket.category == topic
    assert first.ticket.unit_id == visit.unit_id
    assert len(tickets) == 1


def test_nobody_is_in_two_homes_at_once_and_the_words_say_when_both_are_free(house: House) -> None:
    appointed(house)
    other = book(house, home=1)
    with pytest.raises(Clash) as refused:
        agree(house, other, agreed=AGREED + timedelta(minutes=20))

    assert "reception" in refused.value.user_message
    assert "15:00" in refused.value.user_message
    assert refused.value.next_free == AGREED + timedelta(minutes=30)
    agree(house, other, agreed=AGREED + timedelta(minutes=30))  # one ends as the other begins
    span = Assignment.objects.filter(visit=other)[0].during
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(visit=book(house, home=2), user=house.leader, during=span)


def test_a_missed_visit_climbs_like_any_promise_and_is_told_once(house: House) -> None:
    visit = appointed(house)
    sweeping.sweep(AGREED + timedelta(minutes=31))
    sweeping.sweep(AGREED + timedelta(minutes=31))
    assert messages_of(house.supervisor).count("visits.timer") == 1
    sweeping.sweep(AGREED + timedelta(hours=5))
    assert messages_of(house.ops).count("visits.timer") == 1
    assert not Message.objects.filter(params__icontains="1203").exists()

    with clock.standing_at(AGREED + timedelta(hours=6)):
        services.start_visit(visit.pk, Press(house.reception))
    come = timer(visit, Target.COME)
    assert come.breached_at == AGREED + timedelta(minutes=30)
    assert come.met_at == AGREED + timedelta(hours=6)
    assert VisitTimerStep.objects.filter(timer=come, kind="breached").count() == 1
    assert list(integrity.findings()) == []


def test_who_was_not_home_is_booked_again_in_time(house: House) -> None:
    visit = at_the_door(house)
    with clock.standing_at(AGREED + timedelta(minutes=5)):
        services.nobody_home(visit.pk, Press(house.reception), Again())
    again = HomeVisit.objects.get(follows=visit)
    assert timer(again, Target.REBOOK).due_at == AGREED + timedelta(days=3, minutes=5)
    agree(house, again, at=AGREED + timedelta(days=1), agreed=AGREED + timedelta(days=2))
    assert timer(again, Target.REBOOK).state == "met"


def test_a_press_that_arrives_twice_counts_once_and_with_its_own_moment(house: House) -> None:
    visit = appointed(house)
    press = Press(house.reception, uuid4(), AGREED)
    for arrived in (10, 11):
        with clock.standing_at(AGREED + timedelta(minutes=arrived)):
            services.start_visit(visit.pk, press)
    started = VisitEvent.objects.get(kind=EventKind.STARTED)
    assert (started.at, started.noted_at) == (AGREED, AGREED + timedelta(minutes=10))
    assert timer(visit, Target.COME).breached_at is None, "it was begun in time; only the news came late"


def test_what_cannot_follow_is_refused(house: House) -> None:
    visit, press = done(house), Press(house.reception)
    for act in (services.start_visit, services.knock, services.finish_visit):
        with pytest.raises(TransitionNotAllowed):
            act(visit.pk, press)
    with pytest.raises(NotYours):
        services.knock(at_the_door(house, home=1).pk, Press(house.guard))


def test_who_comes_along_from_a_department_acts_on_that_visit_alone(house: House) -> None:
    visit = agree(house, book(house), people=(house.reception, house.engineer))
    assert set(HomeVisit.objects.visible_to(house.engineer)) == {visit}
    with clock.standing_at(AGREED):
        services.start_visit(visit.pk, Press(house.engineer))
        services.finish_visit(visit.pk, Press(house.engineer))
    assert not HomeVisit.objects.visible_to(house.engineer).exists()
    with pytest.raises(NotYours):
        services.change_staff(appointed(house, home=1).pk, Press(house.engineer), [house.engineer])


def test_a_care_visit_says_what_for(house: House) -> None:
    with pytest.raises(NotPossible):
        book(house, kind=Kind.CARE, purpose=" ")
    ticket = house.informed(MORNING)
    visit = book(house, kind=Kind.FOLLOW_UP, ticket=ticket, purpose="阳台渗水复查")
    assert visit.ticket == ticket


def test_everything_adds_up_after_every_outcome(house: House) -> None:
    done(house)
    at_the_door(house, home=1)
    visit = appointed(house, home=2, kind=Kind.CARE)
    services.cancel_visit(visit.pk, Press(house.reception), "住户出差")
    assert list(integrity.findings()) == []
