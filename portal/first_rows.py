"""What an installation starts with: apps say in AppConfig.ready() what loads their rows, and what fills their demo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

Load = Callable[[], None]
Fill = Callable[[Random, datetime], None]
_loaders: list[Load] = []
_fillers: list[Fill] = []


def register(load: Load, fill_demo: Fill | None = None) -> None:
    """``load`` adds what is missing and changes nothing; ``fill_demo`` (its own dice, now) comes after everybody's."""
    _loaders.append(load)
    if fill_demo is not None:
        _fillers.append(fill_demo)


def load_all() -> None:
    for load in _loaders:
        load()


def fill_demo(seed: int, now: datetime) -> None:
    """Each with dice of its own: what one app adds leaves the others' stories as they are."""
    for fill in _fillers:
        fill(Random(seed), now)  # noqa: S311 - invented people, no secrets
