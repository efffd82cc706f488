"""The file itself: sheets, headers and rows of an xlsx, streamed; nothing is kept that was read before."""

from __future__ import annotations

import io
import os
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

os.environ.setdefault("OPENPYXL_LXML", "False")  # is read at the import: one parser, whatever else is installed

import openpyxl

from residents import rooms
from residents.register import cells, columns
from residents.register.columns import Field
from residents.register.merges import Merges, merges_of

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 600 * 1024 * 1024
MOST_COLUMNS = 100
MOST_ROWS = 1_048_576  # of any sheet, says Excel
STYLES = "xl/styles.xml"
NO_STYLES = b'<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


class NotReadable(Exception):
    """No workbook of the usual kind. ``code``: not_xlsx, too_big, damaged, empty or no_homes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Sheet:
    """A sheet's header and what its columns mean. ``meanings``: by column; unknown headers are None.

    ``building`` and ``entrance``: what its name, its title, or somebody who was asked says of all its rows.
    ``skipped``: the code of why it is not read, "" where it is.
    """

    title: str
    page: Any = None
    header_row: int = 0
    headers: list[str] = field(default_factory=list)
    meanings: list[Field | None] = field(default_factory=list)
    rows: int = 0
    seen: int = 0  # rows that were about a home
    phase: str = ""
    building: str = ""
    entrance: str = ""
    skipped: str = ""
    unknown_filled: set[str] = field(default_factory=set)  # columns that nobody explained, and that hold something
    merges: Merges = field(default_factory=Merges)

    @property
    def readable(self) -> bool:
        return not self.skipped and columns.holds_homes({meaning for meaning in self.meanings if meaning})

    @property
    def asks_for_building(self) -> bool:
        """Whether nothing names the building that its rows are in, unless each row's room does."""
        return self.readable and Field.BUILDING not in self.meanings

    def values(self, row: tuple[Any, ...]) -> dict[Field, list[Any]]:
        """The cells by their meaning, several where several columns have one."""
        found: dict[Field, list[Any]] = {}
        for header, meaning, cell in zip(self.headers, self.meanings, row, strict=False):
            if meaning:
                found.setdefault(meaning, []).append(cell)
            elif meaning is None and cells.said(cell):
                self.unknown_filled.add(header)
        return found


@dataclass(frozen=True)
class Line:
    """A row under the header: about a home, or a heading that names the building of those below."""

    sheet: Sheet
    number: int
    values: Mapping[Field, list[Any]]
    heading: tuple[str, str] | None = None


class Workbook:
    """An open register. ``told``: what a site's own headers mean; ``buildings``: of sheets that name none.

    Raises NotReadable, also while it is read: whatever goes wrong in a file is one sentence.
    """

    def __init__(self, file: IO[bytes], told: Mapping[str, str], buildings: Mapping[str, str] | None = None) -> None:
        _refuse_bombs(file)
        self._told = told
        self._book = _opened(file)
        try:
            self.sheets = [self._look_at(sheet) for sheet in self._book.worksheets]
        except NotReadable:
            raise
        except Exception:  # noqa: BLE001 - whatever a broken file makes the reader do
            raise NotReadable("damaged") from None
        for sheet in self.sheets:
            if said := (buildings or {}).get(sheet.title):
                sheet.building, sheet.entrance = said, ""
        self._tell_phases_apart()

    def close(self) -> None:
        self._book.close()

    @property
    def readable(self) -> bool:
        return any(sheet.readable for sheet in self.sheets)

    def rows(self) -> Iterator[Line]:
        """Every row under the headers that is about a home, and every heading that names a building."""
        for sheet in self.sheets:
            if sheet.readable:
                try:
                    yield from self._under_the_header(sheet)
                except Exception:  # noqa: BLE001 - as above
                    raise NotReadable("damaged") from None

    def _under_the_header(self, sheet: Sheet) -> Iterator[Line]:
        under = sheet.page.iter_rows(min_row=sheet.header_row + 1, max_col=len(sheet.headers), values_only=True)
        with closing(under):
            for number, row in enumerate(under, sheet.header_row + 1):
                if number > MOST_ROWS:
                    raise NotReadable("damaged")
                if not any(cells.text(cell) for cell in row):
                    continue
                row = sheet.merges.filled(number, row, sheet.meanings)
                if (heading := _heading(row)) is not None:
                    yield Line(sheet, number, {}, heading)
                elif not _is_a_subtotal(row, sheet.meanings) and not columns.repeats(row, sheet.meanings, self._told):
                    yield Line(sheet, number, sheet.values(row))

    def _look_at(self, page: Any) -> Sheet:
        if page.sheet_state != "visible":
            return Sheet(page.title, page, skipped="hidden")
        claimed = page.max_row or 0
        page.reset_dimensions()
        with closing(page.iter_rows(max_row=columns.HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True)) as first:
            top = list(islice(first, columns.HEADER_WITHIN))
        if not any(cells.text(cell) for row in top for cell in row):
            return Sheet(page.title, page, skipped="sheet_empty")
        found = columns.find_header(top, self._told)
        if found is None:
            return Sheet(page.title, page, skipped="no_header")
        at, last = found
        headers, meanings = self._columns(top[at], top[last] if last > at else None)
        sheet = Sheet(page.title, page, last + 1, headers, meanings, max(claimed - last - 1, 0))
        if not sheet.readable:
            sheet.skipped = "" if sheet.headers else "no_header"
            return sheet
        titles = [cells.text(cell) for row in top[:at] for cell in row if cells.text(cell)]
        sheet.phase = rooms.phase_of(page.title) or rooms.phase_of(" ".join(titles))
        sheet.building, sheet.entrance = _named(page.title, titles)
        sheet.merges = merges_of(page, last + 1)
        return sheet

    def _columns(self, upper: tuple[Any, ...], lower: tuple[Any, ...] | None) -> tuple[list[str], list[Field | None]]:
        headers, meanings, above = [], [], ""
        for at in range(max(len(upper), len(lower or ()))):
            top = columns.spelled(upper[at]) if at < len(upper) else ""
            below = columns.spelled(lower[at]) if lower and at < len(lower) else ""
            above = top or (above if below else "")
            name, meaning = columns.combined(above, below, self._told) if lower else (top, None)
            headers.append(name)
            meanings.append(meaning if lower else columns.meaning(top, self._told))
        while headers and not headers[-1]:
            headers.pop()
        return headers, [
            meaning if header else Field.IGNORED for header, meaning in zip(headers, meanings, strict=False)
        ]

    def _tell_phases_apart(self) -> None:
        """Where sheets are of several phases, building 3 of one is not building 3 of another."""
        phases = {sheet.phase for sheet in self.sheets if sheet.readable and sheet.phase}
        for sheet in self.sheets:
            if len(phases) < 2:
                sheet.phase = ""
            elif sheet.building.startswith(sheet.phase):
                sheet.building = sheet.building.removeprefix(sheet.phase)


def _named(title: str, titles: list[str]) -> tuple[str, str]:
    """The building that a sheet's name or its titles name; nothing where they differ."""
    by_name, by_title = rooms.named_in(title), rooms.named_in(" ".join(titles))
    if by_name[0] and by_title[0] and by_name[0] != by_title[0]:
        return "", ""
    return by_name if by_name[0] else by_title


def _heading(row: tuple[Any, ...]) -> tuple[str, str] | None:
    """``1栋`` alone in a row names the building of the rows below; in a merged cell it stands in all of them."""
    words = {cells.text(cell) for cell in row if cells.text(cell)}
    if len(words) != 1:
        return None
    said = words.pop()
    named = rooms.named_in(said)
    return named if named[0] and len(said) <= 20 and not re.search(r"[0-9]{3,}|计", said) else None


def _is_a_subtotal(row: tuple[Any, ...], meanings: list[Field | None]) -> bool:
    """Whether a row adds up those above it. A remark that speaks of a sum does not make it one."""
    first = [
        cell for cell, meaning in zip(row, meanings, strict=False) if meaning != Field.REMARKS and cells.text(cell)
    ]
    return any(cells.is_a_subtotal(cells.text(cell)) for cell in first[:3])


def _opened(file: IO[bytes]) -> Any:
    """The workbook; once more without its styles where these are what cannot be read: nothing here needs them."""
    with suppress(Exception):  # whatever a broken file makes the reader do
        return _load(file)
    with suppress(Exception):
        return _load(_without_styles(file))
    raise NotReadable("not_xlsx")


def _load(file: IO[bytes]) -> Any:
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _without_styles(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    kept = io.BytesIO()
    with zipfile.ZipFile(file) as packed, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as bare:
        for entry in packed.infolist():
            name = entry.filename.replace("\\", "/")
            bare.writestr(name, NO_STYLES if name.lower() == STYLES else packed.read(entry))
    return kept


def _refuse_bombs(file: IO[bytes]) -> None:
    """A workbook is a zip: one that would unpack to more than any register holds is not opened."""
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise NotReadable("too_big")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise NotReadable("too_big")
    except NotReadable:
        raise
    except Exception:  # noqa: BLE001 - no zip, or one that is torn
        raise NotReadable("not_xlsx") from None
    file.seek(0)
