"""A resident asks for a visit through the app; the desk confirms it by a recorded call."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.tests.house import House, messages_of
from residents.access import issue_token
from visits.models import HomeVisit, VisitTimer
from visits.states import Status
from visits.tests.visiting import agree, book, done


def app_of(phone: str) -> Client:
    _stored, token = issue_token(phone)
    return Client(headers={"authorization": f"Bearer {token}"})


def ask(app: Client, key: str = "", **said: Any) -> Any:
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    times = [{"start": soon.isoformat(), "end": (soon + timedelta(hours=1)).isoformat()}]
    body = {"preferred_times": times, "subject": "想谈谈楼上漏水", **said}
    headers = {"Idempotency-Key": key} if key else {}
    return app.post("/api/v1/visits/", json.dumps(body), "application/json", headers=headers)


def test_who_asks_is_called_and_sees_the_agreed_time_and_who_comes(house: House) -> None:
    app = app_of("13800000001")
    answer = ask(app, "k1")
    again = ask(app, "k1")
    assert (answer.status_code, again.content == answer.content) == (201, True)
    visit = HomeVisit.objects.get()
    assert visit.status == Status.ASKED
    assert VisitTimer.objects.get(visit=visit).target == "confirm_visit"
    assert "visits.asked" in messages_of(house.reception)

    now = timezone.now()
    agree(house, visit, at=now, agreed=now + timedelta(days=2))
    (seen,) = app.get("/api/v1/visits/").json()["results"]
    assert (seen["status"], seen["visitors"]) == ("appointed", ["reception", "leader"])
    assert VisitTimer.objects.get(visit=visit, target="confirm_visit").state == "met"


def test_a_resident_sees_neither_others_visits_nor_what_staff_wrote(house: House) -> None:
    done(house, purpose="欠费，注意态度")
    book(house, home=1)
    assert app_of("13800000002").get("/api/v1/visits/").json()["results"] == []
    answer = app_of("13800000001").get("/api/v1/visits/")
    assert [one["status"] for one in answer.json()["results"]] == ["done"]
    assert "欠费" not in answer.content.decode()
    house.homes[0].until = timezone.localdate() - timedelta(days=1)
    house.homes[0].save()
    assert app_of("13800000001").get("/api/v1/visits/").json()["results"] == [], "who moved out sees nothing"


@pytest.mark.parametrize(
    "said",
    [
        {"preferred_times": []},
        {"preferred_times": [{"start": "2020-01-01T10:00:00Z", "end": "2020-01-01T11:00:00Z"}]},
        {"preferred_times": [{"start": "2090-01-01T10:00:00Z", "end": "2090-01-01T09:00:00Z"}]},
        {"subject": " "},
        {"unit": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(house: House, said: dict[str, Any]) -> None:
    assert ask(app_of("13800000001"), **said).status_code == 400
    assert not HomeVisit.objects.exists()
