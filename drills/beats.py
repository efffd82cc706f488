"""B2 and B3: how late a level fires under load while beat lives, while it is dead, and while there are two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep

from django.db import connection

from complaints.tests.house import House
from drills import counting, wounds
from drills.machine import TEMPLATE, Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Load, Resident, Staff, lost_of
from drills.ringing import flush
from drills.tickets import copies, late_tickets
from portal.promises import clock

ALIVE, DEAD = (30.0, 60.0), (90.0, 90.0)  # RELIABILITY §0, promise 2: p99 and maximum, seconds
WARNED_AFTER = timedelta(minutes=7, seconds=30)
A_SECOND = 4


def alive(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("A4", "lateness under load, beat alive", times=1, bar=ALIVE)
    house = machine.fresh("beats")
    machine.start_worker()
    machine.start_beat()
    _watch(machine, house, outcome, options.seconds(2, brief=1))
    return [outcome.done()]


def dead(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("B2", "beat killed, none for minutes, under load", times=1, bar=DEAD)
    house = machine.fresh("beats")
    worker, beat = machine.start_worker(), machine.start_beat()
    until(lambda: not counting.levels_waiting(), "nothing to be due")
    sleep(15)  # it has swept by beat
    beat.kill()
    _watch(machine, house, outcome, options.seconds(5, brief=1.5))
    worker.kill()
    alarm = until(lambda: "sweep" in _health(machine), "the alarm", seconds=120)
    outcome.notes.append(f"with the worker killed too, /health/ says so after {alarm:.0f} s")
    outcome.expect(alarm <= 90, f"alarm after {alarm:.0f} s")
    return [outcome.done()]


def two(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("B3", "two beats under load; the leader killed half-way", times=1, bar=ALIVE)
    house = machine.fresh("beats")
    machine.start_worker()
    leader = machine.start_beat()
    sleep(5)
    machine.start_beat()
    _watch(machine, house, outcome, options.seconds(10, brief=1.5), half_way=leader.kill)
    outcome.control = is_doubled_unprotected(machine)
    return [outcome.done()]


def _watch(
    machine: Machine, house: House, outcome: Outcome, seconds: float, half_way: Callable[[], None] | None = None
) -> None:
    """Levels come due every quarter of a second while residents report and the desk looks at its queue."""
    machine.start_web()
    began, ends = due_steadily(house, seconds)
    with load(machine, house) as posted:
        sleep(seconds / 2)
        say(f"  {outcome.id}: half of {seconds:.0f} s")
        if half_way is not None:
            half_way()
        sleep(seconds / 2)
    # What comes due later goes on coming: the same tickets climb, and of what was reported meanwhile there is no end.
    until(lambda: clock.now() > ends and not counting.anything_waiting(ends), "the last levels", seconds=120)
    outcome.late = counting.lateness(began, ends)
    outcome.add(counting.count(ends))
    outcome.lost += lost_of(posted.numbers)
    outcome.expect(set(posted.statuses) == {201} and not posted.broken, f"{posted.broken} broken answers")
    outcome.notes.append(f"{seconds:.0f} s, {len(outcome.late)} levels, {len(posted.seconds)} reports of residents")


def due_steadily(house: House, seconds: float) -> tuple[datetime, datetime]:
    """Tickets whose warnings come one after another from now on; when the first and the last of these levels is due."""
    [first] = late_tickets(house, 1, since=WARNED_AFTER - timedelta(seconds=3))
    copies(first, int(seconds * A_SECOND), apart=timedelta(seconds=1 / A_SECOND))
    return clock.now(), clock.now() + timedelta(seconds=seconds)


def load(machine: Machine, house: House) -> Load:
    """Some twenty requests a second."""
    reporters = [Resident(machine.port, f"1380000000{1 + n % 3}") for n in range(5)]
    desk = [(Staff(machine.port, house.people[name]), "/queue/") for name in ("reception", "supervisor", "engineer")]
    return Load(reporters, list(desk), each_waits=0.4)


def _health(machine: Machine) -> list[str]:
    answer = Resident(machine.port).ask("GET", "/health/")
    return list(answer.json.get("down", []))


def is_doubled_unprotected(machine: Machine) -> bool:
    """The control: two beats of which each leads, and a worker without locks on levels without their constraint.

    The second beat holds its lock in another database: that is how it comes to lead too.
    """
    house = machine.fresh("beats")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX timerstep_level_once")
    elsewhere = machine.env["DATABASE_URL"].replace("drill_beats", TEMPLATE)
    flush()
    machine.start_worker(bend=wounds.both(wounds.without_locks, wounds.slowly(3)))
    machine.start_beat()
    machine.start_beat(env={"DATABASE_URL": elsewhere})
    late_tickets(house, 5)
    try:
        until(lambda: counting.count().double > 0, "a level that fires twice", seconds=90)
    except TimeoutError:
        return False
    return True
