"""One step of setting up: a program that runs to its end, and dies at once when the person changes their mind."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from types import FrameType

from portal.embedded.places import CHECKOUT
from portal.embedded.processes import signal_group, spawn


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal; passes through every ``except Exception``."""


def stop_on_signals() -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into Stopped, wherever this process is."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()  # a second Ctrl-C must not break the stopping that the first one began
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
            signal.signal(number, stop)


def ignore_signals() -> None:
    """Let nothing but kill -9 interrupt this process any more."""

    def ignore(_number: int, _frame: FrameType | None) -> None:
        """A handler and not SIG_IGN, which programs started from here would inherit."""

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ignore)


def run_step(argv: list[str], *, env: dict[str, str], log: Path) -> int:
    """Run ``argv`` in the checkout with its output added to ``log``; return its exit status."""
    with log.open("ab") as output:
        process = spawn(argv, env=env, cwd=CHECKOUT, output=output)
        return wait_for(process)


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for a program of ours; take it and what it started down when we are stopped meanwhile."""
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            signal_group(process, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                signal_group(process, signal.SIGKILL)
                process.wait()
