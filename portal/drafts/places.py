"""Which forms have drafts, what they are called and where they are. Apps register theirs in AppConfig.ready()."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEY = 80


@dataclass(frozen=True)
class FormPlace:
    """``url`` opens the form with its draft in it."""

    title: str
    url: str


Describe = Callable[[str], FormPlace | None]
_forms: dict[str, Describe] = {}


def register(name: str, describe: Describe) -> None:
    """``name`` is what stands before the first colon of a key; ``describe`` gets what stands behind it."""
    _forms[name] = describe


def place_of(key: str) -> FormPlace | None:
    """The form of that key; None for one that no app knows."""
    if len(key) > MOST_KEY or not re.fullmatch(r"[A-Za-z0-9:_-]+", key):
        return None
    name, _colon, rest = key.partition(":")
    describe = _forms.get(name)
    return describe(rest) if describe else None
