"""(c) A ticket's page: its history, its timers and its steps."""

from __future__ import annotations

from bench.clients import Request
from bench.operations import peering
from bench.operations.queue import OPEN, SITE
from bench.operations.stage import Bench

SAMPLE = 20


def measure(bench: Bench) -> None:
    for size in bench.sizes:
        ours, floor = bench.ours(size), bench.floor(size)
        headers = bench.signed_in(ours)
        bench.measure(
            "ticket page",
            size,
            {
                **peering.ticket(bench, size),
                "floor": (floor, [Request(f"/tickets/F-{n * 10}/") for n in range(1, SAMPLE)]),
                "ours": (ours, [Request(f"/tickets/{number}/", headers=headers) for number in numbers(bench, size)]),
            },
            profile=True,
        )


def numbers(bench: Bench, size: int) -> list[str]:
    """Open tickets that are with a department: those that are looked at."""
    found = bench.databases.query(
        bench.databases.ours(size),
        f"SELECT number FROM complaints_ticket WHERE site_id = {SITE} AND {OPEN} AND department_id IS NOT NULL "
        f"ORDER BY id DESC LIMIT {SAMPLE}",
    )
    return [number for (number,) in found]
