"""B1: the worker and its pool are killed at each of eight points; what was due is fired and told once all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import connection

from complaints.tests.house import House
from drills import counting, wounds
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.processes import Forked, Process
from drills.ringing import ring
from drills.tickets import late_tickets
from portal.notifications import sender
from portal.notifications.models import Channel, Message
from portal.promises import clock, sweeping

TICKETS = 3
RECOVERED_WITHIN = 60.0


def run(machine: Machine, options: Options) -> Iterator[Outcome]:
    """Each point, so many times; the control is the same kill of a sweep without transactions."""
    for point in wounds.POINTS:
        yield _at(machine, point, options.times or 20)


def _at(machine: Machine, point: str, times: int) -> Outcome:
    outcome = Outcome("B1", f"worker killed {point}")
    house = machine.fresh("worker_killed")
    slowest, worker = 0.0, _worker(machine, point)
    for n in range(times):
        late_tickets(house, TICKETS)
        (machine.state.folder / "armed").touch()
        ring()
        worker.await_end(60)
        worker = _worker(machine, point)
        slowest = max(slowest, _recover(really=n == 0))
        outcome.times += 1
        say(f"  {point}: {outcome.times} kills, slowest recovery {slowest:.1f} s")
    outcome.add(counting.count())
    _count_mails(machine, outcome, repeats_allowed=point == "after send before mark")
    outcome.expect(slowest <= RECOVERED_WITHIN, f"recovery took {slowest:.0f} s")
    outcome.notes.append(f"slowest recovery {slowest:.0f} s")
    if point == "after escalation insert":
        machine.stop_programs()
        outcome.control = is_lost_unprotected(house)
    return outcome.done()


def _worker(machine: Machine, point: str) -> Process:
    return machine.start_worker(bend=wounds.killed_at(point, machine.state.folder / "armed"))


def _recover(*, really: bool) -> float:
    """Ring as beat does until nothing waits. What the killed one held to send is its own for the length of a lease:

    the first time that is waited for, later the lease is ended by hand.
    """
    rung_at = -10.0

    def all_done() -> bool:
        nonlocal rung_at
        if not counting.anything_waiting():
            return True
        if not really:
            Message.objects.filter(lease_until__gt=clock.now() - sender.LEASE).update(lease_until=None)
        if waited() - rung_at > 5:
            rung_at = waited()
            ring()
        return False

    began = clock.now()

    def waited() -> float:
        return (clock.now() - began).total_seconds()

    return until(all_done, "everything fired and sent", seconds=150)


def _count_mails(machine: Machine, outcome: Outcome, *, repeats_allowed: bool) -> None:
    """Every mail left, under the id that its rows have; a second copy only where nobody could know of the first."""
    left = Counter((receiver, mark.strip("<>").partition("@")[0]) for receiver, mark in machine.mails())
    rows = Message.objects.filter(channel=Channel.EMAIL).values_list("recipient__email", "delivery").distinct()
    expected = {(receiver, str(delivery)) for receiver, delivery in rows}
    repeats = sum(left.values()) - len(left)
    outcome.lost += len(expected - set(left))
    outcome.double += len(set(left) - expected) + (0 if repeats_allowed else repeats)
    outcome.notes.append(f"{len(left)} mails" + (f", {repeats} of them twice under one id" if repeats else ""))


# --- shared with the suite --------------------------------------------------------------------------------------------


def killed_sweep(point: str, armed: str, *, protected: bool = True) -> None:
    """A sweep and a sending pass in a process of their own that is killed at that point."""
    from pathlib import Path

    Path(armed).touch()
    bend = wounds.killed_at(point, Path(armed))

    def body() -> None:
        if not protected:
            wounds.without_transactions()
        bend()
        sweeping.sweep()
        sender.send_waiting()

    child = Forked(body)
    child.await_end(60)
    assert child.exit_code == -9, f"was not killed {point}: {child.exit_code}"
    until(_is_forgotten, "PostgreSQL to notice that its client is dead")


def _is_forgotten() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0] == 0)


def is_lost_unprotected(house: House) -> bool:
    """The control: killed between the levels and their messages, without a transaction round them."""
    from tempfile import mkdtemp

    late_tickets(house, TICKETS)
    killed_sweep("after escalation insert", f"{mkdtemp()}/armed", protected=False)
    sweeping.sweep()
    return counting.count().lost > 0
