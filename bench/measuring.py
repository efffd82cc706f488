"""What a server costs: CPU of its processes and of PostgreSQL's, memory, and how much of the machine others took."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _fields_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat that follow the name: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()


def tree_of(root: int) -> set[int]:
    """A process and everything below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_fields_of(int(entry.name))[1]), []).append(int(entry.name))
            except (OSError, IndexError):
                continue
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += parents.get(pid, [])
    return found


def cpu_of(root: int) -> float:
    """Seconds of CPU that a process, those below it, and those of them that have ended have used."""
    ticks = 0
    for pid in tree_of(root):
        try:
            fields = _fields_of(pid)
        except OSError:
            continue
        ticks += sum(int(value) for value in fields[11:15])  # own and reaped children's, in user and kernel mode
    return ticks / TICKS


def resident_mib(pid: int) -> float:
    """Resident memory of one process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1024**2


def workers_of(master: int) -> list[int]:
    """The processes below a server's master, in the order of their start."""
    return sorted(tree_of(master) - {master})


def machine_busy() -> float:
    """Seconds of CPU that the whole machine has used, idle and waiting for disks apart."""
    numbers = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(numbers[:8]) - numbers[3] - numbers[4]) / TICKS


@dataclass
class Stretch:
    """CPU used between two moments, by name of who used it, and by everybody else."""

    cpu: dict[str, float] = field(default_factory=dict)
    elapsed: float = 0.0
    others: float = 0.0  # share of the machine's CPU, from 0 to 1


class Meter:
    """Reads the CPU of named process trees, and of ourselves, who are the client."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = dict(roots)

    def read(self) -> dict[str, float]:
        used = {name: cpu_of(pid) for name, pid in self._roots.items()}
        own = os.times()
        return used | {"client": own.user + own.system, "machine": machine_busy(), "clock": time.perf_counter()}

    @staticmethod
    def between(before: Mapping[str, float], after: Mapping[str, float]) -> Stretch:
        used = {name: after[name] - before[name] for name in after}
        elapsed, machine = used.pop("clock"), used.pop("machine")
        others = max(0.0, machine - sum(used.values())) / (elapsed * (os.cpu_count() or 1))
        used.pop("client")
        return Stretch(used, elapsed, others)


@dataclass
class Figures:
    """What one kind of request takes, of all rounds together."""

    p50_ms: float = 0.0
    p95_ms: float = 0.0
    per_second: float = 0.0  # with several clients at once
    app_ms: float = 0.0  # CPU a request
    db_ms: float = 0.0
    redis_ms: float = 0.0
    others: float = 0.0
    requests: int = 0

    @property
    def cpu_ms(self) -> float:
        return self.app_ms + self.db_ms + self.redis_ms


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median_of(values: Iterable[float]) -> float:
    return statistics.median(values)
