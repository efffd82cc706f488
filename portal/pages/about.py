"""What floors above own and a page below shows: an app says in AppConfig.ready() what it knows about a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from portal.organization.models import User


@dataclass(frozen=True)
class Figure:
    """One field of the strip on top. ``state``: "", ok, soon or late."""

    number: str
    label: str | Promise
    more: str = ""
    state: str = ""
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a unit's history. ``title`` is what people typed."""

    at: datetime
    icon: str
    what: str
    reference: str
    title: str
    url: str
    state_word: str
    state: str
    by: str


@dataclass(frozen=True)
class Act:
    """A button that begins something for this unit. ``key``: its single letter."""

    url: str
    label: str | Promise
    icon: str
    key: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Source:
    """Three questions about a unit, each one statement; ``history`` is newest first and older than ``before``."""

    figures: Callable[[User, int], list[Figure]]
    history: Callable[[User, int, datetime, int], list[Entry]]
    acts: Callable[[User, str], list[Act]]  # by the unit's uuid


_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def figures_of(user: User, unit_id: int) -> list[Figure]:
    return [figure for source in _sources for figure in source.figures(user, unit_id)]


def history_of(user: User, unit_id: int, before: datetime, limit: int) -> list[Entry]:
    found = [entry for source in _sources for entry in source.history(user, unit_id, before, limit)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def acts_for(user: User, unit_uuid: str) -> list[Act]:
    return [act for source in _sources for act in source.acts(user, unit_uuid)]
