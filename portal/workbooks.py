"""The xlsx files that leave the house: no cell is ever a formula, and memory stays flat whatever the rows."""

from __future__ import annotations

import io
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_IN_A_TITLE = 31
NARROWEST, WIDEST = 8, 48  # in half-width characters
ROWS_MEASURED = 200
MOST_IN_MEMORY = 1_000_000  # bytes of the finished file
WIDTH_OF_A_MOMENT = 16
# The same rows give the same bytes: when a file was made is not in it.
MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def plain(text: str) -> str:
    """With an apostrophe before it where a program that reads the file again could take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def width_of(text: str) -> int:
    """In half-width characters, of the longest line."""
    return max(
        (sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) for line in text.splitlines()),
        default=0,
    )


def answer(content: IO[bytes], name: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


class Workbook:
    """Rows go to the disk as they come. ``zone`` is the one whose clock the moments show."""

    def __init__(self, zone: ZoneInfo | None = None) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - its reader closes it
        self._zone = zone
        self._titles: set[str] = set()
        self.book = xlsxwriter.Workbook(
            self._file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.book.set_properties({"created": MADE_AT})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **wanted: Any) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(wanted)
        return self._formats[key]

    def sheet(self, title: str) -> Any:
        """A sheet of that title, as far as a workbook takes it."""
        usable = _NOT_IN_A_TITLE.sub(" ", title)[:MOST_IN_A_TITLE].strip(" '") or "1"
        name, again = usable, 1
        while name.lower() in self._titles:
            again += 1
            name = f"{usable[: MOST_IN_A_TITLE - 4]} {again}"
        self._titles.add(name.lower())
        return self.book.add_worksheet(name)

    def rows(self, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A sheet of rows under a head that stays in sight, with the arrows that narrow it."""
        sheet = self.sheet(title)
        sheet.freeze_panes(1, 0)
        bold, moment = self.format(bold=True), self.format(num_format="yyyy-mm-dd hh:mm")
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, bold)
        widths = [width_of(word) + 3 for word in head]  # 3: the arrow
        last = 0
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._write(sheet, last, column, value, moment)
            if last <= ROWS_MEASURED:
                widths = _widened(widths, row)
        if last:
            sheet.autofilter(0, 0, last, len(head) - 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(max(width, NARROWEST), WIDEST))

    def _write(self, sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
        if isinstance(value, str):
            if value:
                sheet.write_string(row, column, plain(value))
        elif isinstance(value, bool):
            sheet.write_string(row, column, _("yes") if value else _("no"))
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.astimezone(self._zone).replace(tzinfo=None), moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.format(num_format="yyyy-mm-dd"))
        elif value is not None:
            sheet.write_number(row, column, value)

    def finished(self) -> IO[bytes]:
        """The file, to be read from its beginning and closed by whoever reads it."""
        self.book.close()
        size = self._file.tell()
        self._file.seek(0)
        if size > MOST_IN_MEMORY:
            return self._file
        with self._file as small:
            return io.BytesIO(small.read())


def _widened(widths: list[int], row: Sequence[Any]) -> list[int]:
    found = [WIDTH_OF_A_MOMENT if isinstance(value, datetime) else width_of(str(value)) for value in row]
    return [max(pair) for pair in zip(widths, [one + 1 for one in found], strict=True)]


def workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> IO[bytes]:
    """An xlsx of (title, header, rows)."""
    made = Workbook()
    for title, head, rows in sheets:
        made.rows(title, head, rows)
    return made.finished()
