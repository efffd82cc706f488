"""Handing up 转呈: every important or major ticket reaches its managers, and the page says so only where it did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from complaints import integrity, services
from complaints.models import Category, Ticket, TicketEvent
from complaints.services import Report
from complaints.services.missed_messages import missed_hand_ups, missed_steps, tell_missed
from complaints.states import EventKind, Kind, ReportChannel, Severity, Target
from complaints.tests.house import MORNING, House, timer
from portal.notifications import outbox, sender
from portal.notifications.models import Message
from portal.notifications.outbox import MessageConflict
from portal.promises import clock
from portal.promises.sweeping import sweep
from residents.models import ApiAccount

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TO_MANAGER = {Target.HAND_UP_SUPERVISING_MANAGER, Target.VIA_OPERATIONS}
TO_GENERAL_MANAGER = {Target.HAND_UP_GENERAL_MANAGER, Target.VIA_OPERATIONS}


def handed_up(ticket: Ticket) -> dict[str, set[str]]:
    """By user name, what was handed up to them about this ticket."""
    rows = Message.objects.filter(kind="ticket.handed_up", channel="in_app", params__number=ticket.number)
    found: dict[str, set[str]] = {}
    for name, targets in rows.values_list("recipient__username", "params__targets"):
        found.setdefault(name, set()).update(targets)
    return found


def registered(house: House) -> Ticket:
    return house.report(severity=Severity.IMPORTANT)


def regraded(house: House) -> Ticket:
    ticket = house.report()
    services.set_severity(ticket.pk, Severity.IMPORTANT, "孩子受惊", by=house.reception)
    return ticket


def merged_into_a_lower_grade(house: House) -> Ticket:
    ticket = house.report()
    services.merge_tickets(house.report(MORNING + HOUR, severity=Severity.IMPORTANT).pk, ticket.pk, by=house.reception)
    return ticket


def reopened(house: House) -> Ticket:
    ticket = house.informed(severity=Severity.IMPORTANT)
    Message.objects.filter(params__number=ticket.number).delete()  # of the first round
    services.reopen_ticket(ticket.pk, "又坏了", by=house.reception)
    return ticket


@pytest.mark.parametrize("way", [registered, regraded, merged_into_a_lower_grade, reopened])
def test_two_important_tickets_both_reach_their_managers(house: House, way: Callable[[House], Ticket]) -> None:
    first, second = way(house), way(house)
    for ticket in (first, second):
        assert handed_up(ticket) == {"manager": TO_MANAGER, "ops": TO_MANAGER}, ticket.number
    assert missed_hand_ups() == []


def test_two_residents_who_report_what_is_important_by_app_hand_up_each(house: House) -> None:
    category = Category.objects.filter(severity=Severity.IMPORTANT).earliest("pk")
    tickets = []
    for home in house.homes[:2]:
        account = ApiAccount.objects.create(phone=home.resident.phones.get().number)
        said = {"category": category, "unit": home.unit, "description": "消防通道被堵"}
        report = Report(site=house.site, kind=Kind.COMPLAINT, channel=ReportChannel.API, **said)
        tickets.append(services.register_ticket(report, resident=account))
    assert [handed_up(ticket).keys() for ticket in tickets] == [{"manager", "ops"}] * 2


def test_a_manager_who_registers_it_himself_has_the_proof_too(house: House) -> None:
    ticket = house.report()
    services.set_severity(ticket.pk, Severity.MAJOR, "燃气", by=house.supervisor)
    assert handed_up(ticket) == {"gm": TO_GENERAL_MANAGER, "ops": TO_GENERAL_MANAGER}


def test_one_event_tells_one_person_once_and_the_hand_up_wins(house: House) -> None:
    house.hire("both", house.supervisor.memberships.get().role, house.site, None)
    ticket = house.informed(severity=Severity.IMPORTANT)
    services.reopen_ticket(ticket.pk, "又坏了", by=house.reception)
    keys = Message.objects.filter(channel="in_app").values_list("key", "recipient")
    assert len(set(keys)) == len(keys)
    assert handed_up(ticket)["manager"] == TO_MANAGER


def test_the_page_says_handed_up_only_where_the_message_stands_in_the_bell(house: House, client: Client) -> None:
    ticket = house.report(severity=Severity.IMPORTANT)
    client.force_login(house.reception)
    client.cookies["django_language"] = "zh-hans"
    assert "尚未转呈" in client.get(ticket.url).content.decode(), "queued is not in the bell"
    sender.send_waiting(MORNING + HOUR)
    page = client.get(ticket.url).content.decode()
    assert "尚未转呈" not in page
    assert "转呈，未阅知" in page


def test_two_different_things_never_share_a_key(house: House) -> None:
    def message(kind: str) -> list[outbox.Outgoing]:
        return outbox.messages_for([house.gm.pk], key="x:1", kind=kind, params={}, link="", now=MORNING)

    outbox.put(message("ticket.reminded"))
    outbox.put(message("ticket.reminded"), told_before=True)
    with pytest.raises(MessageConflict):
        outbox.put(message("ticket.reminded"))
    with pytest.raises(MessageConflict):
        outbox.put(message("ticket.handed_up"), told_before=True)
    with pytest.raises(MessageConflict):
        outbox.put(outbox.messages_for([house.gm.pk], key="ticket:None:1", kind="x", params={}, link="", now=MORNING))


def lose(**which: object) -> None:
    """As an earlier version did: the rows are not there."""
    Message.objects.filter(**which).delete()


def test_what_was_lost_is_found_told_once_a_person_and_then_adds_up(house: House) -> None:
    open_ones = [house.report(severity=Severity.IMPORTANT) for _ in range(2)]
    over = house.informed(severity=Severity.MAJOR)
    with clock.standing_at(MORNING + DAY):
        services.acknowledge(over.pk, by=house.gm)
        services.acknowledge(over.pk, by=house.ops)
    sweep(MORNING + 2 * HOUR)
    steps = len(missed_steps())
    lose(kind="ticket.handed_up")
    lose(kind="ticket.timer", params__level="step_1", params__number=open_ones[0].number)
    assert steps == 0
    assert {one.number for one in missed_hand_ups()} == {one.number for one in (*open_ones, over)}
    assert {one.number for one in missed_steps()} == {open_ones[0].number}
    assert any("stands in nobody's bell" in said for said in integrity.findings())

    with clock.standing_at(MORNING + 3 * HOUR):
        told = tell_missed()
    assert (told.written_off, len(told.people) >= 2) == (2, True)
    assert handed_up(open_ones[0]) == handed_up(open_ones[1]) == {"manager": TO_MANAGER, "ops": TO_MANAGER}
    assert handed_up(over) == {}, "over: its history says that nobody was told"
    assert TicketEvent.objects.filter(ticket=over, kind=EventKind.NOT_TOLD).count() == 1
    assert list(integrity.findings()) == []
    sender.send_waiting(MORNING + 3 * HOUR)
    late = Message.objects.filter(recipient=house.manager, sent_at__isnull=False, created_at=MORNING + 3 * HOUR)
    assert late.values("delivery").distinct().count() == 1, "one message a person"
    assert (tell_missed().told, tell_missed().written_off) == (0, 0)


@pytest.mark.parametrize("lost", ["mention", "reminder"])
def test_a_mention_or_reminder_without_its_message_is_found(house: House, lost: str) -> None:
    tickets = [house.signed(), house.signed()]
    for ticket in tickets:
        if lost == "mention":
            services.note_inside(ticket.pk, "@supervisor 请看", by=house.reception)
        else:
            services.remind_holder(ticket.pk, by=house.reception)
    assert list(integrity.findings()) == []
    kind = "ticket.named" if lost == "mention" else "ticket.reminded"
    lose(kind=kind, params__number=tickets[1].number)
    found = list(integrity.findings())
    assert len(found) == 1
    assert found[0].startswith(tickets[1].number)


def test_an_undone_step_misses_no_message(house: House) -> None:
    ticket = house.report()
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.undo_last_step(ticket.pk, by=house.reception)
    assert list(integrity.findings()) == []


def test_the_old_message_of_a_hand_up_is_named_by_its_event(house: House) -> None:
    """What the earlier version did write counts, for its own reader alone."""
    from importlib import import_module

    first, second = house.report(severity=Severity.IMPORTANT), house.report(severity=Severity.MAJOR)
    legacy = import_module("complaints.migrations.0028_hand_ups_name_their_event").FORWARDS
    Message.objects.filter(params__number=second.number, recipient=house.ops).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET key = 'ticket:None:1:handed_up', params = params - 'targets' - 'round'"
            " WHERE kind = 'ticket.handed_up'"
        )
        cursor.execute(legacy)
    assert {(one.number, one.target) for one in missed_hand_ups()} == {(second.number, Target.VIA_OPERATIONS)}
    assert handed_up(first) == {"manager": {Target.HAND_UP_SUPERVISING_MANAGER}, "ops": {Target.VIA_OPERATIONS}}
    assert timer(second, Target.HAND_UP_GENERAL_MANAGER).is_open
