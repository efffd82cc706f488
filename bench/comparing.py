"""The same operation by several servers, in turns, so that what disturbs the machine disturbs them all alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.clients import Load, Request, ask_for
from bench.measuring import Figures, Meter, Stretch, median_of, percentile
from bench.servers import Server
from portal.embedded.places import CHECKOUT


@dataclass(frozen=True)
class Pace:
    """How long everything is measured."""

    rounds: int = 3
    alone: float = 2.0  # seconds with one client
    together: float = 2.0  # seconds with eight; 0 leaves that out
    clients: int = 8
    profiled: int = 40  # requests in process

    @classmethod
    def brief(cls) -> Pace:
        return cls(rounds=1, alone=1.5, together=1.5, profiled=0)

    def light(self) -> Pace:
        """Of operations that are many and alike."""
        return Pace(rounds=1, alone=self.alone / 2, together=0, profiled=0)


@dataclass
class Contender:
    """A server with the environment that it runs in, and how to look inside it."""

    who: str  # ours, floor or peer
    server: Server
    env: dict[str, str]
    application: str
    python: Path = Path(sys.executable)
    warm: bool = False


@dataclass
class Measured:
    """One operation by one contender."""

    figures: Figures
    look: dict[str, Any] = field(default_factory=dict)


def compare(
    asked: Mapping[str, tuple[Contender, Sequence[Request]]], roots: Mapping[str, int], pace: Pace
) -> dict[str, Figures]:
    """Measure each contender with one client and with several, round after round."""
    rounds: dict[str, list[tuple[Load, Load, list[Stretch]]]] = {who: [] for who in asked}
    for contender, requests in asked.values():
        _warm_up(contender, requests, pace)
    for _ in range(pace.rounds):
        for who, (contender, requests) in asked.items():
            rounds[who].append(_one_round(contender, requests, roots, pace))
    return {who: _figures(found) for who, found in rounds.items()}


def _warm_up(contender: Contender, requests: Sequence[Request], pace: Pace) -> None:
    ask_for(contender.server.port, requests, clients=pace.clients, seconds=0.3 if contender.warm else 1.5)
    contender.warm = True


def _one_round(
    contender: Contender, requests: Sequence[Request], roots: Mapping[str, int], pace: Pace
) -> tuple[Load, Load, list[Stretch]]:
    meter = Meter({**roots, "app": contender.server.pid})
    before = meter.read()
    alone = ask_for(contender.server.port, requests, clients=1, seconds=pace.alone)
    between = meter.read()
    together = Load(elapsed=1.0)
    if pace.together:
        together = ask_for(contender.server.port, requests, clients=pace.clients, seconds=pace.together)
    after = meter.read()
    return alone, together, [meter.between(before, between), meter.between(between, after)]


def _figures(rounds: Sequence[tuple[Load, Load, list[Stretch]]]) -> Figures:
    stretches = [stretch for _, _, both in rounds for stretch in both]
    requests = sum(len(alone.seconds) + len(together.seconds) for alone, together, _ in rounds)

    def cpu(name: str) -> float:
        return 1000 * sum(stretch.cpu[name] for stretch in stretches) / requests

    return Figures(
        p50_ms=median_of(1000 * percentile(alone.seconds, 0.5) for alone, _, _ in rounds),
        p95_ms=median_of(1000 * percentile(alone.seconds, 0.95) for alone, _, _ in rounds),
        per_second=median_of(len(together.seconds) / together.elapsed for _, together, _ in rounds),
        app_ms=cpu("app"),
        db_ms=cpu("db"),
        redis_ms=cpu("redis"),
        others=sum(s.others * s.elapsed for s in stretches) / sum(s.elapsed for s in stretches),
        requests=requests,
    )


def look_inside(
    contender: Contender, requests: Mapping[str, Request], *, profiled: int = 0
) -> dict[str, dict[str, Any]]:
    """Statements, plans and profile of each request, found in a process of its own."""
    asked = {
        "application": contender.application,
        "profiled": profiled,
        "requests": {
            name: {
                "method": request.method,
                "path": request.path,
                "headers": dict(request.headers),
                "body": request.body.decode(),
                "status": request.status,
            }
            for name, request in requests.items()
        },
    }
    done = subprocess.run(
        [contender.python, "-m", "bench.inside"],
        input=json.dumps(asked),
        env=contender.env,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"looking inside {contender.who} failed: {done.stderr[-2000:]}")
    looks: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return looks
