"""Two people at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """What each gave, or the exception it raised; all begin together, each in a thread with its own connection."""
    start = threading.Barrier(len(doings))
    gave: list[Any] = [None] * len(doings)

    def one(place: int, doing: Callable[[], Any]) -> None:
        try:
            start.wait()
            gave[place] = doing()
        except Exception as refusal:  # noqa: BLE001 - being refused is an answer here
            gave[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gave
