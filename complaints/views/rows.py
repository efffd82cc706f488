"""The rows of the queue as markup: one format for each. As a template, fifty cost more than the rest of the page."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from complaints.views import shown
from portal.pages.context import Bare
from portal.pages.templatetags.icons import clock_icons, use

_ROW = """<tr data-row="{number}" data-v="{version}"{on}>
<td class="c-pick"><label><input type="checkbox" class="form-check-input" form="bulk" name="ticket" \
value="{number}:{version}" aria-label="{number}"{checked}></label></td>
<td class="c-sev"><span class="sev sev-{severity}">{bars}{severity_word}</span></td>
<td class="c-matter"><div><a class="go" href="/tickets/{number}/"{zh}>{matter}</a></div>\
<div class="second"><span class="kind">{kind}</span> {number}{told}{round}</div></td>
<td class="c-who"><div{zh}>{who}</div><div class="second">{room}</div></td>
<td class="c-step"><div>{step}</div><div class="second">{holder}</div></td>
<td class="c-left"><div class="left is-{state}"><time{clock}>{clocks}<span>{left}</span></time>\
<span class="second limit">{limit}</span><progress max="100" value="{percent}" aria-hidden="true"></progress></div>\
</td>{acts}
</tr>
"""
Acts = Callable[[shown.Line], SafeString]
_NOTHING, _ON, _CHECKED = mark_safe(""), mark_safe(' class="on"'), mark_safe(" checked")


def markup_of(
    lines: Sequence[shown.Line], now: datetime, *, on: str, checked: Container[str], acts: Acts | None = None
) -> SafeString:
    """``on`` is the number of the row that the panel shows, ``checked`` those that stay selected; ``acts`` says what a
    card on a phone offers."""
    same = {"zh": Bare().zh, "clocks": clock_icons()}
    rows = (
        _ROW.format_map(_escaped(_values(row, on, checked)) | same | {"acts": acts(line) if acts else _NOTHING})
        for line, row in zip(lines, shown.rows_of(lines, now), strict=True)
    )
    return mark_safe("".join(rows))  # noqa: S308 - every value is escaped, or made by us


def _values(row: shown.Row, on: str, checked: Container[str]) -> dict[str, Any]:
    return {
        "number": row.number,
        "version": row.version,
        "on": _ON if row.number == on else _NOTHING,
        "checked": _CHECKED if row.number in checked else _NOTHING,
        "severity": row.severity,
        "bars": row.bars,
        "severity_word": row.severity_word,
        "matter": row.matter,
        "kind": row.kind_word,
        "told": format_html(' <span class="chip late">{}{}</span>', use("up"), row.told) if row.told else _NOTHING,
        "round": format_html(' <span class="chip soon">{}</span>', _("round %(n)s") % {"n": row.round})
        if row.round > 1
        else _NOTHING,
        "who": row.who,
        "room": row.room,
        "step": row.step_word,
        "holder": row.with_words,
        "state": row.left.state,
        "clock": row.clock,
        "left": row.left.words,
        "limit": row.limit,
        "percent": row.left.percent,
    }


def _escaped(values: dict[str, Any]) -> dict[str, str]:
    """Django's own escape looks for lazy texts in each value first, which costs five times as much."""
    return {name: value if isinstance(value, SafeString) else escape(str(value)) for name, value in values.items()}
