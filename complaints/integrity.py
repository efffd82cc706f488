"""What has to add up about tickets, beyond what the database itself refuses."""

from __future__ import annotations

from collections.abc import Iterator


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    yield from ()
