"""What the clock does beside the sweep: rows that must exist before anybody looks. Apps register it in ``ready()``.

Beat calls each by its own task; the worker's own loop calls them while beat is silent. Each is safe to run twice and
finds by itself what is missing, so it does not matter who calls or how often.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)
_registered: list[Callable[[], object]] = []


def register(step: Callable[[], object]) -> None:
    _registered.append(step)


def run_all() -> None:
    """One that fails does not keep the others."""
    for step in _registered:
        try:
            step()
        except Exception:
            logger.exception("%s failed", step.__qualname__)
