"""Merged, linked, helped with and watched: what belongs together (C19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, TransitionNotAllowed
from complaints.models import Callback, Ticket
from complaints.services.telling import How
from complaints.states import Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, rows_of, timer
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep
from residents.models import ApiAccount

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_late_ticket_merged_keeps_its_breach_and_nothing_of_it_climbs_any_more(house: House) -> None:
    earlier = house.signed()
    later = house.report(MORNING + HOUR, severity=Severity.IMPORTANT)
    sweep(MORNING + 3 * HOUR)
    with clock.standing_at(MORNING + 4 * HOUR):
        services.merge_tickets(later.pk, earlier.pk, by=house.reception)
        services.merge_tickets(later.pk, earlier.pk, by=house.reception)

    later.refresh_from_db()
    assert (later.status, later.merged_into_id) == (Status.MERGED, earlier.pk)
    dispatch = timer(later, Target.DISPATCH)
    assert (dispatch.state, dispatch.breached_at is not None) == (TimerState.CANCELLED, True)
    assert timer(later, Target.RESOLVE).state == TimerState.CANCELLED
    assert timer(later, Target.RESOLVE).breached_at is None, "cancelled, not breached"
    assert timer(earlier, Target.RESOLVE).due_at == MORNING + 3 * DAY, "the earliest start, the higher grade"
    assert earlier.events.filter(kind="absorbed").count() == 1
    sweep(MORNING + 30 * DAY)
    assert not later.timers.filter(levels_fired__gt=4).exists()
    assert list(integrity.findings()) == []


def test_what_was_promised_to_the_later_one_is_promised_on_the_earlier_one(house: House) -> None:
    earlier, later = house.signed(), house.report(MORNING + HOUR)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.promise_resident(later.pk, "四点给您电话", MORNING + 6 * HOUR, by=house.reception)
        services.merge_tickets(later.pk, earlier.pk, by=house.reception)

    assert timer(earlier, Target.PROMISE).due_at == MORNING + 6 * HOUR
    assert timer(later, Target.PROMISE).state == TimerState.CANCELLED


def test_an_earlier_ticket_is_not_merged_into_a_later_one_nor_anything_into_what_is_handled(house: House) -> None:
    earlier, later = house.signed(), house.report(MORNING + HOUR)
    done = house.informed(MORNING - DAY)
    with pytest.raises(NotPossible):
        services.merge_tickets(earlier.pk, later.pk, by=house.reception)
    with pytest.raises(NotPossible):
        services.merge_tickets(later.pk, done.pk, by=house.reception)
    with pytest.raises(TransitionNotAllowed):
        services.merge_tickets(done.pk, earlier.pk, by=house.reception)


def _two_households(house: House) -> tuple[Ticket, Ticket, Ticket]:
    """The first caller, the same household again, and the neighbour, all merged into the first one."""
    neighbour = {"unit": house.homes[1].unit, "resident": house.homes[1].resident}
    first, again = house.signed(), house.report(MORNING + HOUR)
    other = house.report(MORNING + HOUR, **neighbour)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.merge_tickets(other.pk, again.pk, by=house.reception)
        services.merge_tickets(again.pk, first.pk, by=house.reception)
    return first, again, other


def test_the_neighbour_merged_in_is_told_and_called_back_for_himself(house: House) -> None:
    first, again, other = _two_households(house)
    told_at = MORNING + 5 * HOUR
    with clock.standing_at(told_at - HOUR):
        services.resolve_ticket(first.pk, "换灯管", by=house.engineer)
        services.return_form(first.pk, by=house.engineering_head)
    with clock.standing_at(told_at):
        services.inform_resident(first.pk, How.PHONE, "灯已修好", by=house.reception)
        services.inform_resident(first.pk, How.PHONE, "灯已修好", by=house.reception)

    again.refresh_from_db()
    other.refresh_from_db()
    assert again.status == Status.MERGED, "the same household has heard"
    assert (other.status, other.merged_into_id, other.closed_at) == (Status.RESOLVED, None, None)
    assert timer(other, Target.INFORM).started_at == told_at
    assert other.events.filter(kind="came_back").get().text == "灯已修好"
    assert list(integrity.findings()) == []
    with clock.standing_at(told_at + HOUR):
        services.inform_resident(other.pk, How.PHONE, "楼道灯已修好", by=house.reception)
    assert set(Callback.objects.values_list("ticket", flat=True)) == {first.pk, other.pk}


def test_withdrawn_the_matter_goes_on_for_the_neighbour(house: House) -> None:
    first, again, other = _two_households(house)
    with clock.standing_at(MORNING + 5 * HOUR):
        services.withdraw_ticket(first.pk, resident=ApiAccount.objects.create(phone="13800000001"))
    again.refresh_from_db()
    other.refresh_from_db()
    assert (other.status, again.status) == (Status.REGISTERED, Status.MERGED)
    assert timer(other, Target.DISPATCH, turn=2).started_at == MORNING + 5 * HOUR
    assert timer(other, Target.RESOLVE, turn=2).due_at == MORNING + HOUR + 2 * DAY
    assert list(integrity.findings()) == []


def test_undone_the_merged_ticket_runs_on_as_before(house: House) -> None:
    earlier, later = house.signed(), house.report(MORNING + HOUR)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.merge_tickets(later.pk, earlier.pk, by=house.reception)
    with clock.standing_at(MORNING + 2 * HOUR + timedelta(minutes=5)):
        services.undo_last_step(later.pk, by=house.reception)

    later.refresh_from_db()
    assert (later.status, later.merged_into_id, later.closed_at) == (Status.REGISTERED, None, None)
    assert timer(later, Target.RESOLVE).due_at == MORNING + HOUR + 2 * DAY
    assert list(integrity.findings()) == []


def test_a_second_department_sees_and_writes_and_restarts_nothing(house: House) -> None:
    ticket = house.signed()
    guard = Client()
    guard.force_login(house.guard)
    assert guard.get(ticket.url).status_code == 404
    before = list(ticket.timers.values_list("pk", "due_at", "turn"))

    services.add_helper(ticket.pk, house.departments["security"], by=house.reception)

    assert messages_of(house.guard) == ["ticket.helping"]
    assert guard.get(ticket.url).status_code == 200
    assert ticket.number in rows_of(guard.get("/queue/?tab=all&helping=1"))
    assert ticket.number not in rows_of(guard.get("/queue/?tab=all"))
    services.note_handling(ticket.pk, "现场已拉警戒线", by=house.guard)
    assert list(ticket.timers.values_list("pk", "due_at", "turn")) == before
    services.remove_helper(ticket.pk, house.departments["security"], by=house.guard)
    assert guard.get(ticket.url).status_code == 404


def test_links_show_on_both_sides_and_only_to_who_may_see_them(house: House) -> None:
    ticket, other = house.signed(), house.report(description="同一根水管")
    services.link_tickets(ticket.pk, other.pk, by=house.reception)
    services.link_tickets(other.pk, ticket.pk, by=house.reception)

    desk, engineer = Client(), Client()
    desk.force_login(house.reception)
    engineer.force_login(house.engineer)
    assert other.number in desk.get(ticket.url).content.decode()
    assert f'href="{ticket.url}"' in desk.get(other.url).content.decode()
    assert f'href="{other.url}"' not in engineer.get(ticket.url).content.decode()
    assert Ticket.objects.get(pk=ticket.pk).links.count() == 1


def test_a_watcher_hears_of_every_step_once_and_can_stop(house: House) -> None:
    ticket = house.report()
    services.watch(ticket.pk, by=house.leader)
    with clock.standing_at(MORNING + timedelta(minutes=5)):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    assert messages_of(house.leader) == ["ticket.watched"]

    services.watch(ticket.pk, by=house.leader, watching=False)
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    assert messages_of(house.leader) == ["ticket.watched"]


def test_who_loses_sight_of_a_ticket_hears_of_it_no_more(house: House) -> None:
    ticket = house.signed()
    services.watch(ticket.pk, by=house.engineer_b)
    services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)
    services.sign_for_ticket(ticket.pk, by=house.guard)
    assert "ticket.watched" not in messages_of(house.engineer_b)


def test_what_a_department_has_is_not_sent_to_it_again_and_the_second_may_become_the_first(house: House) -> None:
    ticket = house.signed()
    with pytest.raises(NotPossible):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.add_helper(ticket.pk, house.departments["security"], by=house.reception)
    services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)
    ticket.refresh_from_db()
    assert ticket.also_with == []
