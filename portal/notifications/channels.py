"""How a message leaves. A channel gets the whole text and a delivery id that a receiver may use to drop repeats."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from portal.notifications.models import Channel

logger = logging.getLogger(__name__)
Deliver = Callable[[int, UUID, str], None]


def _in_app(recipient_id: int, delivery: UUID, text: str) -> None:
    """Nothing leaves the house: being marked as sent is what shows it in the bell."""


def _console(recipient_id: int, delivery: UUID, text: str) -> None:
    logger.info("told user %s (%s): %s", recipient_id, delivery, text.replace("\n", " | "))


CHANNELS: dict[str, Deliver] = {Channel.IN_APP: _in_app, Channel.CONSOLE: _console}
