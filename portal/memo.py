"""Remembers, inside one process and for some seconds, what hardly ever changes (policies, categories, posts)."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

SECONDS = 10.0
ENTRIES = 1000

P = ParamSpec("P")
R = TypeVar("R")
_kept: list[dict[Hashable, tuple[float, Any]]] = []


def for_a_moment(read: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``read`` answered for its (hashable, positional) arguments. A failure is not kept."""
    answers: dict[Hashable, tuple[float, Any]] = {}
    _kept.append(answers)

    @functools.wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(sorted(kwargs.items())))
        now = time.monotonic()
        found = answers.get(key)
        if found is not None and now - found[0] < SECONDS:
            return found[1]  # type: ignore[no-any-return]
        if len(answers) >= ENTRIES:
            answers.clear()
        answer = read(*args, **kwargs)
        answers[key] = (now, answer)
        return answer

    return remembered


def keep(answers: dict[Any, Any]) -> dict[Any, Any]:
    """A memory that somebody keeps themselves, to be forgotten with the others."""
    _kept.append(answers)
    return answers


def forget() -> None:
    """Whoever changes such a row calls this, so that at least this process sees it at once."""
    for answers in _kept:
        answers.clear()
