"""B10: everything sleeps for two days; then each missed level fires once, in order, and each person gets a digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from complaints.tests.house import House
from drills import counting
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.tickets import copies, late_tickets
from portal.notifications.models import Choice
from portal.promises import clock

ASLEEP = timedelta(days=2, minutes=11)
LEVELS = 7  # dispatch: its warning and four steps; resolving: its warning and the first
SIZES = {5_000: 30.0, 50_000: 300.0}
STILL_BY_MAIL = ("reception", "supervisor")


def run(machine: Machine, options: Options) -> Iterator[Outcome]:
    for size, seconds in SIZES.items():
        yield _slept(machine, size, seconds)


def _slept(machine: Machine, size: int, allowed: float) -> Outcome:
    outcome = Outcome("B10", f"asleep for two days, {size:,} tickets overdue", times=1)
    house = machine.fresh("backlog")
    Choice.objects.exclude(user__username__in=STILL_BY_MAIL).delete()
    programs = [machine.start_worker(env={"PORTAL_DEMO": "0"}), machine.start_beat()]  # messages as in production
    until(lambda: "beat: Starting" in machine.in_log("beat"), "beat")
    for program in programs:
        program.hang()
    overdue(house, size)
    for program in programs:
        program.go_on()
    took = until(lambda: not counting.levels_waiting(), "the backlog", seconds=2 * allowed)
    say(f"  {size:,} swept in {took:.0f} s")
    sent = took + until(lambda: not counting.anything_waiting(), "the digests", seconds=allowed)
    outcome.add(counting.count())
    check(outcome, size)
    outcome.expect(took <= allowed, f"took {took:.0f} s")
    outcome.notes += [f"swept in {took:.1f} s, all told after {sent:.1f} s"]
    return outcome.done()


def overdue(house: House, size: int) -> None:
    [first] = late_tickets(house, 1, since=ASLEEP)
    copies(first, size - 1, apart=timedelta(microseconds=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def check(outcome: Outcome, size: int) -> None:
    """Every level of every ticket is there, and nobody got more than one digest by any way."""
    fired = counting.levels_fired()
    outcome.expect(fired == size * LEVELS, f"{fired} levels instead of {size * LEVELS}")
    most = counting.most_digests()
    outcome.notes.append(f"at most {most} digest a person and channel")
    outcome.expect(most == 1, f"somebody got {most} digests")
    outcome.expect(counting.unsent(clock.now()) == 0, "a message was not sent")
