"""Redis is a bell: refusing connections, or taking them and never answering, it delays nothing that was promised."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Ticket, TimerStep
from complaints.states import Status
from complaints.tests.house import PASSWORD, House, messages_of
from portal import health
from portal.api import rates
from portal.notifications.models import Message
from portal.promises import clock, heartbeat, tasks
from residents.access import issue_token

JSON = "application/json"


class NoRedis:
    """Where Redis should be; ``asked`` counts who came."""

    def __init__(self, answers: bool) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/0"
        self.asked = 0
        self._held: list[socket.socket] = []
        self._taker: threading.Thread | None = None
        if answers:
            self._socket.close()  # refuses from here on
        else:
            self._taker = threading.Thread(target=self._take_and_say_nothing)
            self._taker.start()

    def _take_and_say_nothing(self) -> None:
        while True:
            try:
                held, _address = self._socket.accept()
            except OSError:
                return
            self.asked += 1
            self._held.append(held)

    def close(self) -> None:
        if self._taker is not None:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the taker
            self._taker.join()
        self._socket.close()
        for held in self._held:
            held.close()


@pytest.fixture(params=["refusing", "hung"])
def redis(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[NoRedis]:
    with closing(NoRedis(answers=request.param == "refusing")) as gone:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = gone.url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": gone.url}}
        monkeypatch.setattr("portal.api.rates._resting_until", 0.0)
        yield gone


def resident() -> Client:
    _stored, token = issue_token("13800000001")
    return Client(headers={"authorization": f"Bearer {token}"})


def test_a_resident_reports_and_follows_as_ever(house: House, redis: NoRedis) -> None:
    phone = resident()
    for n in range(10):
        made = phone.post("/api/v1/tickets/", {"kind": "complaint", "description": f"第{n}次"}, JSON)
        assert made.status_code == 201
        assert phone.get(f"/api/v1/tickets/{made.json()['id']}/").status_code == 200

    assert Ticket.objects.count() == 10
    assert made["RateLimit-Remaining"] == made["RateLimit-Limit"], "everybody is let through"
    # The first one finds out, and for a while the others leave Redis alone.
    assert redis.asked <= 1


def test_after_a_while_redis_is_asked_again(house: House, redis: NoRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = resident()
    asked: list[str] = []
    count = rates._count
    monkeypatch.setattr(rates, "_count", lambda key, window: asked.append(key) or count(key, window))

    phone.get("/api/v1/me/")
    phone.get("/api/v1/me/")
    assert len(asked) == 1
    monkeypatch.setattr("portal.api.rates._resting_until", 0.0)  # the rest is over
    phone.get("/api/v1/me/")
    assert len(asked) == 2


def test_codes_and_tokens_are_given_out(house: House, redis: NoRedis, capsys: pytest.CaptureFixture[str]) -> None:
    app = Client()
    assert app.post("/api/v1/auth/code/", {"phone": "13800000001"}, JSON).status_code == 202
    code = capsys.readouterr().out.split("one-time code ")[1][:6]
    assert app.post("/api/v1/auth/token/", {"phone": "13800000001", "code": code}, JSON).status_code == 200


def test_staff_sign_in_see_the_queue_and_take_a_step(house: House, redis: NoRedis) -> None:
    house.reception.set_password(PASSWORD)
    house.reception.save()
    ticket = house.report()
    desk = Client()

    assert desk.post("/login/", {"username": "reception", "password": PASSWORD}).status_code == 302
    assert ticket.number in desk.get("/queue/").content.decode()
    sent = {"department": house.departments["engineering"].pk}
    assert desk.post(f"/tickets/{ticket.number}/dispatch/", sent).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.DISPATCHED
    assert redis.asked == 0, "pages have no need of Redis"


def test_what_waits_is_swept_and_sent_by_the_workers_own_loop(house: House, redis: NoRedis) -> None:
    now = clock.now()
    ticket = house.report(now - timedelta(days=2))
    assert not TimerStep.objects.filter(timer__ticket=ticket, level="warning").exists()

    tasks.sweep()

    assert TimerStep.objects.filter(timer__ticket=ticket, level="step_1").exists()
    assert messages_of(house.supervisor) or messages_of(house.reception)
    assert not Message.objects.waiting(timezone.now()).exists()
    assert heartbeat.last("sweep") >= now
    assert heartbeat.last("sender") >= now
    assert redis.asked == 0


@pytest.mark.django_db(transaction=True)
def test_the_health_page_says_that_redis_and_nothing_else_is_down(redis: NoRedis, client: Client) -> None:
    for _ in range(3):
        answer = client.get("/health/")
        assert (answer.status_code, json.loads(answer.content)) == (503, {"status": "down", "down": ["redis"]})
        assert client.get("/api/v1/health/").json() == {"status": "down", "down": ["redis"]}
    assert client.get("/health/live/").status_code == 200
    assert redis.asked <= 6, "one connection for each question"


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_for_health_do_not_keep_the_balancer_from_its_answer(redis: NoRedis, client: Client) -> None:
    """What hangs takes its own askers and not the database's."""
    with ThreadPoolExecutor(24) as askers:
        asked = [askers.submit(health.what_is_down) for _ in range(24)]
        assert client.get("/health/live/").status_code == 200
    assert [down.result() for down in asked] == [["redis"]] * 24


def test_many_who_ask_first_at_once_share_one_line_to_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def slowly(*_address: Any, **_options: Any) -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(rates.redis.Redis, "from_url", slowly)
    rates._client.cache_clear()
    with ThreadPoolExecutor(8) as first_requests:
        used = list(first_requests.map(lambda _n: rates._counts(), range(8)))
    rates._client.cache_clear()

    assert len(made) == 1, "the one that is thrown away closes the line under whoever uses it"
    assert set(used) == {made[0]}
