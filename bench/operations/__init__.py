"""What is measured, by the names that ``--only`` takes, in the letters of the goals (docs/proof.md)."""

from __future__ import annotations

from collections.abc import Callable

from bench.operations import creating, finding, peering, queue, remembering, sweeping, ticket
from bench.operations.stage import Bench

OPERATIONS: dict[str, Callable[[Bench], None]] = {
    "create": creating.measure,
    "queue": queue.measure,
    "filters": queue.measure_filters,
    "ticket": ticket.measure,
    "sweep": sweeping.measure,
    "escalate": peering.escalate,
    "find": finding.measure,
    "search": peering.search,
    "memory": remembering.measure,
}

__all__ = ["OPERATIONS", "Bench"]
