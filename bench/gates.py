"""The goals of docs/proof.md, each held against what this run found. What was not measured has no line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.databases import in_short

Facts = Mapping[tuple[str, int], Mapping[str, dict[str, Any]]]  # by operation and size, then by who: its figures


@dataclass
class Line:
    operation: str
    size: str
    figure: str
    against: str
    ratio: float
    gate: str
    holds: bool

    def as_row(self) -> str:
        holds = "yes" if self.holds else "**no**"
        cells = (self.operation, self.size, self.figure, self.against, f"{self.ratio:.2f}", self.gate, holds)
        return "| " + " | ".join(cells) + " |"


HEAD = "| operation | size | figure | against | ratio | gate | holds |\n| --- | --- | --- | --- | --- | --- | --- |"
FILTERS_MS, FINDING_MS, EMPTY_MS = 10, 5, 10


def lines(facts: Facts) -> Iterator[Line]:
    for (operation, size), by in facts.items():
        ours, floor = by.get("ours"), by.get("floor")
        if ours is None:
            continue
        for measure in (_create, _queue, _filters, _ticket, _find):
            yield from measure(operation, size, ours, floor, by.get("peer"))
    yield from _growths(facts)
    yield from _sweeps(facts)
    yield from _memory(facts)


def _under(
    operation: str, size: int, what: str, ours: float, against: str, other: float, most: float, unit: str = "ms"
) -> Line:
    ratio = ours / other if other else 0.0
    return Line(
        operation,
        in_short(size),
        f"{what} {ours:.2f} {unit}",
        f"{against} {other:.2f} {unit}",
        ratio,
        f"≤ {most:g} ×",
        ratio <= most,
    )


def _at_most(operation: str, size: int, what: str, value: float, most: float) -> Line:
    return Line(operation, in_short(size), f"{what} {value:g}", f"{most:g}", value / most, f"≤ {most:g}", value <= most)


def _times(operation: str, size: int, ours: float, peer: float, least: float) -> Line:
    return Line(
        operation,
        in_short(size),
        f"{ours:.0f}/s",
        f"peer {peer:.0f}/s",
        ours / peer,
        f"≥ {least:g} ×",
        ours / peer >= least,
    )


def _cpu(one: dict[str, Any]) -> float:
    return float(one["app_ms"] + one["db_ms"] + one["redis_ms"])


def _create(operation: str, size: int, ours: Any, floor: Any, peer: Any) -> Iterator[Line]:
    if operation != "create by API":
        return
    if floor:
        yield _under(operation, size, "CPU", _cpu(ours), "floor", _cpu(floor), 2.5)
    if peer:
        yield _times(operation, size, ours["per_second"], peer["per_second"], 1.7)
    yield _at_most(operation, size, "statements", ours["statements"], 10)


def _queue(operation: str, size: int, ours: Any, floor: Any, peer: Any) -> Iterator[Line]:
    if operation not in ("queue, first page", "queue, last page"):
        return
    if floor:
        yield _under(operation, size, "p50", ours["p50_ms"], "floor", floor["p50_ms"], 3)
        yield _under(operation, size, "CPU", _cpu(ours), "floor", _cpu(floor), 3)
    if peer:
        yield _under(
            operation, size, "p50", ours["p50_ms"], "peer", peer["p50_ms"], 1 / 7 if size <= 10_000 else 1 / 35
        )
    yield _at_most(operation, size, "statements", ours["statements"], 8)


def _filters(operation: str, size: int, ours: Any, _floor: Any, _peer: Any) -> Iterator[Line]:
    if operation.startswith("queue by") and ours["slowest"]:
        yield _at_most(operation, size, "slowest SQL, ms:", round(ours["slowest"]["ms"], 2), FILTERS_MS)


def _ticket(operation: str, size: int, ours: Any, floor: Any, peer: Any) -> Iterator[Line]:
    if operation != "ticket page":
        return
    if floor:
        yield _under(operation, size, "p50", ours["p50_ms"], "floor", floor["p50_ms"], 6)
        yield _under(operation, size, "CPU", _cpu(ours), "floor", _cpu(floor), 6)
    if peer:
        yield _times(operation, size, ours["per_second"], peer["per_second"], 2.5)
    yield _at_most(operation, size, "statements", ours["statements"], 12)


def _find(operation: str, size: int, ours: Any, _floor: Any, _peer: Any) -> Iterator[Line]:
    if operation.startswith("find ") and ours["slowest"]:
        yield _at_most(operation, size, "slowest SQL, ms:", round(ours["slowest"]["ms"], 2), FINDING_MS)


def _growths(facts: Facts) -> Iterator[Line]:
    """p50 at the largest size over p50 at the smallest."""
    most: dict[str, float] = {
        "create by API": 1.2,
        "queue, first page": 1.3,
        "queue, last page": 1.3,
        "ticket page": 1.2,
    }
    operations = {operation for operation, _size in facts}
    for operation in sorted(operations):
        limit = most.get(operation) or (2.0 if operation.startswith(("find ", "queue by ")) else None)
        sizes = sorted(size for name, size in facts if name == operation and "ours" in facts[name, size])
        if limit and len(sizes) > 1:
            small, large = (facts[operation, size]["ours"]["p50_ms"] for size in (sizes[0], sizes[-1]))
            yield _under(f"{operation}: growth", sizes[-1], "p50", large, in_short(sizes[0]), small, limit)


def _sweeps(facts: Facts) -> Iterator[Line]:
    rates: dict[str, tuple[int, dict[str, Any]]] = {}
    for (operation, size), by in facts.items():
        if operation.startswith("sweep") and "ours" in by:
            rates[operation] = (size, by["ours"])
            if "floor" in by and operation == "sweep, 10k due":
                ratio = by["ours"]["per_second"] / by["floor"]["per_second"]
                against = f"one SQL statement a batch {by['floor']['per_second']:.0f}/s"
                yield Line(
                    operation,
                    in_short(size),
                    f"{by['ours']['per_second']:.0f}/s",
                    against,
                    ratio,
                    "≥ 0.25 ×",
                    ratio >= 0.25,
                )
            if "peer" in by:
                yield _times(operation, size, by["ours"]["per_second"], by["peer"]["per_second"], 25)
    one, two, many = (rates.get(f"sweep, {what}") for what in ("10k due", "10k due, two workers", "100k due"))
    if one and two:
        ratio = two[1]["per_second"] / one[1]["per_second"]
        yield Line(
            "sweep, two workers",
            in_short(two[0]),
            f"{two[1]['per_second']:.0f}/s",
            "one worker",
            ratio,
            "≥ 1 ×",
            ratio >= 1,
        )
        doubles = two[1]["doubles"]
        yield Line("sweep, two workers", in_short(two[0]), f"{doubles} doubles", "none", 0, "0", doubles == 0)
    if one and many:
        ratio = many[1]["per_second"] / one[1]["per_second"]
        yield Line(
            "sweep, 100k due",
            in_short(many[0]),
            f"{many[1]['per_second']:.0f}/s",
            "10k due",
            ratio,
            "≥ 1 ×",
            ratio >= 1,
        )
    if empty := rates.get("sweep, nothing due"):
        yield _at_most("sweep, nothing due", empty[0], "ms:", round(empty[1]["ms"], 1), EMPTY_MS)


def _memory(facts: Facts) -> Iterator[Line]:
    sizes = sorted(size for operation, size in facts if operation == "memory of a worker")
    if not sizes:
        return
    small, large = facts["memory of a worker", sizes[0]], facts["memory of a worker", sizes[-1]]
    after = large["ours"]["after_mib"]
    if "floor" in small:
        yield _under("memory of a worker", sizes[-1], "RSS", after, "floor", small["floor"]["walked_mib"], 2, "MiB")
    yield _under(
        "memory, after the requests", sizes[-1], "RSS", after, "walked", large["ours"]["walked_mib"], 1.1, "MiB"
    )
    if len(sizes) > 1:
        yield _under(
            "memory: growth", sizes[-1], "RSS", after, in_short(sizes[0]), small["ours"]["after_mib"], 1.1, "MiB"
        )
