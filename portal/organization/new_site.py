"""A site was made: apps that ship something with every site put it there, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable

from portal.organization.models import Site

Furnish = Callable[[Site], None]
_furnishers: list[Furnish] = []


def register(furnish: Furnish) -> None:
    _furnishers.append(furnish)


def furnish(site: Site) -> None:
    for each in _furnishers:
        each(site)
