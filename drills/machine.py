"""A portal of the drill's own on this machine: PostgreSQL, Redis, web, worker and beat, to be killed, hung and started.

The programs are those of ``bin/run``, with its settings of a first start. A drill that needs one of them bent (a kill
at a named line, a lock taken away) has it forked from itself, where a few functions are replaced; the product knows
nothing of it.
"""

from __future__ import annotations

import http.client
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from drills.processes import Process, Spawned, forked
from portal.embedded import static_files
from portal.embedded.places import CHECKOUT, State
from portal.embedded.ports import free_loopback_port, listen
from portal.embedded.postgres import Postgres
from portal.embedded.programs import beat_program, web_program, worker_program
from portal.embedded.python_environment import PYTHON
from portal.embedded.supervisor import Program
from portal.embedded.valkey import Valkey
from portal.embedded.variables import variables_for_tests

TEMPLATE = "drill_template"
COMMITS_ARE_DATED = ["-c", "track_commit_timestamp=on"]  # a level is as late as its commit, not as its sweep's clock


class Machine:
    """Everything of one portal, as a ``with`` block; nothing of it outlives the block."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.env: dict[str, str] = {}
        self._running: list[Process] = []
        self._mails = state.folder / "mails.txt"

    def __enter__(self) -> Machine:
        try:
            self._start_servers()
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop_programs()
        for server in (self.redis, self.postgres):
            server.stop()

    # --- servers -----------------------------------------------------------------------------------------------------

    def _start_servers(self) -> None:
        self._postgres, self._valkey = Postgres(self.state), Valkey(self.state)
        own = self._postgres.program()
        self.postgres = Spawned(replace(own, argv=[*own.argv, *COMMITS_ARE_DATED]))
        self.redis = Spawned(self._valkey.program())
        until(self._postgres.is_ready, "PostgreSQL")
        until(self._valkey.is_ready, "Redis")
        self._postgres.after_start()

    def start_redis(self) -> None:
        """Have it again after a kill, at the same address."""
        self.redis = Spawned(self._valkey.program())
        until(self._valkey.is_ready, "Redis")

    def _prepare(self) -> None:
        """One database with the small company in it; each drill gets a copy."""
        self._mail_port = free_loopback_port()
        connection = self._postgres.connection() | self._valkey.connection()
        self.env = variables_for_tests(self.state, connection) | {
            "PORTAL_TESTING": "0",
            "PORTAL_DEMO": "1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self._mail_port}",
        }
        os.environ.update(self.env)
        os.environ.pop("PGHOST", None)
        import django

        django.setup()
        for handler in logging.getLogger().handlers:  # ours and that of what we fork: the screen is for the figures
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(self.state.log("drill").open("a", encoding="utf-8"))
        from drills import databases

        databases.make_template(TEMPLATE)
        if not static_files.are_collected(self.state):
            from django.core.management import call_command

            call_command("collectstatic", interactive=False, verbosity=0)
            static_files.note_collected(self.state)

    def fresh(self, name: str) -> Any:
        """Stop all programs and begin anew: an own database with a small company, an empty Redis. Gives the company."""
        from drills import databases
        from drills.ringing import flush

        self.stop_programs()
        house = databases.copy_of(TEMPLATE, f"drill_{name}")
        self.env["DATABASE_URL"] = os.environ["DATABASE_URL"]
        flush()
        self._mails.write_text("", encoding="utf-8")
        self._start_mail()
        return house

    # --- programs ----------------------------------------------------------------------------------------------------

    def start_web(self, *, bend: Callable[[], None] | None = None, env: dict[str, str] | None = None) -> Process:
        """The web server on a port of its own; returns when it answers."""
        listener = listen("127.0.0.1", free_loopback_port())
        self.port = listener.getsockname()[1]
        with listener:
            listener.set_inheritable(True)
            self._web = self._start(web_program(self.state, self._with(env), listener.fileno(), None), bend)
        until(self.web_answers, "the web server")
        return self._web

    def web_answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/live/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill_a_web_worker(self) -> None:
        """One of gunicorn's; its master starts another."""
        os.kill(next(iter(self._web.children())), signal.SIGKILL)

    def start_worker(self, *, bend: Callable[[], None] | None = None, env: dict[str, str] | None = None) -> Process:
        return self._start(worker_program(self.state, self._with(env), None), bend)

    def start_beat(self, *, bend: Callable[[], None] | None = None, env: dict[str, str] | None = None) -> Process:
        return self._start(beat_program(self.state, self._with(env)), bend)

    def _start_mail(self) -> None:
        """A mail server that writes down what it is given (drills/post_office.py)."""
        argv = [str(PYTHON), "-m", "drills.post_office", str(self._mail_port), str(self._mails)]
        log = self.state.log("mail")
        self._running.append(Spawned(Program("mail", argv, self.env, CHECKOUT, log, stop_signal=signal.SIGKILL)))

    def mails(self) -> list[tuple[str, str]]:
        """(receiver, Message-ID) of every mail that was accepted, in order."""
        lines = self._mails.read_text(encoding="utf-8").splitlines()
        return [(line.split(" ")[0], line.split(" ")[1]) for line in lines]

    def revive(self) -> int:
        """Start what has ended by itself again after a second, as ``bin/run`` does; say how many had."""
        ended = [place for place, process in enumerate(self._running) if not process.is_alive()]
        if ended:
            time.sleep(1)
        for place in ended:
            gone = self._running[place]
            assert isinstance(gone, Spawned)
            gone.kill()  # what it has left behind
            self._running[place] = Spawned(gone.program)
        return len(ended)

    def stop_programs(self) -> None:
        while self._running:
            self._running.pop().kill()

    def in_log(self, program: str) -> str:
        return Path(self.state.log(program)).read_text(encoding="utf-8", errors="replace")

    def _with(self, env: dict[str, str] | None) -> dict[str, str]:
        return self.env | (env or {})

    def _start(self, program: Program, bend: Callable[[], None] | None) -> Process:
        process = Spawned(program) if bend is None else forked(program, bend)
        self._running.append(process)
        return process


def until(is_true: Callable[[], Any], what: str, *, seconds: float = 60.0) -> float:
    """Wait; return the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while not is_true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def say(words: str) -> None:
    """Progress, for whoever watches."""
    print(words, file=sys.stderr, flush=True)
