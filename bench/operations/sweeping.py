"""(e) The sweep: so many timers due at once, by one worker and by two, beside one SQL statement a batch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bench.databases import in_short
from bench.floors import sweeping as floor
from bench.operations.stage import Bench
from bench.saying import say
from bench.together import run_together
from portal.embedded.python_environment import PYTHON

DUE = (1_000, 10_000, 100_000)
# Each begins a new term in which its first level is due and nothing else soon: one step each, and its messages.
MAKE_DUE = """
UPDATE complaints_tickettimer SET
       term = term + 1, next_level = 0, breached_at = NULL, due_at = now() + interval '9 days',
       moments = ARRAY[now() - interval '1 second']
                 || array_fill(now() + interval '8 days', ARRAY[cardinality(moments) - 1]),
       next_check_at = now() - interval '1 second'
 WHERE id IN (SELECT id FROM complaints_tickettimer WHERE state = 'running' AND cardinality(moments) > 0
               ORDER BY id LIMIT %(due)s)
"""
FIRED = """
SELECT count(*), count(DISTINCT (timer_id, term, level, occurrence)) FROM complaints_timerstep
 WHERE kind = 'level_fired' AND id > %(last)s
"""
RUNNING = "SELECT count(*) FROM complaints_tickettimer WHERE state = 'running' AND cardinality(moments) > 0"
LAST = "SELECT coalesce(max(id), 0) FROM complaints_timerstep"
TOLD = "SELECT count(*), count(DISTINCT (key, recipient_id, channel)) FROM notifications_message WHERE id > %(last)s"
LAST_TOLD = "SELECT coalesce(max(id), 0) FROM notifications_message"


@dataclass
class Swept:
    """What one measurement found. ``per_second``: timers from the first claim until nothing is due."""

    due: int
    workers: int
    per_second: float
    seconds: float
    steps: int
    doubles: int
    messages: int
    rss_mib: float


def measure(bench: Bench) -> None:
    size = bench.sizes[-1]
    name, bare = bench.databases.ours(size), bench.databases.floor(size)
    env = bench.databases.env(name)
    ((running,),) = bench.databases.query(name, RUNNING)
    for due in (due for due in DUE if due <= running):
        best = max((_once(bench, name, env, due, workers=1) for _ in range(bench.pace.rounds)), key=_rate)
        _keep(bench, size, best)
        rate = max(_floor_rate(bench, bare, due) for _ in range(bench.pace.rounds))
        bench.report.note(f"sweep, {in_short(due)} due", size, "floor", {"per_second": rate})
        say(f"  floor: {rate:.0f}/s")
        if due == 10_000:
            _keep(bench, size, max((_once(bench, name, env, due, workers=2) for _ in range(2)), key=_rate))
    _look(bench, name, env, size)
    _sweep(env, 1)  # what the look has left
    empty = min(_sweep(env, 1, "again")[1] for _ in range(3))
    bench.report.note("sweep, nothing due", size, "ours", {"ms": 1000 * empty})
    say(f"  nothing due: {1000 * empty:.1f} ms")


def _look(bench: Bench, name: str, env: dict[str, str], size: int) -> None:
    """Statements of a batch, the claim's plan and the profile, of a sweep that is rolled back."""
    bench.databases.query(name, MAKE_DUE, {"due": 2_000})
    (look,), _seconds = _sweep(env, 1, "look")
    bench.report.looks[f"sweep 2k due {in_short(size)} ours"] = look
    figures = {name: value for name, value in look.items() if name not in {"plans", "profile"}}
    bench.report.note("sweep, a batch", size, "ours", figures)
    say(f"  a batch: {look['statements']} statements, claim {look['claim_ms']:.1f} ms, {look['buffers']} buffers")


def _rate(found: Swept) -> float:
    return found.per_second


def _keep(bench: Bench, size: int, found: Swept) -> None:
    words = f"sweep, {in_short(found.due)} due" + (", two workers" if found.workers == 2 else "")
    bench.report.note(words, size, "ours", vars(found))
    say(f"{words}: {found.per_second:.0f}/s, {found.steps} steps, {found.doubles} doubles, {found.messages} messages")


def _once(bench: Bench, name: str, env: dict[str, str], due: int, *, workers: int) -> Swept:
    while _leftovers(bench, name):  # what came due by itself since it was seeded
        _sweep(env, 1)
    bench.databases.query(name, MAKE_DUE, {"due": due})
    ((last,),) = bench.databases.query(name, LAST)
    ((last_told,),) = bench.databases.query(name, LAST_TOLD)
    did, seconds = _sweep(env, workers)
    ((steps, different),) = bench.databases.query(name, FIRED, {"last": last})
    ((messages, once),) = bench.databases.query(name, TOLD, {"last": last_told})
    taken = sum(one["timers"] for one in did)
    doubles = (steps - different) + (messages - once)
    return Swept(due, workers, taken / seconds, seconds, steps, doubles, messages, max(one["rss_mib"] for one in did))


def _leftovers(bench: Bench, name: str) -> int:
    due = "SELECT count(*) FROM complaints_tickettimer WHERE state = 'running' AND next_check_at <= now()"
    ((found,),) = bench.databases.query(name, due)
    return int(found)


def _sweep(env: dict[str, str], workers: int, *how: str) -> tuple[list[dict[str, Any]], float]:
    """So many sweeps begun at the same moment; what each did, and the seconds until the last had ended."""
    printed, elapsed = run_together([str(PYTHON), "-m", "bench.sweeper", *how], env, workers)
    answers = [json.loads(line) for line in printed]
    if workers == 1:
        return answers, answers[0].get("seconds", 0.0)
    return answers, elapsed


def _floor_rate(bench: Bench, name: str, due: int) -> float:
    bench.databases.query(name, floor.PREPARE, {"due": due})
    bench.databases.query(name, "VACUUM ANALYZE floor_timer")
    with bench.databases.connect(name) as connection:
        taken, seconds = floor.sweep(connection)
    return taken / seconds
