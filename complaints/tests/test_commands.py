"""What outsiders run: the demo's data, the explanation of a deadline, the sweep, the cross-check."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from complaints import services
from complaints.models import Callback, Ticket, TicketTimer
from complaints.states import Status
from complaints.tests.house import MORNING, House
from portal.organization.models import Department, Membership, User
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.sweeping import Tally, sweep
from residents.models import Residence, Resident, Unit

HOUR = timedelta(hours=1)


def printed(command: str, *arguments: str) -> Any:
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_demo_shows_every_state_and_owes_the_sweep_nothing(db: None) -> None:
    assert printed("seed_demo") == {"sites": 2, "units": 1188, "tickets": 400}

    assert set(Ticket.objects.values_list("status", flat=True)) == set(Status)
    assert all(row["n"] <= 40 for row in Ticket.objects.open().values("site").annotate(n=Count("pk")))
    assert sweep() == Tally()
    assert printed("check_integrity") == {"findings": []}
    assert Unit.objects.get(site__code="YJW", room="8-1-1203").status == "occupied"
    for number in ("13800000001", "13800000002", "13800000003"):
        assert Residence.objects.of_phone(number).get().unit.site.code == "YJW"
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role)
    assert not Membership.objects.filter(
        role=Role.DEPARTMENT_HEAD, department__code="greening", site__code="YJW"
    ).exists()
    assert set(Department.objects.filter(site__code="YJW").values_list("code", flat=True)) == {
        "engineering", "security", "cleaning", "greening", "customer_service",
    }  # fmt: skip
    assert User.objects.get(username="gm").check_password("front-desk-demo")
    printed("seed_demo")
    assert Ticket.objects.count() == 400, "a second time changes nothing"


@pytest.mark.django_db(transaction=True)
def test_a_benchmarks_tickets_are_copies_with_a_whole_history_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.management.commands.seed_demo.PLAYED", 400)
    monkeypatch.setattr("complaints.demo.crowd.OF_A_SITE", 800)  # so that further sites open
    now = clock.now()
    with clock.standing_at(now):
        made = printed("seed_demo", "--tickets", "900", "--residents", "3000")

    assert (made["tickets"], Ticket.objects.open().count(), Resident.objects.count()) == (900, 90, 3000)
    assert clock.now() - Ticket.objects.earliest("received_at").received_at < timedelta(days=365)
    assert printed("check_integrity") == {"findings": []}
    assert sweep(now) == Tally(), "what was due is copied as fired"
    copied = Ticket.objects.latest("pk")
    assert copied.reported_by is None or copied.reported_by.phone in copied.resident.phones.values_list(
        "number", flat=True
    )
    with connection.cursor() as cursor:
        back = connection.introspection.get_constraints(cursor, "complaints_ticket")
    assert {"ticket_lane_site", "complaints_ticket_number_key"} <= back.keys(), "what was laid aside is there again"


def test_the_explanation_of_a_ticket_says_start_limit_pauses_and_steps(house: House) -> None:
    ticket = house.signed()
    with clock.standing_at(MORNING + HOUR):
        services.wait(ticket.pk, "等配件", by=house.engineer)

    explained = printed("sla_explain", ticket.number)

    assert [timer["target"] for timer in explained["timers"]] == [
        "dispatch", "resolve", "sign", "chase", "progress",
    ]  # fmt: skip
    resolve = explained["timers"][1]
    assert set(resolve) == {
        "target", "round", "turn", "term", "policy", "calendar", "started_at", "due_at", "state", "breached_at",
        "met_at", "pauses", "steps",
    }  # fmt: skip
    assert (resolve["state"], resolve["due_at"]) == ("paused", None)
    assert resolve["pauses"] == [["2026-11-21T11:00:00+08:00", None]]
    assert [step["level"] for step in resolve["steps"]] == ["warning", "step_1", "step_2", "step_3", "step_4"]
    assert resolve["steps"][0]["to"] == ["department_staff"]
    with pytest.raises(CommandError, match="no ticket"):
        call_command("sla_explain", "YJW-20200101-0001")


def test_a_second_sweep_at_the_same_moment_prints_zeros(house: House, settings: Any) -> None:
    house.report()
    moment = (MORNING + HOUR).isoformat()

    assert printed("sweep", "--now", moment) == {"timers": 1, "warned": 1, "breached": 1, "climbed": 1}
    assert printed("sweep", "--now", moment) == {"timers": 0, "warned": 0, "breached": 0, "climbed": 0}
    settings.PRODUCTION = True
    for refused in (("sweep", "--now", moment), ("seed_demo",)):
        with pytest.raises(CommandError):
            call_command(*refused)


def met_by_hand(timers: Any) -> None:
    timers.update(state="met", met_at=MORNING, next_check_at=None)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda: TicketTimer.objects.filter(target="resolve").update(due_at=MORNING + 99 * HOUR), "deadline"),
        (lambda: TicketTimer.objects.filter(target="resolve").update(breached_at=MORNING), "breach"),
        (
            lambda: TicketTimer.objects.filter(target="callback").update(
                state="met", met_at=MORNING, next_check_at=None
            ),
            "met",
        ),
        (lambda: Ticket.objects.update(next_due_at=MORNING), "another next deadline"),
        (lambda: Callback.objects.all().delete(), "no callback"),
        (lambda: TicketTimer.objects.update(failures=10), "left to people"),
    ],
)
def test_the_cross_check_names_what_does_not_add_up(house: House, broken: Any, says: str) -> None:
    house.signed()
    house.informed()
    assert printed("check_integrity") == {"findings": []}

    broken()

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_integrity", "--json", stdout=out)
    assert any(says in finding for finding in json.loads(out.getvalue())["findings"])
