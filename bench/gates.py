"""The goals of docs/proof.md, each held against what this run found. What was not measured has no line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.databases import in_short

Facts = Mapping[tuple[str, int], Mapping[str, dict[str, Any]]]  # by operation and size, then by who: its figures
MEMORY = "memory of a worker"
HEAD = "| operation | size | ours | against | ratio | gate | holds | aim |\n" + "| --- " * 8 + "|"


@dataclass(frozen=True)
class Goal:
    """A bound of a figure: of the ratio to ``against``, or of the figure itself where there is nobody."""

    gate: float
    aim: float | None = None
    at_least: bool = False

    def is_met(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound

    def in_words(self, bound: float, unit: str) -> str:
        shown = f"1/{1 / bound:.0f}" if 0 < bound < 0.2 else f"{bound:g}"
        return f"{'≥' if self.at_least else '≤'} {shown}{unit}"


@dataclass(frozen=True)
class Line:
    """One goal and what was found."""

    operation: str
    size: int
    figure: str
    ours: float
    goal: Goal
    unit: str = "ms"
    who: str = ""
    other: float = 0.0

    def as_row(self) -> str:
        value = self.ours / self.other if self.who else self.ours
        unit = " ×" if self.who else f" {self.unit}".rstrip()
        aim = self.goal.aim
        reached = "" if aim is None else ", reached" if self.goal.is_met(value, aim) else ", not reached"
        cells = (
            self.operation,
            in_short(self.size),
            f"{self.figure} {_number(self.ours)} {self.unit}".rstrip(),
            f"{self.who} {_number(self.other)} {self.unit}".rstrip() if self.who else "–",
            f"{value:.2f}" if self.who else "–",
            self.goal.in_words(self.goal.gate, unit),
            "yes" if self.goal.is_met(value, self.goal.gate) else "**no**",
            "–" if aim is None else self.goal.in_words(aim, unit) + reached,
        )
        return "| " + " | ".join(cells) + " |"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _cpu(one: dict[str, Any]) -> float:
    return float(one["app_ms"] + one["db_ms"] + one["redis_ms"])


def _of(name: str) -> Callable[[dict[str, Any]], float]:
    return lambda one: float(one[name])


def _slowest(one: dict[str, Any]) -> float:
    return float((one["slowest"] or {"ms": 0.0})["ms"])


@dataclass(frozen=True)
class Rule:
    """Which figure of which operations is held against what. ``sizes``: the bound differs by size."""

    operations: str  # what their names begin with
    figure: str
    read: Callable[[dict[str, Any]], float]
    goal: Goal
    who: str = ""
    unit: str = "ms"
    sizes: range | None = None


SMALL, MIDDLE = range(20_000), range(20_000, 200_000)
RULES = (
    Rule("create by API", "CPU", _cpu, Goal(2.5, 1.8), "floor"),
    Rule("create by API", "together", _of("per_second"), Goal(1.7, 2.4, at_least=True), "peer", "/s"),
    Rule("create by API", "statements", _of("statements"), Goal(10), unit=""),
    Rule("queue, first page", "p50", _of("p50_ms"), Goal(1 / 7, 1 / 10), "peer", sizes=SMALL),
    Rule("queue, first page", "p50", _of("p50_ms"), Goal(1 / 35, 1 / 50), "peer", sizes=MIDDLE),
    *(
        rule
        for page in ("queue, first page", "queue, last page")
        for rule in (
            Rule(page, "p50", _of("p50_ms"), Goal(3, 2), "floor"),
            Rule(page, "CPU", _cpu, Goal(3, 2), "floor"),
            Rule(page, "statements", _of("statements"), Goal(8), unit=""),
        )
    ),
    Rule("queue by ", "slowest SQL", _slowest, Goal(10, 2)),
    Rule("queue by ", "statements", _of("statements"), Goal(9), unit=""),
    Rule("ticket page", "p50", _of("p50_ms"), Goal(6), "floor"),
    Rule("ticket page", "CPU", _cpu, Goal(6), "floor"),
    Rule("ticket page", "together", _of("per_second"), Goal(2.5, 4, at_least=True), "peer", "/s"),
    Rule("ticket page", "statements", _of("statements"), Goal(12), unit=""),
    Rule("find ", "slowest SQL", _slowest, Goal(5, 1)),
    Rule("sweep, 1k due", "rate", _of("per_second"), Goal(25, at_least=True), "peer", "/s"),
    Rule("sweep, 1k due", "time", lambda one: 1000 * float(one["seconds"]), Goal(500)),
    Rule("sweep, 10k due", "rate", _of("per_second"), Goal(0.25, 0.5, at_least=True), "floor", "/s"),
    Rule("sweep, 10k due, two workers", "done twice", _of("doubles"), Goal(0), unit=""),
    Rule("sweep, nothing due", "time", _of("ms"), Goal(10)),
)
GROWTH = {
    "create by API": 1.2,
    "queue, first page": 1.3,
    "queue, last page": 1.3,
    "queue by ": 2,
    "ticket page": 1.2,
    "find ": 2,
}


def lines(facts: Facts) -> Iterator[Line]:
    for (operation, size), by in facts.items():
        for rule in RULES:
            if _applies(rule, operation, size) and "ours" in by and (not rule.who or rule.who in by):
                other = rule.read(by[rule.who]) if rule.who else 0.0
                yield Line(operation, size, rule.figure, rule.read(by["ours"]), rule.goal, rule.unit, rule.who, other)
    yield from _growths(facts)
    yield from _finding_beside_the_peer(facts)
    yield from _sweeps(facts)
    yield from _memory(facts)


def _applies(rule: Rule, operation: str, size: int) -> bool:
    named = operation == rule.operations or (rule.operations.endswith(" ") and operation.startswith(rule.operations))
    return named and (rule.sizes is None or size in rule.sizes)


def _growths(facts: Facts) -> Iterator[Line]:
    """p50 at the largest size over p50 at the smallest."""
    for operation in dict.fromkeys(operation for operation, _size in facts):
        most = next((bound for name, bound in GROWTH.items() if operation.startswith(name)), None)
        sizes = sorted(size for name, size in facts if name == operation and "ours" in facts[name, size])
        if most is not None and len(sizes) > 1 and "compressed" not in operation:
            small, large = (float(facts[operation, size]["ours"]["p50_ms"]) for size in (sizes[0], sizes[-1]))
            yield Line(f"{operation}: growth", sizes[-1], "p50", large, Goal(most), "ms", in_short(sizes[0]), small)


def _finding_beside_the_peer(facts: Facts) -> Iterator[Line]:
    """People among a million beside the peer's search of its tickets, at the largest size that it was asked at."""
    peer = [(size, by["peer"]) for (name, size), by in facts.items() if name == "queue by text" and "peer" in by]
    sizes = [size for name, size in facts if name.startswith("find ")]
    if peer and sizes:
        size, found = max(peer, key=lambda one: one[0])
        for (name, ours_at), by in facts.items():
            if name.startswith("find ") and ours_at == max(sizes):
                who = f"peer's search at {in_short(size)}"
                yield Line(name, ours_at, "p50", by["ours"]["p50_ms"], Goal(1 / 20), "ms", who, found["p50_ms"])


def _sweeps(facts: Facts) -> Iterator[Line]:
    rates = {name: (size, by["ours"]["per_second"]) for (name, size), by in facts.items() if _is_rate(name, by)}
    one = rates.get("sweep, 10k due")
    for name, aim in (("sweep, 10k due, two workers", 1.4), ("sweep, 100k due", None)):
        if one and name in rates:
            size, rate = rates[name]
            yield Line(name, size, "rate", rate, Goal(1, aim, at_least=True), "/s", "10k due by one", one[1])


def _is_rate(name: str, by: Mapping[str, dict[str, Any]]) -> bool:
    return name.startswith("sweep, ") and "per_second" in by.get("ours", {})


def _memory(facts: Facts) -> Iterator[Line]:
    sizes = sorted(size for operation, size in facts if operation == MEMORY and "ours" in facts[operation, size])
    if not sizes:
        return
    small, large = facts[MEMORY, sizes[0]], facts[MEMORY, sizes[-1]]
    after = large["ours"]["after_mib"]
    yield Line(MEMORY, sizes[-1], "after the requests", after, Goal(115, 95), "MiB")
    if "floor" in small:
        yield Line(MEMORY, sizes[-1], "RSS", after, Goal(2), "MiB", "floor", small["floor"]["walked_mib"])
    walked = large["ours"]["walked_mib"]
    yield Line(MEMORY, sizes[-1], "after the requests", after, Goal(1.1), "MiB", "after the walk", walked)
    if len(sizes) > 1:
        before = small["ours"]["after_mib"]
        yield Line(f"{MEMORY}: growth", sizes[-1], "RSS", after, Goal(1.1), "MiB", in_short(sizes[0]), before)
