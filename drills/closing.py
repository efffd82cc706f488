"""C6: a ticket is closed at the very instant at which its callback escalates; nothing climbs after the close."""

from __future__ import annotations

import sys
from datetime import timedelta

from complaints import services
from complaints.models import Callback, Ticket, TimerStep
from complaints.states import CallbackOutcome
from complaints.tests.house import House
from drills import counting, wounds
from drills.at_once import at_once
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.processes import Forked
from portal.promises import sweeping
from portal.promises.models import TimerEventKind

CONTROL_RACES = 3


def run(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("C6", "close and escalate at the same instant")
    house = machine.fresh("closing")
    first = 0
    for _ in range(options.times or 200):
        fired, wrong = race(house)
        outcome.times += 1
        outcome.double += wrong
        first += fired > 0
    say(f"  {outcome.times} races, in {first} of them the sweep came first")
    outcome.notes.append(f"the sweep came first in {first}")
    outcome.add(counting.count_after_a_sweep())
    outcome.control = climbs_unprotected(machine.fresh("closing"))
    return [outcome.done()]


def race(house: House) -> tuple[int, int]:
    """How many levels fired in all, and how many of them after the close."""
    from portal.promises import clock

    ticket = house.informed(clock.now() - timedelta(days=3))
    callback = Callback.objects.get(ticket=ticket)

    def close() -> None:
        services.record_callback(
            callback.pk, CallbackOutcome.REACHED, by=house.reception_b, satisfaction=5, solved=True, they_called=True
        )

    for refusal in at_once(close, sweeping.sweep):
        if isinstance(refusal, Exception):
            raise refusal
    return _levels(ticket)


def _levels(ticket: Ticket) -> tuple[int, int]:
    ticket.refresh_from_db()
    assert ticket.closed_at is not None
    fired = TimerStep.objects.filter(timer__ticket=ticket, timer__target="callback", kind=TimerEventKind.LEVEL_FIRED)
    met = TimerStep.objects.get(timer__ticket=ticket, timer__target="callback", kind=TimerEventKind.MET)
    return fired.count(), fired.filter(at__gt=ticket.closed_at).count() + fired.filter(pk__gt=met.pk).count()


def climbs_unprotected(house: House) -> bool:
    """The control: without locks, a sweep that has looked before the close writes after it."""

    def unprotected() -> None:
        wounds.without_locks()
        wounds.slowly(0.3)()
        sys.exit(any(race(house)[1] for _ in range(CONTROL_RACES)))

    child = Forked(unprotected)
    child.await_end(60)
    return child.exit_code == 1
