"""Short forms of the races on a live server, with their controls; and of two beats, of which one leads."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections, models

from complaints.services.change import Change
from complaints.tests.house import House
from drills import closing, counting, two_people
from portal import beat

RACES = 3
named = pytest.mark.parametrize("race", two_people.RACES, ids=lambda race: race.what)


@pytest.fixture
def there(live_server: Any, transactional_db: None) -> tuple[Any, House]:
    return SimpleNamespace(port=live_server.thread.port), House.build()


@named
def test_of_two_people_one_is_taken(there: tuple[Any, House], race: two_people.Race) -> None:
    assert [two_people.run_once(*there, race)[1] for _ in range(RACES)] == [1] * RACES
    assert counting.count().findings == ()


@named
def test_control_unprotected_both_are(
    there: tuple[Any, House], race: two_people.Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in ((models.QuerySet, "select_for_update"), (Change, "refuse_stale"), (Change, "write")):
        monkeypatch.setattr(place, name, getattr(place, name))  # to have it again afterwards
    two_people.unprotected()
    assert max(two_people.run_once(*there, race)[1] for _ in range(RACES)) == 2


def test_nothing_climbs_after_the_close(transactional_db: None) -> None:
    house = House.build()
    assert [closing.race(house)[1] for _ in range(RACES)] == [0] * RACES
    assert counting.count().findings == ()


def test_control_without_locks_it_does(transactional_db: None) -> None:
    assert closing.climbs_unprotected(House.build())


def test_of_two_beats_one_leads_and_the_other_follows_it(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "WAIT_SECONDS", 0.02)
    tried, leads = threading.Semaphore(0), threading.Event()
    ask = beat._ask

    def asked(*question: Any) -> object:
        answer = ask(*question)
        tried.release()
        return answer

    monkeypatch.setattr(beat, "_ask", asked)
    leader = beat.lead()
    tried.acquire()

    def follow() -> None:
        beat.lead().close()
        leads.set()
        connections.close_all()

    follower = threading.Thread(target=follow)
    follower.start()
    for _ in range(3):
        assert tried.acquire(timeout=20)
    assert not leads.is_set()
    leader.close()
    follower.join(20)
    assert leads.is_set()
