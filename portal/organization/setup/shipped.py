"""What a new installation starts with, for the administrator to look at: apps name theirs in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Shipped:
    """A heading and what stands below it; ``url`` is where it is changed, once there is such a page."""

    heading: str
    lines: tuple[str, ...]
    url: str = ""


_sources: list[Callable[[], Iterable[Shipped]]] = []


def register(source: Callable[[], Iterable[Shipped]]) -> None:
    _sources.append(source)


def everything() -> list[Shipped]:
    return [one for source in _sources for one in source()]
