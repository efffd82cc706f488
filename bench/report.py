"""What was found, as JSON and as Markdown tables, with each gate and whether it holds."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import gates
from bench.comparing import Measured, Pace
from bench.databases import in_short

COLUMNS = (
    "operation",
    "size",
    "who",
    "p50 ms",
    "p95 ms",
    "req/s c8",
    "CPU ms (app + db + redis)",
    "statements",
    "SQL ms",
    "buffers hit + read",
    "slowest statement, ms",
    "served by",
    "others' CPU",
)


class Report:
    """Collects figures while the run goes on; ``write`` puts them into files."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.found: dict[tuple[str, int], dict[str, Measured]] = {}
        self.notes: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
        self.missing: dict[str, str] = {}

    def keep(self, operation: str, size: int, who: str, measured: Measured) -> None:
        self.found.setdefault((operation, size), {})[who] = measured

    def note(self, operation: str, size: int, who: str, figures: dict[str, Any]) -> None:
        """What is no request: a sweep, memory."""
        self.notes.setdefault((operation, size), {})[who] = figures

    def facts(self) -> dict[tuple[str, int], dict[str, dict[str, Any]]]:
        asked = {
            key: {who: asdict(one.figures) | _small(one.look) for who, one in by.items()}
            for key, by in self.found.items()
        }
        return asked | self.notes

    def write(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for (operation, size), by in self.found.items():
            for who, measured in by.items():
                self._write_plans(folder, f"{operation} {in_short(size)} {who}", measured.look)
        facts = [
            {"operation": operation, "size": size, "who": who, **figures}
            for (operation, size), by in self.facts().items()
            for who, figures in by.items()
        ]
        (folder / "figures.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
        (folder / "figures.md").write_text(self.as_markdown(), encoding="utf-8")
        print(self.as_markdown())

    def as_markdown(self) -> str:
        parts = [self._how(), self._goals(), self._requests(), self._others()]
        parts += [f"Not measured: {name}: {why}" for name, why in self.missing.items()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _how(self) -> str:
        shares = [one.figures.others for by in self.found.values() for one in by.values()]
        taken = f"; others took {min(shares):.0%} to {max(shares):.0%} of the machine's CPU meanwhile" if shares else ""
        return (
            f"{os.cpu_count()} cores, Python {platform.python_version()}; ours, floors and peer in turns under the "
            f"same server as bin/run starts it, {self.pace.rounds} round(s){taken}. Where others took much, ratios of "
            "CPU are to be trusted and times are not."
        )

    def _goals(self) -> str:
        return "\n".join([gates.HEAD, *(line.as_row() for line in gates.lines(self.facts()))])

    def _requests(self) -> str:
        rows = []
        for (operation, size), by in self.found.items():
            for who, one in by.items():
                f, look = one.figures, one.look
                slowest = look.get("slowest") or {"ms": 0.0, "indexes": [], "scans": []}
                served = [*slowest["indexes"], *(f"scan of {table}" for table in slowest["scans"])]
                row = [operation, in_short(size), who, f"{f.p50_ms:.1f}", f"{f.p95_ms:.1f}"]
                row += [f"{f.per_second:.0f}" if f.per_second else "–"]
                row += [f"{f.app_ms:.2f} + {f.db_ms:.2f} + {f.redis_ms:.2f}", str(look["statements"])]
                row += [f"{look['sql_ms']:.2f}", f"{look['hit']} + {look['read']}", f"{slowest['ms']:.2f}"]
                rows.append([*row, ", ".join(served), f"{f.others:.0%}"])
        return _table(COLUMNS, rows)

    def _others(self) -> str:
        """Sweeps and memory, which are no requests."""
        rows = [
            [operation, in_short(size), who, "; ".join(f"{name} {value:.4g}" for name, value in figures.items())]
            for (operation, size), by in self.notes.items()
            for who, figures in by.items()
        ]
        return _table(("operation", "size", "who", "found"), rows)

    @staticmethod
    def _write_plans(folder: Path, name: str, look: dict[str, Any]) -> None:
        file = re.sub(r"\W+", "-", name)
        words = "".join(f"-- {one['ms']:.2f} ms\n{one['sql']}\n\n{one['plan']}\n\n" for one in look["plans"])
        (folder / f"{file}.plans.txt").write_text(words, encoding="utf-8")
        if look["profile"]:
            (folder / f"{file}.profile.txt").write_text(look["profile"], encoding="utf-8")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows)]
    return "\n".join(lines) if rows else ""


def _small(look: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in look.items() if name not in {"plans", "profile"}}
