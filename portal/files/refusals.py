"""Why a file is not taken, in a sentence for whoever sent it."""

from __future__ import annotations


class FileRefused(Exception):
    """``status`` is what HTTP calls it: 400 for its content, 413 for its size, 507 where there is no room for it."""

    def __init__(self, user_message: str, status: int = 400) -> None:
        super().__init__(user_message)
        self.user_message = user_message
        self.status = status
