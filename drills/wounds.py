"""Where a worker can be killed, and what of its protection can be taken away: each replaces a function of this process.

Only ever called in a child of a drill or of a test. The product contains no fault points.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.db import models, transaction

from portal.notifications import channels, outbox
from portal.notifications.models import Channel
from portal.promises import sweeping

Bend = Callable[[], None]


def die() -> None:
    """This process and all of its group, as ``kill -9`` of a worker and its pool."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def before(place: Any, name: str, doing: Bend) -> None:
    there = getattr(place, name)

    def wounded(*args: Any, **options: Any) -> Any:
        doing()
        return there(*args, **options)

    setattr(place, name, wounded)


def after(place: Any, name: str, doing: Bend) -> None:
    there = getattr(place, name)

    def wounded(*args: Any, **options: Any) -> Any:
        answer = there(*args, **options)
        doing()
        return answer

    setattr(place, name, wounded)


def _mailing(wound: Callable[[Any, str, Bend], None], doing: Bend) -> None:
    wound(channels, "_email", doing)
    channels.CHANNELS[Channel.EMAIL] = channels._email


# In the order in which a worker comes past them. A sweep with nothing to do passes the first alone.
POINTS: dict[str, Callable[[Bend], None]] = {
    "before claim": lambda doing: before(sweeping, "_fire_batch", doing),
    "after claim": lambda doing: before(sweeping, "_write", doing),
    "after escalation insert": lambda doing: before(outbox, "put", doing),
    "after outbox insert": lambda doing: after(outbox, "put", doing),
    "before commit": lambda doing: before(sweeping, "_count", doing),
    "after commit": lambda doing: after(sweeping, "_fire_batch", doing),
    "before send": lambda doing: _mailing(before, doing),
    "after send before mark": lambda doing: _mailing(after, doing),
}
SENDING = ("before send", "after send before mark")


def killed_at(point: str, armed: Path) -> Bend:
    """Die at that point once the file is there; it goes first, so that it happens once."""

    def fire() -> None:
        try:
            armed.unlink()
        except FileNotFoundError:
            return
        die()

    return lambda: POINTS[point](fire)


def without_locks() -> None:
    models.QuerySet.select_for_update = lambda rows, **_options: rows  # type: ignore[method-assign]


def without_transactions() -> None:
    """What is written is written at once, and nothing is taken back."""
    transaction.atomic = lambda *_args, **_options: nullcontext()  # type: ignore[assignment]
    without_locks()


def slowly(seconds: float) -> Bend:
    """Long enough between claim and write for a colleague to come by."""
    return lambda: before(sweeping, "_write", lambda: time.sleep(seconds))


def without_idempotency() -> None:
    from residents.api import idempotency

    idempotency._take = lambda scope: None
    idempotency._keep = lambda *_kept: None


def both(first: Bend, second: Bend) -> Bend:
    def bend() -> None:
        first()
        second()

    return bend
