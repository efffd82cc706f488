"""``bin/run``: from an empty folder to a portal that listens, and down again without a trace."""

from __future__ import annotations

import argparse
import getpass
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from portal.embedded import static_files
from portal.embedded.borrowing import Borrowed
from portal.embedded.catalogs import stale_catalogs
from portal.embedded.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from portal.embedded.locks import FileLock
from portal.embedded.logs import tail
from portal.embedded.places import open_state
from portal.embedded.ports import as_host, is_loopback, listen
from portal.embedded.problems import Problem, complain, say
from portal.embedded.programs import beat_program, web_program, worker_program
from portal.embedded.python_environment import PYTHON, ensure_environment, variables
from portal.embedded.steps import Stopped, ignore_signals, run_step, stop_on_signals
from portal.embedded.supervisor import Supervisor
from portal.embedded.variables import Memory, embedded_servers, portal_variables, random_secret_key, read_env_file

READY_PATIENCE = 90.0
REFUSED = 3  # prepare's exit status when its last line is a sentence for the screen


def main(arguments: Sequence[str]) -> int:
    """Run the portal until it is stopped; return the exit status."""
    options = _options(arguments)
    os.umask(0o022)
    stop_on_signals()
    try:
        read_env_file()
        _Start(options).run()
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        say("Stopped.")
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(1, f"{self.prog}: {message}; {self.prog} --help lists what it understands.\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="bin/run", description="Set everything up and run the front-desk portal.")
    parser.add_argument(
        "--empty",
        action="store_true",
        help="no demo data, only a first administrator: FIRST_ADMIN_USERNAME and FIRST_ADMIN_PASSWORD, or asked for",
    )
    parser.add_argument("--port", type=int, help="where to listen; without it 8000 or the next free port")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.port is not None and not 0 < options.port < 65536:
        parser.exit(1, f"--port {options.port} is not a port: name one from 1 to 65535.\n")
    return options


class _Start:
    """One start of the portal, step by step."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._state = open_state("run")
        self._memory = Memory(self._state)

    def run(self) -> None:
        alone = FileLock(self._state.folder / "run.lock")
        note = self._state.folder / "address.txt"
        if not alone.try_take():
            where = tail(note) or "another port"
            raise Problem(f"The portal of this folder is running already, at {where}: stop that one first.")
        _check_choices()
        listener = listen(self._options.bind, self._options.port)
        self._address = f"http://{as_host(self._options.bind)}:{listener.getsockname()[1]}/"
        note.write_text(self._address, encoding="utf-8")
        self._refuse_too_late_choices()
        admin = self._ask_for_admin() if self._needs_admin_now() else {}
        ensure_environment(["requirements.txt"], self._state, say)
        with Borrowed(self._state, embedded_servers()) as servers:
            try:
                self._prepare(servers, admin)
                self._serve(servers, listener)
            finally:
                ignore_signals()
                listener.close()

    # What the first start decides

    def _refuse_too_late_choices(self) -> None:
        if self._options.empty and self._memory.get("fill") == "demo":
            raise Problem(
                f"The data in {self._state.folder} began as demo data, so --empty comes too late: "
                "set PORTAL_DATA to another folder to begin without it."
            )

    def _needs_admin_now(self) -> bool:
        """Whether it is certain, before anything is set up, that a first administrator will be made."""
        if self._memory.get("filled"):
            return False
        if "fill" in self._memory:
            return self._memory.get("fill") == "admin"
        return (self._options.empty or os.environ.get("PORTAL_DEMO") == "0") and not os.environ.get("DATABASE_URL")

    def _ask_for_admin(self) -> dict[str, str]:
        names = ("FIRST_ADMIN_USERNAME", "FIRST_ADMIN_PASSWORD")
        given = {name: os.environ.get(name, "") for name in names}
        if all(given.values()):
            return given
        if not sys.stdin.isatty():
            raise Problem(
                "A portal without demo data needs a first administrator: "
                "set FIRST_ADMIN_USERNAME and FIRST_ADMIN_PASSWORD, or start it from a terminal."
            )
        username = given[names[0]] or input("User name of the first administrator: ").strip()
        password = given[names[1]] or getpass.getpass("Password: ")
        if not given[names[1]] and getpass.getpass("The same password again: ") != password:
            raise Problem("The two passwords differ: start again.")
        if not username or not password:
            raise Problem("The first administrator needs a user name and a password: start again.")
        return dict(zip(names, (username, password), strict=True))

    def _decide_fill(self, connection: dict[str, str]) -> dict[str, str]:
        """Decide, once for all starts, between demo mode and production, and what the database begins with."""
        if "fill" in self._memory:
            return {name: self._memory.get(name) for name in ("demo", "fill")}
        wish = os.environ.get("PORTAL_DEMO")
        if os.environ.get("DATABASE_URL") and self._is_database_used(connection):
            # Somebody's portal, to which this host is new: nothing of ours goes in.
            return {"demo": wish or "0", "fill": "nothing"}
        if self._options.empty:
            return {"demo": wish or "0", "fill": "admin"}
        return {"demo": wish or "1", "fill": "admin" if wish == "0" else "demo"}

    def _is_database_used(self, connection: dict[str, str]) -> bool:
        # Demo mode only for this look, so that production's demands come in their turn and with their own sentences.
        looking = {"SECRET_KEY": random_secret_key(), "DEBUG": "0", "PORTAL_DEMO": "1"}
        self._run_prepare(["probe"], variables() | connection | looking)
        return tail(self._state.log("prepare"), lines=1) == "used"

    # Setting up

    def _prepare(self, servers: Borrowed, admin: dict[str, str]) -> None:
        connection = servers.connection()
        if stale_catalogs():
            log = self._state.log("setup")
            if run_step([str(PYTHON), "-m", "portal.embedded.catalogs"], env=variables(), log=log) != 0:
                raise Problem(tail(log, lines=1))
        decided = self._decide_fill(connection)
        self._env = portal_variables(self._state, connection, self._memory, demo=decided["demo"])
        self._env |= self._listening_variables()
        steps = ["migrate"]
        if not static_files.are_collected(self._state):
            steps.append("collectstatic")
        if not self._memory.get("filled"):
            say("Setting up the database" + (" and its demo data …" if decided["fill"] == "demo" else " …"))
            self._run_prepare(["migrate"], self._env)
            # Only from here on is there anything that another decision would have to undo.
            self._memory.remember(**decided)
            fill = {"demo": ["seed_demo"], "admin": ["first_admin"], "nothing": []}[decided["fill"]]
            steps = [*fill, *steps[1:]]
        if steps:
            self._run_prepare(steps, self._env | admin)
        # Noted only now: what was interrupted is done again, whole, at the next start.
        if not self._memory.get("filled"):
            self._memory.remember(filled="1")
        if "collectstatic" in steps:
            static_files.note_collected(self._state)

    def _run_prepare(self, steps: list[str], env: dict[str, str]) -> None:
        log = self._state.log("prepare")
        log.unlink(missing_ok=True)
        status = run_step([str(PYTHON), "-m", "portal.embedded.prepare", *steps], env=env, log=log)
        if status == REFUSED:
            raise Problem(tail(log, lines=1))
        if status != 0:
            raise Problem(f"{tail(log)}\nPreparing the database failed; see {log}.".lstrip())

    def _listening_variables(self) -> dict[str, str]:
        address = self._options.bind
        chosen = {name: os.environ[name] for name in ("HTTPS", "ALLOWED_HOSTS") if os.environ.get(name)}
        if is_loopback(address):
            return {"HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]"} | chosen
        named = [as_host(address), "127.0.0.1", "localhost", "[::1]", socket.gethostname()]
        return {"ALLOWED_HOSTS": ",".join(dict.fromkeys(named))} | chosen

    # Serving

    def _serve(self, servers: Borrowed, listener: socket.socket) -> None:
        demo = self._env["PORTAL_DEMO"] == "1"
        supervisor = Supervisor(report=_report)
        try:
            for program in (
                web_program(self._state, self._env, listener.fileno(), _show_codes if demo else None),
                worker_program(self._state, self._env, _show_codes if demo else None),
                beat_program(self._state, self._env),
            ):
                supervisor.start(program)
            self._await_ready(supervisor, listener)
            self._announce(demo=demo)
            self._warn(listener)
            while True:
                supervisor.tick()
                servers.revive()
                time.sleep(0.5)
        finally:
            ignore_signals()
            say("Stopping …")
            supervisor.stop(["beat"], ["worker", "web"])

    def _await_ready(self, supervisor: Supervisor, listener: socket.socket) -> None:
        until = time.monotonic() + READY_PATIENCE
        while time.monotonic() < until:
            if self._answers(listener):
                return
            if supervisor.status_of("web") is not None:
                break
            time.sleep(0.05)
        log = self._state.log("web")
        raise Problem(f"{tail(log)}\nThe web server did not come up; see {log}.".lstrip())

    def _answers(self, listener: socket.socket) -> bool:
        """Whether the product's own health page says that it is well."""
        return self._ask("/health/live/", listener).get("status") == "ok"

    def _warn(self, listener: socket.socket) -> None:
        """Name what is down: without its Redis the portal works on, but whoever has just started it should know."""
        down = self._ask("/health/", listener).get("down") or []
        if isinstance(down, list) and down:
            say(f"Not everything is up: {', '.join(map(str, down))} does not answer.")

    def _ask(self, path: str, listener: socket.socket) -> dict[str, object]:
        host = self._env.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
        address = as_host(self._options.bind).strip("[]")
        connection = http.client.HTTPConnection(address, listener.getsockname()[1], timeout=5)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = json.loads(connection.getresponse().read())
            return answer if isinstance(answer, dict) else {}
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def _announce(self, *, demo: bool) -> None:
        say(f"\nThe front-desk portal is at {self._address}\n")
        if demo and self._memory.get("fill") == "demo":
            say(f"Demo accounts, all with the password {DEMO_PASSWORD}:")
            for name, role in DEMO_ACCOUNTS:
                say(f"  {name:<18}{role}")
            say("")
        say(f"Logs: {self._state.logs}\nCtrl-C stops it.")


def _check_choices() -> None:
    wish = os.environ.get("PORTAL_DEMO", "")
    if wish not in ("", "0", "1"):
        raise Problem(f"PORTAL_DEMO is {wish!r}: set it to 1 for demo mode or 0 for production.")
    workers = os.environ.get("WEB_WORKERS", "")
    if workers and not (workers.isdecimal() and 0 < int(workers) <= 64):
        raise Problem(f"WEB_WORKERS is {workers!r}: set it to a number of processes from 1 to 64.")


def _show_codes(line: str) -> None:
    # Without a telephone network the console is the phone that one-time codes arrive on.
    if line.startswith("one-time code "):
        say(line)


def _report(event: str) -> None:
    say(f"{time.strftime('%H:%M:%S')}  {event}")
