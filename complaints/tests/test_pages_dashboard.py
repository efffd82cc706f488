"""The dashboard's one panel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

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
            assert len(page.context["hand_ups"]) == n == 2
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
