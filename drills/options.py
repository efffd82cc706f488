"""What of a drill can be made smaller or larger; None is the size of the table in RELIABILITY.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    times: int | None = None
    minutes: float | None = None
    brief: bool = False

    def seconds(self, minutes: float, brief: float) -> float:
        """How long something lasts: as asked, or as the table says, or short."""
        return 60 * (self.minutes if self.minutes is not None else brief if self.brief else minutes)
