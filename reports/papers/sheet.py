"""A report as a reader sees it, in the language of the moment: what page, print, PDF and workbook draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe

MOST_CENTRED = 12  # characters; a column with longer words in it begins at the left
MOST_AT_FULL_SIZE = 9  # columns; more are set smaller on paper


@dataclass(frozen=True)
class Cell:
    """Words or a figure; ``figure`` names the one whose rows it opens, ``state`` is late, soon or ok."""

    text: str
    figure: str = ""
    state: str = ""
    value: float | None = None  # of a figure, for the workbook: 0.974 where the text says 97.4 %


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]  # the first of each is its label
    template: str = "reports/papers/_table.html"

    @property
    def is_wide(self) -> bool:
        return len(self.head) > MOST_AT_FULL_SIZE

    @property
    def lines(self) -> list[list[tuple[Cell, bool]]]:
        """Each cell with whether its column holds words rather than figures."""
        wordy = [any(len(cell.text) > MOST_CENTRED for cell in column) for column in zip(*self.rows, strict=True)]
        return [list(zip(row, wordy, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Strip:
    """Large figures beside each other, each with what it is and what is aimed at."""

    figures: Sequence[tuple[Cell, str]]
    template: str = "reports/papers/_strip.html"


@dataclass(frozen=True)
class Sentence:
    """Words with figures between them."""

    parts: Sequence[Cell]
    template: str = "reports/papers/_sentence.html"


@dataclass(frozen=True)
class Numbered:
    lines: Sequence[Sentence]
    template: str = "reports/papers/_numbered.html"


@dataclass(frozen=True)
class Words:
    """What somebody wrote; its lines are kept."""

    text: str
    template: str = "reports/papers/_words.html"


Block = Table | Strip | Sentence | Numbered | Words


@dataclass(frozen=True)
class Section:
    title: str  # without its number, which the paper counts
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Signature:
    """A step of the paper (编制, 审核, 批准); name and moment are empty until somebody signed."""

    step: str
    name: str = ""
    at: str = ""


@dataclass(frozen=True)
class Stamp:
    at: str
    sha256: str  # 64 hexadecimal digits
    edition: int
    check_url: str  # absolute: where somebody who scans the paper compares it

    @property
    def short(self) -> str:
        return f"{self.sha256[:8]} {self.sha256[8:16]}"

    @property
    def shortest(self) -> str:
        return f"{self.sha256[:4]} {self.sha256[4:8]}"

    @property
    def qr(self) -> SafeString:
        drawing = segno.make_qr(self.check_url, error="m")
        return mark_safe(drawing.svg_inline(border=0, omitsize=True, svgclass="qr", title=self.check_url))  # noqa: S308


@dataclass(frozen=True)
class Rows:
    """One of the lists behind the figures: a sheet of the workbook."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]  # str, int, float, datetime (aware), bool or None


@dataclass(frozen=True)
class Sheet:
    number: str  # YJW-WY-2026-10
    title: str
    period: str
    site: str
    company: str
    data_until: str
    sections: Sequence[Section]
    signatures: Sequence[Signature]
    stamp: Stamp | None  # None: a draft, which says so
    for_owners: bool = False  # without names, numbers of tickets and what only the house may know
