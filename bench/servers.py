"""The servers under measurement: each is gunicorn as ``bin/run`` starts it for the portal, with another application."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.clients import Connection, Request
from bench.measuring import workers_of
from portal.embedded.places import State
from portal.embedded.ports import free_loopback_port, listen
from portal.embedded.processes import signal_group, spawn
from portal.embedded.programs import web_program

PATIENCE = 60.0


@dataclass
class Server:
    """One application that listens."""

    port: int
    process: subprocess.Popen[bytes]
    listener: socket.socket

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        return workers_of(self.pid)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        signal_group(self.process, signal.SIGKILL)
        self.process.wait()
        self.listener.close()


def serve(
    state: State,
    env: dict[str, str],
    *,
    name: str,
    application: str = "portal.wsgi:application",
    python: Path | None = None,
    ready: str = "/",
) -> Server:
    """Start the application under the server, options and number of workers of ``bin/run``; wait until it answers."""
    listener = listen("127.0.0.1", free_loopback_port())
    program = web_program(state, env, listener.fileno(), None)
    argv = [application if part == "portal.wsgi:application" else str(part) for part in program.argv]
    if python is not None:
        argv[0] = str(python)
    with state.log(f"web-{name}").open("wb") as log:
        process = spawn(argv, env=env, cwd=program.cwd, output=log, pass_fds=program.pass_fds)
    server = Server(listener.getsockname()[1], process, listener)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = Connection(server.port)
            if connection.ask(Request(ready).as_bytes(server.port)).status < 500:
                connection.close()
                return server
        except OSError:
            pass
        time.sleep(0.1)
    server.stop()
    raise RuntimeError(f"{name} did not come up; see {state.log(f'web-{name}')}")
