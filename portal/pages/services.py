"""What a person changes about their own account and their own messages."""

from __future__ import annotations

from portal.notifications.models import Message
from portal.organization.models import User
from portal.promises import clock


def choose_language(user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])


def choose_looks(user: User, *, language: str, theme: str, single_keys: bool) -> None:
    user.language, user.theme, user.single_keys = language, theme, single_keys
    user.save(update_fields=["language", "theme", "single_keys"])


def mark_read(user: User, up_to: int) -> int:
    """Mark that message of the bell and those that came before it as read; return how many were new."""
    bell = Message.objects.in_bell_of(user)
    newest = bell.filter(pk=up_to).first()
    if newest is None:
        return 0
    return bell.unread().filter(sent_at__lte=newest.sent_at).update(read_at=clock.now())
