"""How a message leaves. A channel gets the whole text and a delivery id that a receiver may use to drop repeats."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from portal.notifications.models import Channel
from portal.organization.models import User

logger = logging.getLogger(__name__)
Deliver = Callable[[int, UUID, str], None]
CONSOLE_MAIL = "django.core.mail.backends.console.EmailBackend"


def _in_app(recipient_id: int, delivery: UUID, text: str) -> None:
    """Nothing leaves the house: being marked as sent is what shows it in the bell."""


def _console(recipient_id: int, delivery: UUID, text: str) -> None:
    logger.info("told user %s (%s): %s", recipient_id, delivery, text.replace("\n", " | "))


def _email(recipient_id: int, delivery: UUID, text: str) -> None:
    """In the active language. Who has left, or has no address any more, gets nothing."""
    person = User.objects.filter(pk=recipient_id, is_active=True).exclude(email="").first()
    if person is None:
        logger.info("user %s has no address to write to: left out", recipient_id)
        return
    send_mail_to(person.email, str(delivery), f"{text}\n\n{_footer()}")


def send_mail_to(address: str, reference: str, text: str) -> None:
    """One plain mail; the same ``reference`` gives the same Message-ID, which tells a repeat. Raises OSError."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "front-desk-portal"
    EmailMessage(
        _("Messages from the front desk portal"),
        text,
        to=[address],
        headers={"Message-ID": f"<{reference}@{domain}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _footer() -> str:
    return _("What comes by e-mail is chosen on your own page of the portal, under Messages.")


def mail_is_set_up() -> bool:
    """Whether mail can leave. In production a mail printed to the log would leave links lying there."""
    return bool(settings.EMAIL_BACKEND != CONSOLE_MAIL or not settings.PRODUCTION)


CHANNELS: dict[str, Deliver] = {Channel.IN_APP: _in_app, Channel.CONSOLE: _console, Channel.EMAIL: _email}
