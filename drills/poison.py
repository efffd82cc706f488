"""B12: rows that cannot be computed. The others go on; each is tried ten times, minutes apart, and then shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet

from complaints.models import Ticket, TicketTimer
from complaints.tests.house import House
from drills import counting
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.tickets import LEVELS_OF_A_LATE_ONE, late_tickets
from portal.promises import clock, sweeping
from portal.promises.models import PolicyTarget
from portal.promises.sweeping import POISON_TRIES, POISON_WAITS

HEALTHY, POISONED = 50, 5


def run(machine: Machine, options: Options) -> list[Outcome]:
    return [
        poisoned(machine.fresh("poison"), Outcome("B12", f"rows that cannot be computed: {name}"), poison)
        for name, poison in POISONS.items()
    ]


def poisoned(
    house: House, outcome: Outcome, poison: Callable[[QuerySet[TicketTimer]], None], healthy: int = HEALTHY
) -> Outcome:
    """Sweep beside the poison until it is given up, the waiting of minutes skipped by the calendar."""
    bad = late_tickets(house, POISONED)
    timers = TicketTimer.objects.filter(ticket__in=bad, target="dispatch")
    poison(timers)
    for tries in range(1, POISON_TRIES + 1):
        late_tickets(house, healthy // POISON_TRIES)
        began = clock.now()
        _sweep(outcome)
        outcome.times += 1
        rows = timers.values_list("failures", "next_check_at")
        outcome.expect(all(failures == tries for failures, _next in rows), f"try {tries}: {sorted(rows)[0]}")
        waits = [at for _failures, at in rows if at is not None]
        outcome.expect(all(at >= began + POISON_WAITS for at in waits), f"looked at again too soon after try {tries}")
        say(f"  {outcome.what}: try {tries}, {counting.levels_fired()} levels of the others")
        timers.filter(next_check_at__isnull=False).update(next_check_at=clock.now() - timedelta(seconds=1))
    outcome.expect(not timers.exclude(next_check_at=None).exists(), "still looked at after the last try")
    _check(outcome, bad, healthy)
    return outcome.done()


def _sweep(outcome: Outcome) -> None:
    try:
        sweeping.sweep()
    except Exception as failure:  # noqa: BLE001 - that is what must not happen
        outcome.expect(False, f"the sweep broke: {type(failure).__name__}")


def _check(outcome: Outcome, bad: list[Ticket], healthy: int) -> None:
    fired = counting.levels_fired()
    outcome.lost += healthy * LEVELS_OF_A_LATE_ONE - fired
    numbers = tuple(ticket.number for ticket in bad)
    found = counting.count().findings
    shown = [line for line in found if line.startswith(numbers)]
    outcome.findings += sorted(set(found) - set(shown))
    outcome.expect(len(shown) >= len(bad), "check_integrity does not name them all")
    outcome.notes.append(f"{fired} levels of the others fired, {len(shown)} findings name the poisoned")


def _a_moment_too_many(timers: QuerySet[TicketTimer]) -> None:
    timers.update(moments=[clock.now() - timedelta(minutes=1)] * 9)


def _a_role_that_is_none(timers: QuerySet[TicketTimer]) -> None:
    own = PolicyTarget.objects.get(pk=timers[0].policy_target_id)
    level = {"name": "step_1", "to": ["nobody_like_that"], "after": 0}
    spoilt = PolicyTarget.objects.create(
        version=own.version, target=own.target, first_turn=99, rule=own.rule, amount=own.amount, levels=[level] * 5
    )
    timers.update(policy_target=spoilt)


POISONS = {"a moment without a level": _a_moment_too_many, "a role that is none": _a_role_that_is_none}
