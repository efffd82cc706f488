"""Locks on files, which the kernel lets go of however their holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """An advisory lock on ``path``, shared or exclusive, for the life of this process at most."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def take(self, *, shared: bool = False) -> None:
        """Wait for the lock and take it."""
        fcntl.flock(self._open(), fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free; say whether it was."""
        try:
            fcntl.flock(self._open(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            self.let_go()
            return False
        return True

    def take_within(self, seconds: float) -> bool:
        """Take the lock exclusively, waiting at most ``seconds``; say whether that worked."""
        until = time.monotonic() + seconds
        while not self.try_take():
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def let_go(self) -> None:
        """Release the lock if it is held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        if self._fd is None:
            # Not inherited by children (Python's default): a child that outlives us must not keep our lock.
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._fd


def is_locked(path: Path) -> bool:
    """Whether some process holds ``path`` exclusively."""
    probe = FileLock(path)
    free = probe.try_take(shared=True)
    probe.let_go()
    return not free


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold ``path`` exclusively for the length of a ``with`` block."""
    lock = FileLock(path)
    lock.take()
    try:
        yield
    finally:
        lock.let_go()
