"""A report as a reader sees it, in the language of the moment: what page, print, PDF and workbook draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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
    title: str
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
