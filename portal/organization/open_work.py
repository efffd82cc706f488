"""What is still open with a person: apps that hand out work say so here, in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.organization.models import User


@dataclass(frozen=True)
class Work:
    """One thing that somebody must take over. Without ``url`` the viewer may not look at it, only know of it."""

    title: str
    url: str
    what: str


Source = Callable[[User, User], Iterable[Work]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """``source`` is asked with (the person, who wants to know)."""
    _sources.append(source)


def of(person: User, *, viewer: User) -> list[Work]:
    return [work for source in _sources for work in source(person, viewer)]
