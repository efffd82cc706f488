"""A background process that keeps one server up for as long as anybody uses it.

``bin/run``, ``bin/manage`` and ``bin/test`` never start a server themselves: each holds a shared lock on the server's
``users.lock`` and the keeper stops the server as soon as nobody does, however those processes ended. So two commands
at once share one server, and the last to leave puts out the light. Killing the keeper kills its server (parent-death
signal); the next user starts both again.

Run as ``python -m portal.embedded.keeper postgres|valkey STATE_FOLDER``; ``borrowing.py`` is its other half.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Protocol

from portal.embedded.locks import FileLock
from portal.embedded.logs import tail
from portal.embedded.places import State
from portal.embedded.postgres import Postgres
from portal.embedded.problems import Problem, complain
from portal.embedded.steps import Stopped, ignore_signals, stop_on_signals
from portal.embedded.supervisor import Program, Supervisor
from portal.embedded.valkey import Valkey

START_PATIENCE = 60.0  # seconds; crash recovery of a big database takes a while


class Server(Protocol):
    """What a keeper needs to know of a server."""

    name: str
    folder: Path
    essential: bool

    def program(self) -> Program: ...
    def is_ready(self) -> bool: ...
    def after_start(self) -> None: ...
    def connection(self) -> dict[str, str]: ...
    def after_stop(self) -> None: ...
    def start_over(self) -> None: ...


SERVERS: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}


def keep(name: str, state: State) -> None:
    """Start the server, say in ``ready.json`` how to reach it, and stop it when nobody uses it any more."""
    folder = state.folder / name
    alone = FileLock(folder / "keeper.lock")
    if not alone.take_within(2.0):  # more than one try, since asking whether a keeper lives takes the lock for a moment
        return  # another keeper was quicker
    users = FileLock(folder / "users.lock")
    server = None
    supervisor = Supervisor(report=complain)
    stop_on_signals()
    try:
        server = SERVERS[name](state)
        _start(server, supervisor, state)
        _publish(folder, server.connection())
        while not users.try_take():
            supervisor.tick()
            time.sleep(0.1)
    except Stopped:
        pass
    except Problem as problem:
        (folder / "problem.txt").write_text(str(problem), encoding="utf-8", errors="replace")
        complain(str(problem))
    finally:
        ignore_signals()
        (folder / "ready.json").unlink(missing_ok=True)
        supervisor.stop([name])
        if server is not None:
            server.after_stop()
        # In this order: whoever then gets a hold on users.lock finds no keeper and starts one.
        alone.let_go()
        users.let_go()


def _start(server: Server, supervisor: Supervisor, state: State) -> None:
    if not _comes_up(server, supervisor) and state.is_for_tests:
        # Tests run without fsync, so a power cut may break their data; nobody misses it.
        supervisor.stop([server.name])
        server.start_over()
        _comes_up(server, supervisor)
    if supervisor.status_of(server.name) is not None or not server.is_ready():
        log = state.log(server.name)
        raise Problem(f"{tail(log)}\nThe embedded {server.name} did not start; see {log}.".lstrip())
    server.after_start()


def _comes_up(server: Server, supervisor: Supervisor) -> bool:
    supervisor.start(server.program())
    until = time.monotonic() + START_PATIENCE
    while time.monotonic() < until and supervisor.status_of(server.name) is None:
        if server.is_ready():
            return True
        time.sleep(0.05)
    return False


def _publish(folder: Path, connection: dict[str, str]) -> None:
    unfinished = folder / "ready.json.unfinished"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as note:
        json.dump({"keeper": os.getpid(), "connection": connection}, note)
    unfinished.replace(folder / "ready.json")


if __name__ == "__main__":
    os.umask(0o022)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keep(sys.argv[1], State(Path(sys.argv[2])))
