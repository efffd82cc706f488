"""Memory of a web worker: fresh, after a walk over the pages, and after ten thousand requests."""

from __future__ import annotations

from bench.clients import Request, ask_for
from bench.comparing import Contender
from bench.databases import in_short
from bench.measuring import resident_mib
from bench.operations.stage import Bench
from bench.saying import say

REQUESTS = 10_000
PAGES = (
    "/queue/?tab=all",
    "/queue/",
    "/dashboard/",
    "/callbacks/",
    "/tickets/new/",
    "/find/?q=811203",
    "/me/",
    "/notifications/",
)


def measure(bench: Bench) -> None:
    sizes = sorted({bench.sizes[0], bench.sizes[-1]})
    for size in sizes:
        ours = bench.serving(bench.databases.ours(size), f"memory-{in_short(size)}")
        fresh = _largest(ours)
        headers = bench.signed_in(ours)
        pages = [Request(path, headers=headers) for path in PAGES]
        ask_for(ours.server.port, pages, clients=4, seconds=60, at_most=len(pages) * 8)
        walked = _largest(ours)
        many = REQUESTS if bench.pace.rounds > 1 else REQUESTS // 10
        ask_for(ours.server.port, pages, clients=4, seconds=3600, at_most=many)
        after = _largest(ours)
        found = {"fresh_mib": fresh, "walked_mib": walked, "after_mib": after, "requests": many}
        bench.report.note("memory of a worker", size, "ours", found)
        say(f"memory, {in_short(size)}: fresh {fresh:.0f}, walked {walked:.0f}, after {many} requests {after:.0f} MiB")
    floor = bench.floor(bench.sizes[0])
    ask_for(floor.server.port, [Request("/queue/")], clients=4, seconds=2)
    bench.report.note("memory of a worker", bench.sizes[0], "floor", {"walked_mib": _largest(floor)})
    say(f"memory of the floor: {_largest(floor):.0f} MiB")


def _largest(contender: Contender) -> float:
    return max(resident_mib(pid) for pid in contender.server.workers)
