"""What every operation stands on: the databases, the servers of one size, who is signed in, and the report."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.clients import Request, sign_in
from bench.comparing import Contender, Measured, Pace, compare, look_inside
from bench.databases import Databases, in_short
from bench.measuring import Figures
from bench.peer.environment import python_of_peer
from bench.report import Report
from bench.saying import say
from bench.servers import serve
from portal.embedded.demo_accounts import DEMO_PASSWORD
from portal.embedded.places import State

USER = "supervisor"  # sees every ticket of the first site
RESIDENTS = 40  # with a token each, so that nobody's limit of new tickets an hour is met
PEER_AT_MOST = 100_000  # past that a page of the peer takes longer than anybody would wait


class Bench:
    """One run of bin/bench."""

    def __init__(
        self, state: State, env: dict[str, str], sizes: Sequence[int], pace: Pace, options: argparse.Namespace
    ) -> None:
        self.state = state
        self.sizes = sizes
        self.pace = pace
        self.options = options
        self.report = Report(pace)
        self.databases = Databases(state, env, fresh=options.fresh)
        self.roots = {"db": self.databases.postmaster(), "redis": _valkey(state)}
        self._contenders: dict[tuple[str, int], Contender] = {}
        self._cookies: dict[tuple[int, str], str] = {}

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for contender in self._contenders.values():
            contender.server.stop()

    # Who is measured

    def ours(self, size: int) -> Contender:
        return self._contender("ours", size)

    def floor(self, size: int) -> Contender:
        return self._contender("floor", size)

    def peer(self, size: int) -> Contender | None:
        """None where the peer is left out."""
        return None if self.options.without_peer or size > PEER_AT_MOST else self._contender("peer", size)

    def _contender(self, who: str, size: int) -> Contender:
        if (who, size) not in self._contenders:
            start = {"ours": self._start_ours, "floor": self._start_floor, "peer": self._start_peer}[who]
            self._contenders[who, size] = start(size)
        return self._contenders[who, size]

    def serving(self, database: str, name: str) -> Contender:
        """The portal on that database, started for this measurement."""
        env = self.databases.env(database)
        server = serve(self.state, env, name=name, ready="/health/live/")
        self._contenders[name, 0] = Contender("ours", server, env, "portal.wsgi")
        return self._contenders[name, 0]

    def _start_ours(self, size: int) -> Contender:
        env = self.databases.env(self.databases.ours(size))
        server = serve(self.state, env, name=f"portal-{in_short(size)}", ready="/health/live/")
        return Contender("ours", server, env, "portal.wsgi")

    def _start_floor(self, size: int) -> Contender:
        env = self.databases.env(self.databases.floor(size))
        server = serve(
            self.state, env, name=f"floor-{in_short(size)}", application="bench.floors.app:application", ready="/queue/"
        )
        return Contender("floor", server, env, "bench.floors.app")

    def _start_peer(self, size: int) -> Contender:
        python = python_of_peer(self.state)
        env = self.databases.peer_env(self.databases.peer(size, python))
        server = serve(
            self.state,
            env,
            name=f"peer-{in_short(size)}",
            application="bench.peer.wsgi:application",
            python=python,
            ready="/helpdesk/login/",
        )
        return Contender("peer", server, env, "bench.peer.wsgi", python)

    def signed_in(
        self, contender: Contender, user: str = USER, password: str = DEMO_PASSWORD, path: str = "/login/"
    ) -> dict[str, str]:
        """The headers of somebody of the desk who is signed in."""
        port = contender.server.port
        if (port, user) not in self._cookies:
            self._cookies[port, user] = sign_in(port, path, {"username": user, "password": password})
        return {"Cookie": self._cookies[port, user], "Accept-Language": "zh-hans"}

    # Measuring

    def measure(
        self, operation: str, size: int, asked: Mapping[str, tuple[Contender, Sequence[Request]]], *, profile: bool
    ) -> None:
        """Compare contenders at one operation and keep what was found for the report."""
        figures = compare(asked, self.roots, self.pace)
        for who, (contender, requests) in asked.items():
            profiled = self.pace.profiled if profile and who == "ours" else 0
            look = look_inside(contender, {operation: requests[0]}, profiled=profiled)[operation]
            self._keep(operation, size, who, figures[who], look)

    def measure_each(self, size: int, contender: Contender, asked: Mapping[str, Request]) -> None:
        """Many requests of a kind: their statements matter, so their time is taken once, with one client."""
        looks = look_inside(contender, asked)
        for operation, request in asked.items():
            figures = compare({contender.who: (contender, [request])}, self.roots, self.pace.light())
            self._keep(operation, size, contender.who, figures[contender.who], looks[operation])

    def _keep(self, operation: str, size: int, who: str, figures: Figures, look: dict[str, Any]) -> None:
        self.report.keep(operation, size, who, Measured(figures, look))
        say(
            f"{operation}, {in_short(size)}, {who}: p50 {figures.p50_ms:.1f} p95 {figures.p95_ms:.1f} ms, "
            f"{figures.per_second:.0f}/s, CPU {figures.app_ms:.2f} + {figures.db_ms:.2f} + {figures.redis_ms:.2f} ms, "
            f"{look['statements']} statements, {look['sql_ms']:.1f} ms SQL, others {figures.others:.0%}"
        )


def _valkey(state: State) -> int:
    return int(Path(state.folder, "valkey", "valkey.pid").read_text())


def as_json(**facts: object) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode()
