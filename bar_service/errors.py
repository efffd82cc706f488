"""What the bar refuses, in words that say what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise


class Refused(Exception):
    """``user_message`` is shown as it stands; ``reasons`` stand below it."""

    status = 409

    def __init__(self, user_message: str | Promise, reasons: Sequence[str] = ()) -> None:
        super().__init__(str(user_message))
        self.user_message = str(user_message)
        self.reasons = tuple(reasons)

    @property
    def words(self) -> str:
        return " ".join((self.user_message, *self.reasons))


class NotYours(Refused):
    """This role may not do that at this bar."""

    status = 403


class NotHere(Refused):
    """There is no such thing at this bar; what is somebody else's looks the same."""

    status = 404
