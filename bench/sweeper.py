"""One sweep in a process of its own: says that it is ready, waits for a line, sweeps, says what it did as JSON.

``python -m bench.sweeper look`` sweeps in a transaction that it rolls back, and says how, as ``inside`` does;
``python -m bench.sweeper again`` sweeps once more when nothing is due any longer, and times that.
"""

from __future__ import annotations

import cProfile
import json
import os
import resource
import sys
import time
from typing import Any

import django

from bench.inside import NOT_COUNTED, explained, in_words

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()


def main() -> None:
    from portal.promises import clock
    from portal.promises.sweeping import sweep

    clock.now()  # the connection is there
    print("ready", flush=True)
    sys.stdin.readline()
    if sys.argv[1:] == ["look"]:
        print(json.dumps(_look(sweep)), flush=True)
        return
    if sys.argv[1:] == ["again"]:
        sweep()
    began = time.perf_counter()
    tally = sweep()
    seconds = time.perf_counter() - began
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"timers": tally.timers, "seconds": seconds, "rss_mib": rss}), flush=True)


def _look(sweep: Any) -> dict[str, Any]:
    """Needs two batches due: the first fills what a process remembers, the second is counted."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic():
        before = transaction.savepoint()
        with CaptureQueriesContext(connection) as seen:
            sweep()
        transaction.savepoint_rollback(before)
        sql = [one["sql"] for one in seen.captured_queries if not one["sql"].upper().startswith(NOT_COUNTED)]
        claims = [at for at, one in enumerate(sql) if "SKIP LOCKED" in one]
        claim = explained(sql[claims[1]])
        profiler = cProfile.Profile()
        profiler.runcall(sweep)
        transaction.set_rollback(True)
    return {
        "statements": claims[2] - claims[1],
        "claim_ms": claim.ms,
        "buffers": claim.hit + claim.read,
        "plans": [vars(claim)],
        "profile": in_words(profiler),
    }


main()
