"""B4: several sweeps at once, killed again and again; what they leave is whole. Its control takes the locks away."""

from __future__ import annotations

from random import Random
from time import sleep

from django.db import connection

from complaints.models import TimerStep
from complaints.tests.house import House
from drills import counting, wounds
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.processes import Forked
from drills.tickets import LEVELS_OF_A_LATE_ONE, copies, late_tickets
from portal.promises import sweeping


def run(machine: Machine, options: Options) -> list[Outcome]:
    outcomes = []
    for sweepers in (2, 4):
        outcome = Outcome("B4", f"{sweepers} sweepers on 5,000 overdue, killed at random")
        house = machine.fresh("sweepers")
        overdue(house, 5000)
        outcome.times = kill_sweepers(sweepers, options.times or 40)
        outcome.add(counting.count())
        outcome.expect(counting.levels_fired() == 5000 * LEVELS_OF_A_LATE_ONE, f"{counting.levels_fired()} levels")
        outcomes.append(outcome.done())
    outcomes[-1].control = is_doubled_unprotected(machine.fresh("sweepers"), 4)
    return outcomes


def overdue(house: House, number: int) -> None:
    [first] = late_tickets(house, 1)
    copies(first, number - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def kill_sweepers(sweepers: int, kills: int) -> int:
    """Sweep until nothing is due, by so many at once, of which one is killed every now and then; say how many were."""
    random, killed = Random(4), 0
    running: list[Forked] = []
    while counting.levels_waiting() or any(child.is_alive() for child in running):
        running = [child for child in running if child.is_alive()]
        running += [Forked(sweeping.sweep) for _ in range(sweepers - len(running))]
        sleep(random.uniform(0.02, 0.4))
        if killed < kills:
            random.choice(running).kill()
            killed += 1
            say(f"  {killed} kills, {counting.levels_fired()} levels fired")
    return killed


def is_doubled_unprotected(house: House, sweepers: int) -> bool:
    """The control: the same sweeps at once without their locks and without the constraint."""
    overdue(house, 40)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX timerstep_level_once")
    assert TimerStep._meta.constraints

    def unprotected() -> None:
        wounds.without_locks()
        wounds.slowly(0.5)()
        sweeping.sweep()

    children = [Forked(unprotected) for _ in range(sweepers)]
    for child in children:
        child.await_end(60)
    return counting.count().double > 0
