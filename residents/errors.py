"""What the archive refuses, in words that say what to do instead."""

from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """``user_message`` is shown as it stands."""

    def __init__(self, user_message: str | Promise) -> None:
        super().__init__(str(user_message))
        self.user_message = user_message


class NotYours(Refused):
    """This role may not do that at this site."""


class TooMany(Refused):
    """The brake on reading numbers in bulk."""
