"""``bin/manage``: manage.py in the portal's environment, with its servers up; prints nothing of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from portal.embedded.borrowing import Borrowed
from portal.embedded.catalogs import stale_catalogs
from portal.embedded.places import CHECKOUT, open_state
from portal.embedded.problems import Problem, complain
from portal.embedded.processes import die_with_parent
from portal.embedded.python_environment import PYTHON, ensure_environment, run_python, variables
from portal.embedded.steps import Stopped, ignore_signals, stop_on_signals
from portal.embedded.variables import Memory, embedded_servers, portal_variables, read_env_file


def main(arguments: Sequence[str]) -> int:
    """Run one management command; return its exit status."""
    os.umask(0o022)
    stop_on_signals()
    try:
        read_env_file()
        state = open_state("run")
        ensure_environment(["requirements.txt"], state, complain)
        compile_catalogs()
        with Borrowed(state, embedded_servers()) as servers:
            try:
                env = portal_variables(state, servers.connection(), Memory(state))
                return run_in_foreground([str(PYTHON), str(CHECKOUT / "manage.py"), *arguments], env)
            finally:
                ignore_signals()
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        return 130


def compile_catalogs() -> None:
    """Compile translations that have changed. Raises Problem."""
    if stale_catalogs():
        done = run_python(["-m", "portal.embedded.catalogs"], env=variables())
        if done.returncode != 0:
            raise Problem((done.stderr.strip() or "The translations could not be compiled.").splitlines()[-1])


def run_in_foreground(argv: Sequence[str], env: dict[str, str]) -> int:
    """Run a program on our own terminal, in the caller's folder; hand on signals; return its exit status."""
    child = subprocess.Popen(argv, env=env, preexec_fn=die_with_parent(signal.SIGTERM))

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if child.poll() is None:
            child.send_signal(number)

    ignore_signals()  # a terminal's Ctrl-C reaches the child by itself, who may want to live on (a shell)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, hand_on)
    sys.stdout.flush()
    status = child.wait()
    return status if status >= 0 else 128 - status
