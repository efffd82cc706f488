"""Processes that a drill started itself: killed, hung and stopped by real signals, with all that they started."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.embedded.processes import die_with_parent, spawn
from portal.embedded.supervisor import Program

LONGEST_STOP = 40.0


class Process:
    """What signals do to a process and its group, however it was started."""

    pid: int
    stop_signal: int = signal.SIGTERM

    def is_alive(self) -> bool:
        raise NotImplementedError

    def children(self) -> list[int]:
        """The processes that it started itself."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in found.split()]

    def kill(self) -> None:
        self._signal_all(signal.SIGKILL)
        self._await_end(LONGEST_STOP)

    def hang(self) -> None:
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal_all(signal.SIGCONT)

    def stop(self) -> float:
        """Ask it to end; return the seconds it took, and take down what it left."""
        began = time.monotonic()
        if self.is_alive():
            os.kill(self.pid, self.stop_signal)
        self._await_end(LONGEST_STOP)
        took = time.monotonic() - began
        self.kill()
        return took

    def await_end(self, seconds: float = LONGEST_STOP) -> None:
        """Raises TimeoutError."""
        if not self._await_end(seconds):
            raise TimeoutError(f"process {self.pid} is still there after {seconds:.0f} s")

    def _await_end(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def _signal_all(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass


class Spawned(Process):
    """A program as ``bin/run`` starts it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        if program.before_start is not None:
            program.before_start()
        self.stop_signal = program.stop_signal
        with program.log.open("ab") as log:
            self._popen: subprocess.Popen[bytes] = spawn(
                program.argv,
                env=program.env,
                cwd=program.cwd,
                output=log,
                death_signal=signal.SIGKILL,
                account=program.account,
                pass_fds=program.pass_fds,
            )
        self.pid = self._popen.pid

    def is_alive(self) -> bool:
        return self._popen.poll() is None


class Forked(Process):
    """A child of this very process, so that it starts in no time and with functions replaced."""

    def __init__(self, body: Callable[[], Any]) -> None:
        from django.db import connections

        connections.close_all()  # the child must not share our connection
        tie = die_with_parent(signal.SIGKILL)

        def run() -> None:
            os.setsid()
            tie()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            body()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: ours hold no lock
            self._child = multiprocessing.get_context("fork").Process(target=run)
            self._child.start()
        assert self._child.pid is not None
        self.pid = self._child.pid

    def is_alive(self) -> bool:
        return self._child.is_alive()

    @property
    def exit_code(self) -> int | None:
        self._child.join(0)
        return self._child.exitcode

    def _signal_all(self, number: int) -> None:
        super()._signal_all(number)
        try:
            os.kill(self.pid, number)  # it may not be the leader of its group yet
        except ProcessLookupError:
            pass


def forked(program: Program, bend: Callable[[], None]) -> Forked:
    """``python -m MODULE …`` of that program, run by a child of ours after ``bend`` has replaced what it replaces."""
    _python, _m, module, *arguments = map(str, program.argv)

    def run() -> None:
        with program.log.open("ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.environ.update(program.env)
        sys.argv = [module, *arguments]
        bend()
        runpy.run_module(module, run_name="__main__", alter_sys=True)

    return Forked(run)
