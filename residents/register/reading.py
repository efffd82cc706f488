"""The file itself: sheets, headers and rows of an xlsx, streamed; nothing is kept that was read before."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from residents.register import cells, columns
from residents.register.columns import Field

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 600 * 1024 * 1024
MOST_COLUMNS = 100


class NotReadable(Exception):
    """No workbook of the usual kind. ``code``: not_xlsx, too_big or no_homes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Sheet:
    """A sheet's header and what its columns mean. ``meanings``: by column; unknown headers are None."""

    title: str
    header_row: int = 0
    headers: list[str] = field(default_factory=list)
    meanings: list[Field | None] = field(default_factory=list)
    rows: int = 0

    @property
    def readable(self) -> bool:
        return columns.holds_homes({meaning for meaning in self.meanings if meaning})

    def values(self, row: tuple[Any, ...]) -> dict[Field, Any]:
        """The cells by their meaning; of two columns with one meaning the first that holds something."""
        found: dict[Field, Any] = {}
        for meaning, cell in zip(self.meanings, row, strict=False):
            if meaning and found.get(meaning) in (None, ""):
                found[meaning] = cell
        return found


class Workbook:
    """An open register. ``told``: what a site's own headers mean. Raises NotReadable."""

    def __init__(self, file: IO[bytes], told: Mapping[str, str]) -> None:
        _refuse_bombs(file)
        try:
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, ParseError, EOFError):
            raise NotReadable("not_xlsx") from None
        self.sheets = [self._look_at(sheet, told) for sheet in self._book.worksheets if sheet.sheet_state == "visible"]

    def close(self) -> None:
        self._book.close()

    def rows(self) -> Iterator[tuple[Sheet, int, dict[Field, Any]]]:
        """Every row under the headers that is about a home: its sheet, its number in Excel, its cells by meaning."""
        for sheet in self.sheets:
            if not sheet.readable:
                continue
            under = self._book[sheet.title].iter_rows(
                min_row=sheet.header_row + 1, max_col=len(sheet.headers), values_only=True
            )
            with closing(under):
                for number, row in enumerate(under, sheet.header_row + 1):
                    if not cells.says_nothing(row):
                        yield sheet, number, sheet.values(row)

    def _look_at(self, sheet: Any, told: Mapping[str, str]) -> Sheet:
        with closing(sheet.iter_rows(max_row=columns.HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True)) as first:
            top = list(islice(first, columns.HEADER_WITHIN))
        at = columns.find_header(top, told)
        if at is None:
            return Sheet(sheet.title)
        headers = [columns.spelled(cell) for cell in top[at]]
        while headers and not headers[-1]:
            headers.pop()
        meanings = [columns.meaning(header, told) if header else Field.IGNORED for header in headers]
        return Sheet(sheet.title, at + 1, headers, meanings, max((sheet.max_row or 0) - at - 1, 0))


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
    except zipfile.BadZipFile:
        raise NotReadable("not_xlsx") from None
    file.seek(0)
