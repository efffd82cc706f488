"""Who refers to stored files. Apps register theirs in AppConfig.ready(); what nobody refers to is swept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Owned = Callable[[], "QuerySet[Any, Any]"]
_owners: list[Owned] = []


def register(owned: Owned) -> None:
    """``owned`` gives the rows that refer to files, each by a column ``file``."""
    _owners.append(owned)


def all_owned() -> list[QuerySet[Any, Any]]:
    return [owned() for owned in _owners]
