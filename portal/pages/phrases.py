"""The phrases to say, for floors below the one that keeps them; that one registers in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[..., str]
_keepers: list[Say] = []


def register(keeper: Say) -> None:
    _keepers.append(keeper)


def say(code: str, language: str, **tokens: str) -> str:
    """The phrase ready to read out; nothing where nobody keeps it."""
    return next((words for keeper in _keepers if (words := keeper(code, language, **tokens))), "")
