"""Refusals that an administrator can act on."""

from __future__ import annotations


class Refused(Exception):
    """What was wanted is not done; ``user_message`` says why, in the reader's language."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message
