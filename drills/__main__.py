"""``bin/drill``: list the drills, run one, or all with one table at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from drills.machine import Machine, say
from drills.options import Options
from portal.embedded.locks import locked
from portal.embedded.places import open_state
from portal.embedded.problems import Problem, complain
from portal.embedded.steps import Stopped, stop_on_signals

if TYPE_CHECKING:
    from drills.outcome import Outcome


@dataclass(frozen=True)
class Drill:
    ids: str
    line: str
    module: str
    function: str = "run"


DRILLS = {
    "worker-killed": Drill("B1", "kill -9 of the worker at eight points, 20 times each", "worker_killed"),
    "beat-alive": Drill("A4", "two minutes of load with beat alive: how late a level fires", "beats", "alive"),
    "beat-killed": Drill("B2", "kill -9 of beat and five minutes without one, under load", "beats", "dead"),
    "two-beats": Drill("B3", "two beats for ten minutes, the leader killed half-way", "beats", "two"),
    "sweepers-killed": Drill("B4", "two and four sweepers on 5,000 overdue, 40 kills each", "sweepers"),
    "redis-gone": Drill("B5", "Redis killed, emptied, absent, hung while residents report", "broker"),
    "backlog": Drill("B10", "asleep for two days: 5,000 and 50,000 overdue", "backlog"),
    "terminated": Drill("B11", "SIGTERM during a sweep and during an upload", "terminated"),
    "poison": Drill("B12", "rows that cannot be computed, beside fifty that can", "poison"),
    "same-key": Drill("C1", "one Idempotency-Key again, at once, after a refusal, a crash, a day", "keys"),
    "two-people": Drill(
        "C3, C4", "two of the staff take the same step on the live server, 200 times each", "two_people"
    ),
    "closing": Drill("C6", "close against escalate, 200 times", "closing"),
    "double-click": Drill("C2", "every button of a ticket pressed twice in a browser", "clicks"),
    "any-order": Drill("C8", "500 stories of 50 steps in any order, with kills", "any_order"),
    "wrong-clocks": Drill("B8", "web, worker and beat two days and an hour off", "clocks", "wrong_clocks"),
    "two-desks": Drill("V6", "two desks book the same two people at once, 200 times", "visiting", "two_desks"),
    "visits-year": Drill("V1", "a year of visits, month by month", "visiting", "a_year_of_visits"),
    "summer-time": Drill("B9", "the clocks change: deadlines by hand, and sweeps meanwhile", "clocks", "summer_time"),
}


def main() -> int:
    options = _parser().parse_args()
    if not options.drill:
        for name, drill in DRILLS.items():
            print(f"  {name:<18} {drill.ids:<12} {drill.line}")
        print("\n  bin/drill all [--brief]   runs them all and prints one table")
        return 0
    stop_on_signals()
    try:
        return _run(list(DRILLS) if options.drill == "all" else [options.drill], options)
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/drill", description="Faults, races and repeats (drills/README.md).")
    parser.add_argument("drill", nargs="?", choices=[*DRILLS, "all"], metavar="DRILL", help="without one: the list")
    parser.add_argument("--times", type=int, help="how often each fault is made")
    parser.add_argument("--minutes", type=float, help="how long what lasts minutes lasts")
    parser.add_argument("--brief", action="store_true", help="a minute or less instead of five and ten")
    return parser


def _run(names: list[str], options: argparse.Namespace) -> int:
    state = open_state("drill")
    outcomes = []
    with locked(state.folder / "drill.lock"), Machine(state) as machine:
        from drills.outcome import table

        sizes = Options(times=options.times, minutes=options.minutes, brief=options.brief)
        for name in names:
            drill = DRILLS[name]
            say(f"{name} ({drill.ids}): {drill.line}")
            for outcome in _found(drill, machine, sizes):
                outcomes.append(outcome)
                say(outcome.row())
                for finding in outcome.findings[:10]:
                    say(f"    check_integrity: {finding}")
        machine.stop_programs()
    print(table(outcomes))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _found(drill: Drill, machine: Machine, options: Options) -> Iterator[Outcome]:
    """What it found, one by one; a drill that breaks must not keep the others from running."""
    from drills.outcome import Outcome

    try:
        yield from getattr(import_module(f"drills.{drill.module}"), drill.function)(machine, options)
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is this drill's result
        yield Outcome(drill.ids, drill.line, faults=[f"broke: {type(failure).__name__}: {failure}"])


if __name__ == "__main__":
    sys.exit(main())
