"""How a text message leaves for a phone. ``SMS_BACKEND`` is ``console`` or the path of such a class."""

from __future__ import annotations

import logging
import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from residents import phones

logger = logging.getLogger(__name__)


class SmsBackend(Protocol):
    def send_code(self, phone: str, code: str) -> None:
        """Send a one-time code. Gives up within seconds; raises OSError when it could not."""


class Console:
    """Prints the code where ``bin/run`` shows it: the demo's gateway. The number is masked."""

    def send_code(self, phone: str, code: str) -> None:
        sys.stdout.write(f"one-time code {code} for {phones.masked(phone)}\n")
        sys.stdout.flush()


NAMED = {"console": "residents.sms.Console"}


def send_code(phone: str, code: str) -> None:
    """Send it through the configured gateway; without one, say so in the log (never the code or the number)."""
    if not settings.SMS_BACKEND:
        logger.error("SMS_BACKEND is not set: a one-time code could not be sent")
        return
    backend: SmsBackend = import_string(NAMED.get(settings.SMS_BACKEND, settings.SMS_BACKEND))()
    try:
        backend.send_code(phone, code)
    except OSError:
        logger.exception("the SMS gateway did not take a one-time code")
