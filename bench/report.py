"""What was found, as JSON and as Markdown tables, with each gate and whether it holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import gates
from bench.comparing import Measured, Pace
from bench.databases import in_short


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
        head = (
            "| operation | size | who | p50 ms | p95 ms | req/s c8 | CPU ms (app + db + redis) | SQL | SQL ms | "
            "buffers hit + read | slowest statement's indexes | others' CPU |"
        )
        lines = [head, "|" + " --- |" * (head.count("|") - 1)]
        for (operation, size), by in self.found.items():
            for who, one in by.items():
                f, look = one.figures, one.look
                slowest = look.get("slowest") or {"ms": 0.0, "indexes": [], "scans": []}
                read_whole = "".join(f" scan of {table}" for table in slowest["scans"])
                cells = (
                    operation,
                    in_short(size),
                    who,
                    f"{f.p50_ms:.1f}",
                    f"{f.p95_ms:.1f}",
                    f"{f.per_second:.0f}",
                    f"{f.app_ms:.2f} + {f.db_ms:.2f} + {f.redis_ms:.2f}",
                    str(look["statements"]),
                    f"{look['sql_ms']:.2f}",
                    f"{look['hit']} + {look['read']}",
                    f"{slowest['ms']:.2f} ms {', '.join(slowest['indexes'])}{read_whole}",
                    f"{f.others:.0%}",
                )
                lines.append("| " + " | ".join(cells) + " |")
        lines += ["", gates.HEAD, *(line.as_row() for line in gates.lines(self.facts()))]
        lines += [f"\nNot measured: {name}: {why}" for name, why in self.missing.items()]
        return "\n".join(lines) + "\n"

    @staticmethod
    def _write_plans(folder: Path, name: str, look: dict[str, Any]) -> None:
        words = "".join(f"-- {one['ms']:.2f} ms\n{one['sql']}\n\n{one['plan']}\n\n" for one in look["plans"])
        (folder / f"{name.replace(' ', '-').replace(',', '').replace(':', '')}.plans.txt").write_text(
            words, encoding="utf-8"
        )
        if look["profile"]:
            (folder / f"{name.replace(' ', '-').replace(',', '')}.profile.txt").write_text(
                look["profile"], encoding="utf-8"
            )


def _small(look: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in look.items() if name not in {"plans", "profile"}}
