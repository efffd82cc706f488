"""Cross-checks of the data: apps register theirs, ``check_integrity`` runs them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Check = Callable[[], Iterator[str]]
_checks: list[Check] = []


def register(check: Check) -> None:
    _checks.append(check)


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    for check in _checks:
        yield from check()
