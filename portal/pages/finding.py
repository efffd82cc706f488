"""The find box under Ctrl K: floors above the ground say what they can find; each kind answers for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from portal.organization.models import User

MOST = 8


@dataclass(frozen=True)
class Hit:
    """One line. ``title`` is what people typed; ``marked`` stands behind it (a match by initials, say)."""

    url: str
    title: str
    second: str = ""
    marked: SafeString | str = ""
    right: str = ""
    state: str = ""
    typed: bool = True  # a name or what somebody wrote, not a word of the interface


@dataclass(frozen=True)
class Kind:
    """``find(user, text, most)``; ``personal``: what is found is people, so that looking for it goes on record."""

    code: str
    label: str | Promise
    icon: str
    find: Callable[[User, str, int], list[Hit]]
    personal: bool = False


_kinds: list[tuple[int, Kind]] = []


def register(kind: Kind, *, rank: int) -> None:
    _kinds.append((rank, kind))
    _kinds.sort(key=lambda entry: entry[0])


def kinds() -> list[Kind]:
    return [kind for _rank, kind in _kinds]
