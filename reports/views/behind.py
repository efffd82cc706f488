"""What stands behind the figures of a report: their rows, their names, and what another edition says otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reports.models import Edition, Report
from reports.papers import drawing, words
from reports.papers.document import Document, rows_of

ROWS_SHOWN = 200
HIDDEN_COLUMNS = {"month", "kind", "done", "issue", "issue_title", "outcome", "of", "said", "due"}


def panel_of(document: Document, figure: str) -> dict[str, Any] | None:
    """The rows behind a figure, as they were counted."""
    if figure not in document["figures"]:
        return None
    rows = rows_of(document, figure)
    shown = rows[:ROWS_SHOWN]
    return {
        "title": figure_words(figure, document),
        "rule": words.RULES.get(figure.rsplit(".", 1)[-1], ""),
        "n": len(rows),
        "more": len(rows) - len(shown),
        "rows": [_row(document, row) for row in shown],
    }


def _row(document: Document, row: dict[str, Any]) -> dict[str, Any]:
    number = row.pop("number", "")
    head = row.pop("title", "") or row.pop("room", "")
    facts = [
        _fact(document, column, value)
        for column, value in row.items()
        if column not in HIDDEN_COLUMNS and value not in ("", False)
    ]
    return {"head": head, "number": number, "facts": facts}


def _fact(document: Document, column: str, value: Any) -> str:
    said = drawing.value_in_words(document, column, value)
    if said is True:
        return str(words.COLUMNS[column])
    return drawing.moment(value) if isinstance(said, datetime) else str(said)


def figure_words(figure: str, document: Document) -> str:
    """What a figure is called: of what, and what of it."""
    *of, last = figure.split(".")
    if of[:1] == ["common"] or last.isdigit():
        return next((row["issue_title"] for row in rows_of(document, figure)), str(words.LISTS["common"]))
    name = str(words.FIGURES.get(last, last))
    group, value = (of[0], ".".join(of[1:])) if of else ("", "")
    kinds: dict[str, Callable[[str], str]] = {
        "severity": drawing.COLUMNS["severity"],
        "cause": drawing.COLUMNS["cause"],
        "month": lambda code: drawing.period_words(code, document["zone"]),
        "department": lambda text: drawing.named(document, text) or _("not named"),
        "category": lambda text: drawing.named(document, text) or _("not named"),
    }
    whose = kinds[group](value) if group in kinds else str(words.KINDS.get(group, ""))
    return f"{whose} · {name}" if whose else name


def compared(report: Report, editions: list[Edition], shown: Edition | None) -> list[dict[str, Any]]:
    """What an edition says otherwise than the one before it; the paper in hand is compared with the newest."""
    place = editions.index(shown) if shown is not None else len(editions)
    if place == 0 or (shown is None and not report.figures):
        return []
    before = json.loads(editions[place - 1].content)["document"]
    now = json.loads(shown.content)["document"] if shown is not None else json.loads(report.figures)
    names = sorted({*before["figures"], *now["figures"]})
    pairs = [(name, _count(before, name), _count(now, name)) for name in names]
    return [
        {"label": figure_words(name, now if name in now["figures"] else before), "was": was, "now": is_now}
        for name, was, is_now in pairs
        if was != is_now
    ]


def _count(document: Document, figure: str) -> int | str:
    return document["figures"][figure]["n"] if figure in document["figures"] else drawing.NONE
