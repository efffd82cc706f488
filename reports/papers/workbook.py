"""A sheet as a workbook: the paper first, with figures that can be reckoned with, then the lists behind them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.workbooks import Workbook, plain, width_of
from reports.papers.sheet import Block, Cell, Numbered, Rows, Sentence, Sheet, Strip, Table, Words

A4 = 9
COLUMNS, LABEL_WIDTH, MOST_FOR_A_LABEL, FIGURE_WIDTH = 6, 18, 40, 12
LINE = 15.0  # points
_AS_SHOWN = re.compile(r"(-?[\d,]+)(?:\.(\d+))?(\s?%)?(.*)", re.S)


def workbook_of(sheet: Sheet, lists: Sequence[Rows], zone: ZoneInfo) -> IO[bytes]:
    """The same bytes for the same sheet and lists. Its words are those of the language of the moment."""
    made = Workbook(zone)
    _Paper(made, sheet).write()
    for one in lists:
        made.rows(one.title, one.head, one.rows)
    return made.finished()


def figure_of(cell: Cell) -> tuple[float, str] | None:
    """The number and the format that shows it as the paper does; nothing where the words say more than the value."""
    found = _AS_SHOWN.fullmatch(cell.text)
    if found is None or cell.value is None or '"' in found[4]:
        return None
    whole, decimals, percent, rest = found[1], found[2] or "", (found[3] or "").replace("\xa0", " "), found[4]
    places = len(decimals) + (2 if percent else 0)
    shown = round(float(f"{whole.replace(',', '')}.{decimals or 0}") / (100 if percent else 1), places)
    step = 10.0**-places
    if abs(cell.value - shown) >= step:
        return None
    look = ("#,##0" if "," in whole else "0") + (f".{'0' * len(decimals)}" if decimals else "") + percent
    # A figure that the paper cut off, so that no target is reached by rounding, must not be rounded up here.
    figure = cell.value if abs(cell.value - shown) < step / 2 else shown
    return figure, look + (f'"{rest}"' if rest else "")


class _Paper:
    """Writes downwards, since a row that is written is on the disk."""

    def __init__(self, made: Workbook, sheet: Sheet) -> None:
        self.made, self.paper = made, sheet
        self.page = made.sheet(sheet.title)
        tables = [block for section in sheet.sections for block in section.blocks if isinstance(block, Table)]
        labels = [width_of(row[0].text) for table in tables for row in table.rows if row]
        self.widths = [min(max([LABEL_WIDTH, *labels]), MOST_FOR_A_LABEL)]
        self.widths += [FIGURE_WIDTH] * (max([COLUMNS, *(len(table.head) for table in tables)]) - 1)
        self.at = 0

    def write(self) -> None:
        for column, width in enumerate(self.widths):
            self.page.set_column(column, column, width)
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        self.page.hide_gridlines(2)
        self._across(f"{self.paper.site} · {self.paper.company}")
        self._across(self.paper.number)
        self._across(self.paper.title, bold=True, font_size=16, align="center")
        self._across(self.paper.period, align="center")
        self._across(_("Data until %(at)s") % {"at": self.paper.data_until}, align="center")
        for number, section in enumerate(self.paper.sections, 1):
            self.at += 1
            self._across(f"{number}. {section.title}", bold=True)
            for block in section.blocks:
                self._block(block)
        self.at += 1
        self._end()

    def _block(self, block: Block) -> None:
        match block:
            case Table():
                self._row([Cell(word) for word in block.head], bold=True, bg_color="#F1F3F5")
                for row in block.rows:
                    self._row(row)
            case Strip():
                for cell, words in block.figures:
                    self._row([Cell(words), cell])
            case Sentence():
                self._across("".join(cell.text for cell in block.parts))
            case Numbered():
                for number, line in enumerate(block.lines, 1):
                    self._across(f"{number}. " + "".join(cell.text for cell in line.parts))
            case Words():
                self._across(block.text)

    def _row(self, cells: Sequence[Cell], **looks: Any) -> None:
        lines = 1
        for column, cell in enumerate(cells):
            look = looks | {"border": 1, "valign": "vcenter", "align": "center" if column else "left"}
            if figure := figure_of(cell):
                self.page.write_number(self.at, column, figure[0], self.made.format(num_format=figure[1], **look))
                continue
            self.page.write_string(self.at, column, plain(cell.text), self.made.format(text_wrap=True, **look))
            lines = max(lines, math.ceil(width_of(cell.text) / (self.widths[column] - 1)))
        self.page.set_row(self.at, LINE * lines)
        self.at += 1

    def _across(self, text: str, **looks: Any) -> None:
        """Over all columns; the program that opens it does not reckon the height of joined cells."""
        look = self.made.format(text_wrap=True, valign="top", **looks)
        room = sum(self.widths) - 2
        lines = sum(max(1, math.ceil(width_of(line) / room)) for line in text.splitlines() or [""])
        self.page.merge_range(self.at, 0, self.at, len(self.widths) - 1, "", look)
        self.page.write_string(self.at, 0, plain(text), look)
        self.page.set_row(self.at, max(LINE * lines, 1.4 * looks.get("font_size", 0)))
        self.at += 1

    def _end(self) -> None:
        for line in self._signed():
            self._across(line)

    def _signed(self) -> Iterator[str]:
        for one in self.paper.signatures:
            yield f"{one.step}  {one.name}  {one.at}".rstrip()
        stamp = self.paper.stamp
        if stamp is None:
            yield f"{pgettext('report', 'Draft')} · {_('Not frozen: its figures may still change')}"
            return
        edition = _("Edition %(n)s") % {"n": stamp.edition}
        yield f"{pgettext('report', 'Frozen')} {stamp.at} · {edition}"
        yield f"SHA-256 {stamp.sha256}"
        yield stamp.check_url
