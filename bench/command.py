"""``bin/bench``: have environment, PostgreSQL and valkey up, then measure in that environment. Needs only Python."""

from __future__ import annotations

import os
from collections.abc import Sequence

from portal.embedded.borrowing import Borrowed
from portal.embedded.locks import FileLock
from portal.embedded.managing import compile_catalogs, run_in_foreground
from portal.embedded.places import CHECKOUT, open_state
from portal.embedded.problems import Problem, complain
from portal.embedded.python_environment import PYTHON, ensure_environment
from portal.embedded.steps import Stopped, ignore_signals, stop_on_signals
from portal.embedded.variables import Memory, portal_variables


def main(arguments: Sequence[str]) -> int:
    """Measure what the arguments name; return the exit status."""
    os.umask(0o022)
    stop_on_signals()
    try:
        state = open_state("bench")
        alone = FileLock(state.folder / "bench.lock")
        if not alone.try_take():
            raise Problem("Another bin/bench is running here: two at once would measure each other.")
        ensure_environment(["requirements.txt"], state, complain)
        compile_catalogs()
        os.chdir(CHECKOUT)
        # Always servers of its own, whatever DATABASE_URL says: nobody wants a million invented tickets in theirs.
        with Borrowed(state, ["postgres", "valkey"]) as servers:
            try:
                env = portal_variables(state, servers.connection(), Memory(state), demo="1")
                env |= {"PORTAL_DEMO": "1", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1", "DEBUG": "0"}
                env["BENCH_FOLDER"] = str(state.folder)
                return run_in_foreground([str(PYTHON), "-m", "bench", *arguments], env)
            finally:
                ignore_signals()
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        return 130
