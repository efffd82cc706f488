"""(e) The peer's sweep, ``escalate_tickets``: alone, and twice at once as a slow cron does it."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from bench.databases import in_short
from bench.operations.stage import Bench
from bench.peer.environment import python_of_peer
from bench.saying import say
from portal.embedded.places import CHECKOUT

DUE = 1_000
TICKETS = 10_000  # its rate hardly depends on the others
WRITTEN = """
SELECT count(*), count(DISTINCT ticket_id),
       (SELECT count(*) FROM (SELECT ticket_id FROM helpdesk_followup WHERE title = 'Ticket Escalated'
                               GROUP BY ticket_id HAVING count(*) > 1) AS twice)
  FROM helpdesk_followup WHERE title = 'Ticket Escalated'
"""


def measure(bench: Bench) -> None:
    if bench.options.without_peer:
        return
    python = python_of_peer(bench.state)
    name = bench.databases.peer(TICKETS, python)
    for runs, at_once in ((bench.pace.rounds, 1), (1, 2)):
        found = max((_once(bench, name, python, at_once) for _ in range(runs)), key=lambda one: one["per_second"])
        words = f"sweep, {in_short(DUE)} due" + (", two workers" if at_once == 2 else "")
        # Beside ours at its largest size: more tickets would only be to the peer's disadvantage.
        bench.report.note(words, bench.sizes[-1], "peer", found)
        say(f"{words}: peer: {found['per_second']:.0f}/s, {found['steps']} steps, {found['doubles']} tickets twice")
    _prepare(bench, name, python, 0)


def _once(bench: Bench, name: str, python: Path, at_once: int) -> dict[str, float]:
    """Escalate what is due by so many runs that begin at the same moment."""
    _prepare(bench, name, python, DUE)
    started = [
        subprocess.Popen(
            [python, "-m", "bench.peer.escalate"],
            env=bench.databases.peer_env(name),
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(at_once)
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()
    began = time.perf_counter()
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    answers = [one.communicate()[0] for one in started]
    elapsed = time.perf_counter() - began
    if failed := [one.args for one in started if one.returncode]:
        raise RuntimeError(f"escalate_tickets failed: {failed}")
    seconds = json.loads(answers[0])["seconds"] if at_once == 1 else elapsed
    ((steps, different, twice),) = bench.databases.query(name, WRITTEN)
    return {
        "due": DUE,
        "workers": at_once,
        "per_second": different / seconds,
        "seconds": seconds,
        "steps": steps,
        "doubles": twice,
    }


def _prepare(bench: Bench, name: str, python: Path, due: int) -> None:
    subprocess.run(
        [python, "-m", "bench.peer.escalate", "--due", str(due)],
        env=bench.databases.peer_env(name),
        cwd=CHECKOUT,
        check=True,
    )
    bench.databases.query(name, "VACUUM ANALYZE helpdesk_ticket, helpdesk_followup")
