"""Keeps programs running: starts them, writes their logs, restarts what falls over, stops them in order.

What restarts what: a program that ends is started again, after a second at first and up to half a minute when it keeps
ending. A front desk stays open without its worker, beat or broker (pages and reports still work, promises are caught
up later), so those are tried for ever. Only an *essential* program that ends ``DEATHS_ALLOWED`` times within
``DEATHS_WITHIN`` seconds (the web server, PostgreSQL) ends everything, with a sentence, so that whoever watches over
us (systemd, a container platform, a person) learns of it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.logs import RotatingLog, follow, tail
from portal.embedded.problems import Problem
from portal.embedded.processes import Account, signal_group, spawn

DEATHS_ALLOWED = 5
DEATHS_WITHIN = 60.0
LONGEST_PAUSE = 30.0
STOP_PATIENCE = 20.0


@dataclass
class Program:
    """What to run and how to end it."""

    name: str
    argv: Sequence[str | os.PathLike[str]]
    env: dict[str, str]
    cwd: Path
    log: Path
    essential: bool = False
    stop_signal: int = signal.SIGTERM
    account: Account | None = None
    pass_fds: Sequence[int] = ()
    before_start: Callable[[], None] | None = None
    on_line: Callable[[str], None] | None = None


@dataclass
class _Child:
    program: Program
    log: RotatingLog
    process: subprocess.Popen[bytes] | None = None
    copier: threading.Thread | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = 1.0
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """Programs in the order they were started. Use it from the main thread only (see ``spawn``)."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._children: dict[str, _Child] = {}

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        child = _Child(program, RotatingLog(program.log))
        self._children[program.name] = child
        self._launch(child)

    def tick(self) -> None:
        """Restart what has ended and is due. Raises Problem when an essential program keeps ending."""
        for child in self._children.values():
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child)
            if child.process is None and time.monotonic() >= child.restart_at:
                self._launch(child)

    def status_of(self, name: str) -> int | None:
        """The exit status of a program that has ended and not been restarted yet; None while it runs."""
        process = self._children[name].process
        return process.poll() if process is not None else None

    def stop(self, *groups: Sequence[str]) -> None:
        """End programs group by group; inside a group all at once. Those that dawdle are killed."""
        for names in groups:
            children = [self._children[name] for name in names if name in self._children]
            running = [(c.process, c.program.stop_signal) for c in children if c.process is not None]
            for process, stop_signal in running:
                if process.poll() is None:
                    process.send_signal(stop_signal)
            until = time.monotonic() + STOP_PATIENCE
            for process, _ in running:
                try:
                    process.wait(max(0.0, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    pass
                signal_group(process, signal.SIGKILL)  # also what an ended leader left behind
                process.wait()
            for child in children:
                child.process = None
                child.restart_at = float("inf")
                if child.copier is not None:
                    child.copier.join(1.0)  # for the last words
                child.log.close()

    def _launch(self, child: _Child) -> None:
        program = child.program
        try:
            if program.before_start is not None:
                program.before_start()
            child.process = spawn(
                program.argv,
                env=program.env,
                cwd=program.cwd,
                death_signal=program.stop_signal,
                account=program.account,
                pass_fds=program.pass_fds,
            )
        except OSError as refusal:  # out of memory or processes just now
            self._report(f"{program.name} could not be started: {refusal.strerror}")
            child.restart_at = time.monotonic() + LONGEST_PAUSE
            return
        child.started_at = time.monotonic()
        child.copier = follow(child.process, child.log, program.on_line)

    def _note_end(self, child: _Child) -> None:
        process, program, now = child.process, child.program, time.monotonic()
        assert process is not None
        signal_group(process, signal.SIGKILL)  # its own children must not meet the next copy
        child.process = None
        if child.copier is not None:
            child.copier.join(1.0)
        if now - child.started_at > DEATHS_WITHIN:
            child.pause = 1.0
        child.deaths = [moment for moment in child.deaths if now - moment < DEATHS_WITHIN] + [now]
        if program.essential and len(child.deaths) >= DEATHS_ALLOWED:
            last_words = tail(program.log)
            raise Problem(f"{last_words}\n{program.name} keeps ending, so this stops; see {program.log}.".lstrip())
        how = _in_words(process.returncode)
        self._report(f"{program.name} ended ({how}); starting it again in {child.pause:.0f} s")
        child.restart_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)


def _in_words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
