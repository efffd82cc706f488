"""Log files of the programs we start: bounded in size, written through pipes."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

FILE_BYTES = 5_000_000
FILES_KEPT = 5


class RotatingLog:
    """A file that is set aside as ``name.1`` when full; at most ``FILES_KEPT`` old ones stay."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")
        self._lock = threading.Lock()

    def write(self, line: bytes) -> None:
        """Append one line. A full disk loses log lines, never the program that wrote them."""
        with self._lock:
            try:
                if self._file.tell() + len(line) > FILE_BYTES:
                    self._rotate()
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError):  # a full disk, or closed
                pass

    def close(self) -> None:
        """Stop writing; lines that still come are dropped."""
        with self._lock:
            self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(FILES_KEPT - 1, 0, -1):
            older = Path(f"{self.path}.{number}")
            if older.exists():
                older.replace(f"{self.path}.{number + 1}")
        self.path.replace(f"{self.path}.1")
        self._file = self.path.open("ab")


def follow(
    process: subprocess.Popen[bytes], log: RotatingLog, on_line: Callable[[str], None] | None = None
) -> threading.Thread:
    """Copy what a child prints into ``log``, in the background, and show each line to ``on_line``."""
    stream = process.stdout
    assert stream is not None

    def copy() -> None:
        with stream:
            for line in stream:
                log.write(line)
                if on_line is not None:
                    on_line(line.decode(errors="replace").rstrip())

    copier = threading.Thread(target=copy, daemon=True, name=f"log-{log.path.stem}")
    copier.start()
    return copier


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, for the screen; empty when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 20_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
