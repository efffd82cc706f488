"""``bin/drill``: the drills in the portal's environment, on a state folder of their own. They start their servers."""

from __future__ import annotations

import os
from collections.abc import Sequence

from portal.embedded.managing import compile_catalogs, run_in_foreground
from portal.embedded.places import CHECKOUT, open_state
from portal.embedded.problems import Problem, complain
from portal.embedded.python_environment import PYTHON, ensure_environment, variables
from portal.embedded.steps import Stopped, ignore_signals, stop_on_signals


def main(arguments: Sequence[str]) -> int:
    """Run ``python -m drills`` with these arguments; return its exit status."""
    os.umask(0o022)
    stop_on_signals()
    try:
        state = open_state("drill")
        ensure_environment(["requirements.txt", "requirements-test.txt"], state, complain)
        compile_catalogs()
        os.chdir(CHECKOUT)
        try:
            return run_in_foreground([str(PYTHON), "-m", "drills", *arguments], variables())
        finally:
            ignore_signals()
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        return 130
