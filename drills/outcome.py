"""What a drill found, as one row of the table in docs/proof.md."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from drills.counting import Count, share

HEAD = "| id | what | times | lost | double | inconsistent | late p50 / p99 / max, s | control | passed | took |"
RULE = "|---|---|---|---|---|---|---|---|---|---|"


@dataclass
class Outcome:
    """``bar`` is the most that p99 and maximum of lateness may be; ``control`` whether the unprotected twin failed."""

    id: str
    what: str
    times: int = 0
    lost: int = 0
    double: int = 0
    findings: list[str] = field(default_factory=list)
    late: Sequence[float] = ()
    bar: tuple[float, float] | None = None
    control: bool | None = None
    faults: list[str] = field(default_factory=list)  # whatever else was not as promised, in words
    notes: list[str] = field(default_factory=list)
    not_run: str = ""
    began: float = field(default_factory=time.monotonic)
    took: float = 0.0

    def add(self, found: Count) -> None:
        self.lost += found.lost
        self.double += found.double
        self.findings += found.findings

    def expect(self, held: bool, words: str) -> None:
        """Note a promise that was not kept."""
        if not held:
            self.faults.append(words)

    def done(self) -> Outcome:
        self.took = time.monotonic() - self.began
        if self.bar is not None and self.late:
            p99, most = share(self.late, 99), self.late[-1]
            self.expect(p99 <= self.bar[0] and most <= self.bar[1], f"p99 {p99:.1f} s, max {most:.1f} s")
        return self

    @property
    def passed(self) -> bool:
        clean = not (self.lost or self.double or self.findings or self.faults or self.not_run)
        return clean and self.control is not False

    def row(self) -> str:
        late = " / ".join(f"{share(self.late, p):.2f}" for p in (50, 99, 100)) if self.late else "–"
        control = {None: "–", True: "failed, as it should", False: "DID NOT FAIL"}[self.control]
        what = self.what + "".join(f"; {note}" for note in self.notes)
        verdict = "yes" if self.passed else self.not_run or "NO: " + "; ".join([*self.faults, *self._counted()])
        cells = [self.id, what, self.times, self.lost, self.double, len(self.findings), late, control, verdict]
        return "| " + " | ".join(map(str, cells)) + f" | {self.took:.0f} s |"

    def _counted(self) -> list[str]:
        wrong = {"lost": self.lost, "double": self.double, "findings": len(self.findings)}
        return [f"{number} {name}" for name, number in wrong.items() if number]


def table(outcomes: Sequence[Outcome]) -> str:
    return "\n".join([HEAD, RULE, *(outcome.row() for outcome in outcomes)])
