"""Repairs are urgent or not; what is dangerous has its on-site clock from the first second (C21)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Category, Ticket
from complaints.services import Report
from complaints.states import Kind, ReportChannel, Severity, Target
from complaints.tests.house import MORNING, House, timer
from complaints.tests.test_the_residents_api import FIRST, SECOND, Phone
from complaints.views.steps import is_whose, open_to
from portal.notifications.models import Message
from portal.organization.models import Membership, User
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.models import TimerState

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def category(code: str) -> Category:
    return Category.objects.get(code=code)


def limits(ticket: Ticket) -> dict[str, timedelta]:
    """By target how long after the reception it is due."""
    rows = ticket.timers.filter(state=TimerState.RUNNING).exclude(due_at=None).values_list("target", "due_at")
    return {target: due_at - ticket.received_at for target, due_at in rows}


@pytest.mark.parametrize("phone", [FIRST, SECOND])
@pytest.mark.parametrize("code", ["gas1", "gas"])
def test_gas_reported_by_app_is_urgent_from_the_first_second_however_it_is_named(
    house: House, phone: str, code: str
) -> None:
    repair = Ticket.objects.get(uuid=Phone(phone).report("有燃气味", kind="service_request", category=code)["id"])
    complaint = Ticket.objects.get(uuid=Phone(phone).report("楼道有燃气味", category=code)["id"])
    assert limits(repair)[Target.ARRIVE] == 30 * MINUTE
    assert limits(repair)[Target.MADE_SAFE] == 2 * HOUR
    assert limits(repair)[Target.RESOLVE] == 24 * HOUR
    assert limits(complaint)[Target.ARRIVE] == 30 * MINUTE
    assert complaint.severity in {Severity.IMPORTANT, Severity.MAJOR}
    for ticket in (repair, complaint):
        told = Message.objects.filter(kind="ticket.danger", params__number=ticket.number, channel="in_app")
        assert set(told.values_list("recipient__username", flat=True)) == {"supervisor"}


def test_danger_is_never_minor_neither_registered_nor_regraded(house: House) -> None:
    for kind in (Kind.COMPLAINT, Kind.SERVICE_REQUEST):
        ticket = house.report(kind=kind, category=category("gas1"), severity=Severity.MINOR)
        assert (ticket.severity, ticket.dangerous) == (Severity.IMPORTANT, True)
        with pytest.raises(NotPossible):
            services.set_severity(ticket.pk, Severity.MINOR, "没事", by=house.reception)


def test_an_ordinary_repair_has_two_days_and_an_urgent_one_a_day(house: House) -> None:
    tap = house.report(kind=Kind.SERVICE_REQUEST, category=category("water1"), severity=None, by=house.reception)
    drain = house.report(kind=Kind.HELP, category=category("water3"), severity=None)
    assert (Target.ARRIVE in limits(tap), limits(tap)[Target.RESOLVE]) == (False, 48 * HOUR)
    assert (limits(drain)[Target.ARRIVE], limits(drain)[Target.RESOLVE]) == (30 * MINUTE, 24 * HOUR)
    with clock.standing_at(MORNING + 10 * MINUTE):
        services.set_severity(tap.pk, Severity.MAJOR, "水漫出来了", by=house.reception)
        services.set_severity(drain.pk, Severity.MINOR, "已自行疏通", by=house.reception)
    tap.refresh_from_db()
    assert (tap.severity, limits(tap)[Target.ARRIVE]) == (Severity.IMPORTANT, 30 * MINUTE)
    assert timer(drain, Target.ARRIVE).state == timer(drain, Target.MADE_SAFE).state == TimerState.CANCELLED
    assert limits(drain)[Target.RESOLVE] == 48 * HOUR


def test_the_on_site_clock_runs_through_dispatch_and_sending_back(house: House) -> None:
    ticket = house.report(kind=Kind.SERVICE_REQUEST, category=category("water2"))
    with clock.standing_at(MORNING + 5 * MINUTE):
        services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)
        services.send_back(ticket.pk, "不归秩序部", by=house.guard)
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    assert limits(ticket)[Target.ARRIVE] == 30 * MINUTE
    assert ticket.timers.filter(target=Target.ARRIVE).count() == 1
    with clock.standing_at(MORNING + 20 * MINUTE):
        services.record_safe(ticket.pk, "已关闭总阀", by=house.engineer)
        services.record_safe(ticket.pk, "已关闭总阀", by=house.engineer)
    assert timer(ticket, Target.ARRIVE).state == timer(ticket, Target.MADE_SAFE).state == TimerState.MET
    assert ticket.events.filter(kind="made_safe").count() == 1


def test_nobody_is_on_site_for_a_department_that_has_not_got_it(house: House) -> None:
    lift, tap = house.report(category=category("lift1")), house.report(category=category("water1"))
    counter = house.departments["customer_service"]
    Membership.objects.create(user=house.reception, role=Role.DEPARTMENT_STAFF, site=house.site, department=counter)
    both = User.objects.get(pk=house.reception.pk)
    for ticket in (lift, tap):
        running = frozenset(limits(ticket))
        assert {"arrive", "made-safe"}.isdisjoint(spec.slug for spec in open_to(both, ticket, running))
        assert not is_whose("made-safe", both, ticket)
    with pytest.raises(NotYours):
        services.record_safe(lift.pk, "已放人", by=both)
    services.dispatch_ticket(lift.pk, counter, by=both)
    lift.refresh_from_db()
    assert is_whose("made-safe", both, lift)
    assert not is_whose("made-safe", house.engineer, lift)


def test_an_agreed_window_is_a_promise_that_moves_when_it_is_agreed_anew(house: House) -> None:
    first, second = (house.signed(kind=Kind.SERVICE_REQUEST, category=category("water1")) for _ in range(2))
    windows = [(MORNING + n * HOUR, MORNING + (n + 2) * HOUR) for n in (4, 26)]
    with clock.standing_at(MORNING + 20 * MINUTE):
        services.agree_window(first.pk, *windows[0], by=house.reception)
        services.agree_window(second.pk, *windows[1], by=house.engineer)
        services.agree_window(first.pk, *windows[1], by=house.reception)
    assert timer(first, Target.ARRIVE).due_at == timer(second, Target.ARRIVE).due_at == windows[1][1]
    with clock.standing_at(MORNING + 27 * HOUR):
        services.record_arrival(first.pk, by=house.engineer)
    assert timer(first, Target.ARRIVE).state == TimerState.MET
    assert timer(second, Target.ARRIVE).state == TimerState.RUNNING
    urgent = house.report(kind=Kind.SERVICE_REQUEST, category=category("water2"))
    for ticket, window in ((urgent, windows[0]), (second, (windows[0][1], windows[0][0]))):
        with clock.standing_at(MORNING + 20 * MINUTE), pytest.raises(NotPossible):
            services.agree_window(ticket.pk, *window, by=house.reception)


@pytest.mark.parametrize(("answer", "dangerous"), [("", True), ("yes", True), ("no", False)])
def test_the_desk_is_asked_about_a_broad_category(house: House, client: Client, answer: str, dangerous: bool) -> None:
    client.force_login(house.reception)
    page = client.get("/tickets/new/").content.decode()
    assert "是否有危险" in page or "in danger" in page
    typed: dict[str, Any] = {
        "request_key": "5b0e3d2c-6a55-4d38-9d0d-1f0a3a2f6e11",
        "kind": "service_request",
        "channel": "counter",
        "room": "8-1-1203",
        "category": "gas",
        "severity": "minor",
        "danger": answer,
        "description": "闻到味道",
    }
    assert client.post("/tickets/new/", typed).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.dangerous, ticket.severity != Severity.MINOR) == (dangerous, dangerous)


def test_a_post_of_the_forum_has_its_two_hours_wherever_it_was_registered(house: House) -> None:
    for channel in (ReportChannel.FORUM, ReportChannel.COUNTER):
        with clock.standing_at(MORNING):
            said = {"site": house.site, "kind": Kind.COMPLAINT, "channel": channel, "description": "电梯又停了"}
            ticket = services.register_ticket(Report(**said), by=house.reception)
        assert limits(ticket).get(Target.FORUM_REPLY) == (2 * HOUR if channel == ReportChannel.FORUM else None)
