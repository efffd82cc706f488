"""Now, and the wall screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.states import Severity
from complaints.tests.house import House, rows_of
from portal.promises.models import Heartbeat


@pytest.fixture
def client(house: House) -> Client:
    found = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    found.force_login(house.gm)
    return found


def test_every_figure_opens_the_rows_behind_it(client: Client, house: House) -> None:
    house.report(timezone.now() - timedelta(hours=1))
    house.report(timezone.now() - timedelta(minutes=20), severity=Severity.IMPORTANT)
    page = client.get("/dashboard/")
    figures = {str(figure["url"]): figure["n"] for figure in page.context["figures"]}
    for address, n in figures.items():
        if address == "#hand-ups":
            assert len(page.context["hand_ups"]) == n == 1, "one ticket, handed up to two"
            continue
        assert len(rows_of(client.get(address))) == n, address


@pytest.mark.parametrize(("seconds", "late"), [(5, False), (59, False), (75, True), (7200, True)])
def test_a_sweep_older_than_a_minute_is_an_alarm(client: Client, seconds: int, late: bool) -> None:
    Heartbeat.objects.update_or_create(
        name="sweep", defaults={"finished_at": timezone.now() - timedelta(seconds=seconds)}
    )
    page = client.get("/dashboard/")
    assert page.context["sweep"]["late"] is late
    assert ('role="alert"' in page.content.decode()) is late


def test_open_tickets_stand_by_severity_and_age_and_the_warning_names_what_will_be_late(
    client: Client, house: House
) -> None:
    now = timezone.now()
    for age in (timedelta(hours=1), timedelta(hours=20), timedelta(days=1, hours=20), timedelta(days=5)):
        house.signed(now - age)
    house.report(now - timedelta(hours=2), severity=Severity.MAJOR)
    page = client.get("/dashboard/")
    assert {line["severity"]: line["numbers"] for line in page.context["ages"]} == {
        "major": [1, 0, 0, 0, 1],
        "important": [0, 0, 0, 0, 0],
        "minor": [1, 1, 1, 1, 4],
    }
    (warning,) = page.context["warnings"]  # nobody resolved anything lately; one is late already
    assert "3 件轻微" in warning


def test_what_waits_for_this_person_s_word_is_listed(house: House) -> None:
    now = timezone.now()
    ticket = house.signed(now - timedelta(hours=1))
    services.ask_for_overtime(ticket.pk, now + timedelta(days=9), "等配件", by=house.engineering_head)
    for name, count in (("manager", 1), ("gm", 0)):
        client = Client()
        client.force_login(house.people[name])
        assert len(client.get("/dashboard/").context["approvals"]) == count


def test_the_wall_names_nobody_and_turns_red_without_a_sweep(client: Client, house: House) -> None:
    ticket = house.report(timezone.now() - timedelta(hours=1), severity=Severity.MAJOR, description="王建国说漏水")
    body = client.get("/dashboard/wall/").content.decode()
    for secret in ("王建国", house.homes[0].unit.room, ticket.number, "1380000"):
        assert secret not in body
    assert 'role="alert"' in body
    Heartbeat.objects.update_or_create(name="sweep", defaults={"finished_at": timezone.now()})
    assert 'role="alert"' not in client.get("/dashboard/wall/").content.decode()


def test_a_sweep_that_never_ran_is_an_alarm(client: Client) -> None:
    assert client.get("/dashboard/").context["sweep"]["late"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("supervisor", 200), ("leader", 200), ("director", 200), ("reception", 403), ("engineer", 403), ("bar", 403)],
)
def test_the_dashboard_is_for_those_who_answer_for_the_desk(house: House, name: str, status: int) -> None:
    client = Client()
    client.force_login(house.people[name])
    assert client.get("/dashboard/").status_code == status
