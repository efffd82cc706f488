"""(e) The peer's sweep, ``escalate_tickets``: alone, and twice at once as a slow cron does it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from bench.databases import in_short
from bench.operations.stage import Bench
from bench.peer.environment import python_of_peer
from bench.saying import say
from bench.together import run_together
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
    answers, elapsed = run_together([str(python), "-m", "bench.peer.escalate"], bench.databases.peer_env(name), at_once)
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
