"""Cells that are merged downwards: what stands in the first holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils.cell import range_boundaries

from residents.register.columns import Field

MOST = 50_000
CHUNK = 1 << 20
_RANGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
# An area or a car of two homes together is not that of each.
SHARED = frozenset(Field) - {Field.AREA, Field.PLATE, Field.REMARKS, Field.LAYOUT, Field.IGNORED}


@dataclass
class Merges:
    """The merged ranges of a sheet by their first row, and the values of those that are open while rows pass."""

    ranges: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)  # by first row: columns, last row
    _open: dict[int, tuple[int, Any]] = field(default_factory=dict)  # column: last row, value

    def filled(self, number: int, row: tuple[Any, ...], meanings: Sequence[Field | None]) -> tuple[Any, ...]:
        if not self.ranges:
            return row
        cells = list(row)
        for first, _last_column, last in self.ranges.get(number, ()):
            if first <= len(cells):
                self._open[first - 1] = (last, cells[first - 1])
        for at, (last, value) in list(self._open.items()):
            if number > last:
                del self._open[at]
            elif at < len(cells) and cells[at] is None and at < len(meanings) and meanings[at] in SHARED:
                cells[at] = value
        return tuple(cells)


def merges_of(page: Any, below: int) -> Merges:
    """Those of a sheet that reach over several rows under its header; its text is read once for them, in pieces."""
    found = Merges()
    count = 0
    with page._get_source() as source:
        rest = b""
        while piece := source.read(CHUNK):
            text = rest + piece
            for match in _RANGE.finditer(text):
                count += _add(found, match[1].decode(), below)
            rest = text[-200:]
            if count > MOST:
                break
    return found


def _add(found: Merges, ref: str, below: int) -> int:
    left, top, right, bottom = (int(edge or 0) for edge in range_boundaries(ref))
    if bottom > top > below:
        known = found.ranges.setdefault(top, [])
        if (left, right, bottom) not in known:
            known.append((left, right, bottom))
    return 1
