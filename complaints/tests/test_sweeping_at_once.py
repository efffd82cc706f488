"""Three sweeps at once and a worker killed in the middle change nothing; each with a control that fails unprotected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, models

from complaints.models import TimerStep
from complaints.tests.house import MORNING, House
from portal.notifications.models import Message
from portal.promises import sweeping
from portal.promises.models import TimerEventKind

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]

TICKETS = 40
LATE = MORNING + timedelta(minutes=11)  # every dispatch has warned and passed its limit
LEVELS = 2 * TICKETS


def steps_fired() -> int:
    return TimerStep.objects.filter(kind=TimerEventKind.LEVEL_FIRED).count()


def told_in_app() -> int:
    return Message.objects.filter(channel="in_app").count()


@pytest.fixture
def late_tickets(transactional_db: None) -> None:
    house = House.build()
    for _ in range(TICKETS):
        house.report()


def three_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three threads that have all claimed before one of them writes, if the claims let them."""
    meeting = threading.Barrier(3)
    write = sweeping._write

    def write_together(*args: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        write(*args)

    monkeypatch.setattr(sweeping, "_write", write_together)

    def one() -> None:
        try:
            with suppress(Exception):  # in the control the database may refuse one of them
                sweeping.sweep(LATE)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_three_sweeps_at_once_fire_each_level_once(late_tickets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    three_sweeps(monkeypatch)

    assert steps_fired() == LEVELS
    assert told_in_app() == 2 * TICKETS + TICKETS  # two at the desk are warned, then the supervisor is told
    assert sweeping.sweep(LATE) == sweeping.Tally()


def test_control_without_locks_and_constraint_levels_fire_twice(
    late_tickets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr("portal.notifications.outbox._refuse_conflicts", lambda rows, **_options: None)
    with without_the_constraint():
        three_sweeps(monkeypatch)
        assert steps_fired() > LEVELS
        connection.cursor().execute("TRUNCATE complaints_timerstep")


@contextmanager
def without_the_constraint() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.execute("DROP INDEX timerstep_level_once")
    try:
        yield
    finally:
        [constraint] = [c for c in TimerStep._meta.constraints if c.name == "timerstep_level_once"]
        with connection.schema_editor() as editor:
            editor.add_constraint(TimerStep, constraint)


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from portal.promises import sweeping

if "unprotected" in sys.argv:
    from contextlib import nullcontext
    from django.db import models
    sweeping.transaction.atomic = nullcontext
    models.QuerySet.select_for_update = lambda rows, **_options: rows

update = sweeping._update_timers
def update_and_die(*args):
    update(*args)
    os.kill(os.getpid(), signal.SIGKILL)
sweeping._update_timers = update_and_die
sweeping.sweep(datetime.fromisoformat(sys.argv[1]))
"""


def killed_worker(*options: str) -> None:
    """A sweep in a process of its own that is killed between its two writes."""
    settings = connection.settings_dict
    host, user = settings.get("HOST") or settings.get("OPTIONS", {}).get("host", ""), settings["USER"]
    port = f"&port={settings['PORT']}" if settings.get("PORT") else ""
    password = f":{settings['PASSWORD']}" if settings.get("PASSWORD") else ""
    url = f"postgres://{user}{password}@/{settings['NAME']}?host={host}{port}"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_MIDDLE, LATE.isoformat(), *options],
        env={**os.environ, "DATABASE_URL": url},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    # PostgreSQL notices a moment later that its client is dead; until then the rows are still locked.
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.05)
    raise AssertionError("the killed worker's transaction is still open")


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(late_tickets: None) -> None:
    killed_worker()
    assert steps_fired() == 0

    sweeping.sweep(LATE)

    assert steps_fired() == LEVELS
    assert told_in_app() == 3 * TICKETS


def test_control_without_the_transaction_the_killed_workers_levels_are_lost(late_tickets: None) -> None:
    killed_worker("unprotected")

    sweeping.sweep(LATE)

    assert steps_fired() < LEVELS
