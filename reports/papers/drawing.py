"""From codes to words: the sheet of a document in the language of the moment. It knows no clock: paper stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from complaints.states import Kind, Severity, Status
from reports.lost_time import Had
from reports.papers import words
from reports.papers.document import Document, rows_of
from reports.papers.kinds import FORMS, PaperKind, Signing
from reports.papers.sheet import Block, Cell, Numbered, Rows, Section, Sentence, Sheet, Signature, Stamp, Strip, Table
from reports.papers.sheet import Words as Text
from reports.periods import name_of, period
from reports.views.words import HAD, NONE, percent
from visits.states import Kind as VisitKind

NEARLY = 10  # points below the goal: amber, not yet red
HOUSE_ONLY = {"late", "major", "complaint_departments", "departments", "open", "notes"}  # sections owners do not get


def sheet_of(
    document: Document,
    texts: Mapping[str, str],
    signed: Sequence[Mapping[str, Any]],
    stamp: Stamp | None = None,
    *,
    for_owners: bool = False,
) -> Sheet:
    draw = _Drawing(document, texts)
    codes = [one for one in document["sections"] if not (for_owners and one["code"] in HOUSE_ONLY)]
    drawn = [(one["code"], draw.blocks(one["blocks"])) for one in codes]
    return Sheet(
        number=document["number"],
        title=str(PaperKind(document["kind"]).label),
        period=period_words(document["period"], document["zone"]),
        site=document["site"],
        company=document["company"],
        data_until=moment(document["counted_at"]),
        sections=[Section(str(words.SECTIONS[code]), blocks) for code, blocks in drawn if blocks],
        signatures=[] if for_owners else signatures(document["kind"], signed),
        stamp=stamp,
        for_owners=for_owners,
    )


def moment(text: str) -> str:
    """In the zone it was written in, the year always."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"


def period_words(code: str, zone: str) -> str:
    found, name = period(code, ZoneInfo(zone)), name_of(code)
    if name == "month":
        return date_format(found.first, "YEAR_MONTH_FORMAT")
    if name == "quarter":
        return pgettext("period", "Q%(quarter)s %(year)s") % {"quarter": code[-1], "year": code[:4]}
    return code if name == "today" else pgettext("period", "%(year)s") % {"year": code}


def signatures(kind: str, signed: Sequence[Mapping[str, Any]]) -> list[Signature]:
    done = {one["step"]: one for one in signed}
    return [
        Signature(str(Signing(step).label), done[step]["name"], moment(done[step]["at"]))
        if step in done
        else Signature(str(Signing(step).label))
        for step in FORMS[PaperKind(kind)].signed_by
    ]


class _Drawing:
    def __init__(self, document: Document, texts: Mapping[str, str]) -> None:
        self.document, self.texts = document, texts
        self.goals = document["goals"]

    def blocks(self, blocks: Sequence[Sequence[Any]]) -> list[Block]:
        kinds: dict[str, Callable[..., Block | None]] = {
            "table": self.table,
            "sentence": self.sentence,
            "causes": self.causes,
            "strip": self.strip,
            "rows": self.rows,
            "issues": self.issues,
            "text": self.text,
        }
        drawn = [kinds[kind](*rest) for kind, *rest in blocks]
        return [one for one in drawn if one is not None]

    def table(self, heads: str, lines: Sequence[Any]) -> Block | None:
        if not lines:
            return Text(_("Nothing in this time."))
        rows = [[Cell(self.label(*label)), *(self.cell(*cell) for cell in cells)] for label, cells in lines]
        return Table([str(head) for head in words.HEADS[heads]], rows)

    def label(self, kind: str, value: str = "") -> str:
        if kind == "severity":
            return str(Severity(value).label)
        if kind == "kind_group":
            return str(words.KINDS[value])
        if kind == "month":
            return period_words(value, self.document["zone"])
        return _("All together") if kind == "total" else named(self.document, value) or _("not named")

    def cell(self, shape: str, *figures: str, goal: str = "in_limit") -> Cell:
        if shape == "none":
            return Cell(NONE)
        n, of = self.n(figures[0]), self.n(figures[-1])
        if shape == "n":
            return Cell(str(n), figures[0], value=n)
        if shape == "of":
            return Cell(f"{n}/{of}", figures[0])
        share = n / of if of else None
        return Cell(percent(None if share is None else 100 * share), figures[1], self.state(share, goal), share)

    def n(self, figure: str) -> int:
        return int(self.document["figures"][figure]["n"])

    def state(self, share: float | None, goal: str) -> str:
        if share is None or goal not in self.goals:
            return ""
        short = self.goals[goal] - 100 * share
        return "ok" if short <= 0 else "soon" if short <= NEARLY else "late"

    def sentence(self, code: str, figures: Sequence[Any]) -> Block:
        if code == "open":
            said = _("{0} tickets are open, {1} of them past a limit.")
        else:
            said = _(
                "{0} were received; of those whose result is known {1} were within the limit (target {goal}). "
                "Past the limit: {2}. Within it with more time that was approved before: {3}. Still running: {4}."
            )
        cells = [self.cell("share", *one) if isinstance(one, list) else self.cell("n", one) for one in figures]
        return Sentence(filled(said, cells, goal=f"≥ {self.goals['in_limit']} %"))

    def causes(self, causes: Sequence[Any]) -> Block:
        """Of the late ones, who had them longest."""
        parts = [Cell(_("Past the limit, by who had it longest: "))]
        for had, figure in causes:
            between = [] if len(parts) == 1 else [Cell(pgettext("between causes", ", "))]
            parts += [*between, Cell(f"{HAD[Had(had)]} "), self.cell("n", figure)]
        return Sentence(parts)

    def strip(self, figures: Sequence[Any]) -> Block:
        found = []
        for (shape, *names), code in figures:
            label, goal = words.AIMED_AT[code]
            aimed = f"≥ {self.goals[goal]} %" if goal else "100 %" if code == "complaints_called" else ""
            note = _("%(what)s, target %(goal)s") % {"what": label, "goal": aimed} if aimed else str(label)
            found.append((self.cell(shape, *names, goal=goal), note))
        return Strip(found)

    def rows(self, figure: str, most: int) -> Block:
        rows = rows_of(self.document, figure)
        lines = [
            Sentence([Cell(" · ".join([f"{row['number']} {row['title']}", *self.standing(row)]))])
            for row in rows[:most]
        ]
        if len(rows) > most:
            more = ngettext("and %(count)d more", "and %(count)d more", len(rows) - most)
            lines.append(Sentence([Cell(more % {"count": len(rows) - most}, figure)]))
        return Numbered(lines) if lines else Text(_("None."))

    def standing(self, row: Mapping[str, Any]) -> list[str]:
        """With whom a ticket is, and where it stands."""
        department = named(self.document, row["department"])
        return [*([department] if department else []), str(Status(row["status"]).label)]

    def issues(self, issues: Sequence[Any]) -> Block:
        said = _("{title}: {0} households. {outcome}")
        lines = [
            Sentence(filled(said, [self.cell("n", figure)], title=title, outcome=outcome or _("Being handled.")))
            for figure, title, outcome in issues
        ]
        return Numbered(lines) if lines else Text(_("None."))

    def text(self, code: str) -> Block | None:
        written = self.texts.get(code, "").strip()
        return Text(written) if written else None


def named(document: Document, name: str) -> str:
    """A department or a category in the language of the moment."""
    english = (get_language() or "").startswith("en")
    return str(document["english"].get(name, name)) if english else name


def filled(said: str, cells: Sequence[Cell], **plain: str) -> list[Cell]:
    """The words of a sentence with its figures in their places."""
    parts: list[Cell] = []
    for text, name, _spec, _conversion in Formatter().parse(said):
        if text:
            parts.append(Cell(text))
        if name is not None:
            parts.append(cells[int(name)] if name.isdigit() else Cell(plain[name]))
    return parts


COLUMNS: dict[str, Callable[[Any], str]] = {
    "cause": lambda value: str(HAD[Had(value)]) if value else "",
    "kind": lambda value: str(Kind(value).label),
    "severity": lambda value: str(Severity(value).label),
    "status": lambda value: str(Status(value).label),
    "kept": lambda value: str(words.KEPT[value]),
    "of": lambda value: str(words.KINDS[value]),
    "visit_kind": lambda value: str(VisitKind(value).label),
}


def lists_in_words(document: Document) -> list[Rows]:
    """Every list behind the figures, for the workbook."""
    return [
        Rows(
            str(words.LISTS[name]),
            [str(words.COLUMNS[column]) for column in table["columns"]],
            [[value_in_words(document, column, value) for column, value in zip(table["columns"], row, strict=True)]
             for row in table["rows"]],
        )
        for name, table in document["lists"].items()
    ]  # fmt: skip


def value_in_words(document: Document, column: str, value: Any) -> Any:
    if column in {"received", "told", "ended"}:
        return datetime.fromisoformat(value)
    if column in {"department", "category"}:
        return named(document, value)
    return COLUMNS[column](value) if column in COLUMNS else value
