"""The document of a report: lists of rows, and figures that are conditions on them. Plain JSON in, plain JSON out.

    {"kind", "number", "site", "company", "period", "zone", "counted_at", "goals": {code: percent},
     "english": {name: name in English},
     "lists": {name: {"columns": […], "rows": [[…], …]}},
     "figures": {name: {"n": 38, "list": "tickets", "where": {"kind": ["complaint"]}}},
     "sections": [{"code", "blocks": [[type, …], …]}]}

Codes stand for words, so that one document reads in any language. Who counts its rows again finds every figure.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Document = dict[str, Any]


def as_bytes(content: Mapping[str, Any]) -> bytes:
    """The one way to write it down: what is frozen, and what the hash is of."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def rows_of(document: Document, figure: str) -> list[dict[str, Any]]:
    """The rows that a figure counted. Raises KeyError for an unknown one."""
    found = document["figures"][figure]
    table = document["lists"][found["list"]]
    rows = (dict(zip(table["columns"], row, strict=True)) for row in table["rows"])
    return [row for row in rows if _fits(row, found["where"])]


def miscounted(document: Document) -> list[str]:
    """The figures that are not what their rows say: none, whatever happened to the document on its way."""
    again = Counting({name: (table["columns"], table["rows"]) for name, table in document["lists"].items()})
    for name, found in document["figures"].items():
        again.take(name, found["list"], **found["where"])
    return [name for name, found in document["figures"].items() if found["n"] != again.figures[name]["n"]]


def _fits(row: Row, where: Mapping[str, Sequence[Any]]) -> bool:
    return all(row[column] in allowed for column, allowed in where.items())


class Counting:
    """Lists, and the figures taken from them."""

    def __init__(self, lists: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]) -> None:
        self.lists = lists
        self.figures: dict[str, dict[str, Any]] = {}
        self._alike: dict[tuple[str, tuple[str, ...]], Counter[tuple[Any, ...]]] = {}

    def take(self, name: str, of: str, /, **where: Iterable[Any]) -> str:
        """Count the rows of a list whose columns are among the given; return the figure's name."""
        allowed = {column: sorted(values) for column, values in sorted(where.items())}
        sets = [set(values) for values in allowed.values()]
        alike = self._combinations(of, tuple(allowed))
        n = sum(count for row, count in alike.items() if all(value in s for value, s in zip(row, sets, strict=True)))
        self.figures[name] = {"n": n, "list": of, "where": allowed}
        return name

    def values(self, of: str, column: str, /, **where: Iterable[Any]) -> Counter[Any]:
        """How many rows have each value of a column."""
        columns = (column, *where)
        sets = [set(values) for values in where.values()]
        found: Counter[Any] = Counter()
        for (value, *rest), count in self._combinations(of, columns).items():
            if all(one in s for one, s in zip(rest, sets, strict=True)):
                found[value] += count
        return found

    def as_json(self) -> dict[str, Any]:
        used = {found["list"] for found in self.figures.values()}
        lists = {name: {"columns": list(head), "rows": rows} for name, (head, rows) in self.lists.items()}
        return {"figures": self.figures, "lists": {name: one for name, one in lists.items() if name in used}}

    def _combinations(self, of: str, columns: tuple[str, ...]) -> Counter[tuple[Any, ...]]:
        """Rows alike in these columns together: a month of tickets is walked once for each set of columns."""
        if (of, columns) not in self._alike:
            head, rows = self.lists[of]
            places = [list(head).index(column) for column in columns]
            self._alike[of, columns] = Counter(tuple(row[place] for place in places) for row in rows)
        return self._alike[of, columns]
