"""A database for each size, kept and used again: the portal's, the floors' and the peer's, in one PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2

from bench.saying import say
from portal.embedded.places import CHECKOUT, State
from portal.embedded.python_environment import PYTHON

WHOLE = "whole: made by bin/bench"
FLOORS = CHECKOUT / "bench" / "floors" / "tables.sql"


class Databases:
    """The databases of one PostgreSQL; each is made once, and its comment says that it is whole."""

    def __init__(self, state: State, env: dict[str, str], *, fresh: bool) -> None:
        self._state = state
        self._env = env
        self._fresh = fresh
        self._up_to_date: set[str] = set()
        self._server = parse_qs(urlsplit(env["DATABASE_URL"]).query)["host"][0]

    def url(self, name: str) -> str:
        return urlsplit(self._env["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    def env(self, name: str) -> dict[str, str]:
        return self._env | {"DATABASE_URL": self.url(name)}

    def connect(self, name: str) -> Any:
        connection = psycopg2.connect(host=self._server, user="postgres", dbname=name)
        connection.autocommit = True
        return closing(connection)

    def query(self, name: str, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        with self.connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def postmaster(self) -> int:
        """The process under which everything of this PostgreSQL runs."""
        (folder,) = self.query("postgres", "SHOW data_directory")[0]
        return int(Path(folder, "postmaster.pid").read_text().split("\n", 1)[0])

    # Making

    def ours(self, tickets: int) -> str:
        name = f"portal_{in_short(tickets)}"
        self._have(name, lambda: self._seed(name, ["--tickets", str(tickets), "--residents", str(tickets)]))
        self._migrate(name)
        return name

    def floor(self, tickets: int) -> str:
        name = f"floor_{in_short(tickets)}"
        self._have(name, lambda: self._fill_floor(name, tickets))
        return name

    def peer(self, tickets: int, fill: Callable[[str], None]) -> str:
        name = f"peer_{in_short(tickets)}"
        self._have(name, lambda: fill(name))
        return name

    def _have(self, name: str, fill: Callable[[], None]) -> None:
        if name in self._up_to_date:
            return
        found = self.query(
            "postgres",
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        if found and found[0][0] == WHOLE and not self._fresh:
            self._up_to_date.add(name)
            return
        say(f"making the database {name} …")
        began = time.monotonic()
        self.query("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.query("postgres", f"CREATE DATABASE {name}")
        fill()
        self.query(name, "VACUUM (ANALYZE)")
        self.query("postgres", f"COMMENT ON DATABASE {name} IS '{WHOLE}'")
        self._up_to_date.add(name)
        say(f"  {name}: {time.monotonic() - began:.0f} s")

    def _migrate(self, name: str) -> None:
        if f"{name} migrated" not in self._up_to_date:
            self._run(name, ["-m", "portal.embedded.prepare", "migrate", "collectstatic"])
            self._up_to_date.add(f"{name} migrated")

    def _seed(self, name: str, options: list[str]) -> None:
        self._run(name, ["-m", "portal.embedded.prepare", "migrate"])
        self._run(name, ["manage.py", "seed_demo", *options])
        self._run(name, ["manage.py", "sweep"])

    def _fill_floor(self, name: str, tickets: int) -> None:
        self.query(name, FLOORS.read_text(encoding="utf-8"), {"tickets": tickets})

    def _run(self, name: str, arguments: list[str]) -> None:
        log = self._state.log("databases")
        with log.open("ab") as output:
            done = subprocess.run(
                [str(PYTHON), *arguments], env=self.env(name), cwd=CHECKOUT, stdout=output, stderr=output, check=False
            )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} failed for {name}; see {log}")


def in_short(number: int) -> str:
    """10000 as 10k, 1000000 as 1m."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if number >= size and number % size == 0:
            return f"{number // size}{letter}"
    return str(number)


def in_full(word: str) -> int:
    """10k as 10000."""
    factor = {"k": 1_000, "m": 1_000_000}.get(word[-1].lower(), 1)
    return int(word if factor == 1 else word[:-1]) * factor


def here() -> State:
    """The state folder of this run, as bin/bench has opened it."""
    return State(Path(os.environ["BENCH_FOLDER"]))
