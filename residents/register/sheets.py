"""The workbooks that we hand out: a template to fill in, and the rows that need mending. No cell is ever a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _

from residents.models import ImportProblem, ImportRun
from residents.register.columns import Field
from residents.register.planning import STATUSES
from residents.register.words import FIELDS, PROBLEMS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The template is for the company's clerks, so it is in their words; import_units knows them all.
TEMPLATE = [
    "楼栋",
    "单元",
    "房号",
    "建筑面积(㎡)",
    "户型",
    "房屋状态",
    "业主姓名",
    "关系",
    "联系电话",
    "身份证号",
    "入住日期",
    "车牌号",
    "备注",
]
NOTES = [
    "楼栋、单元、房号必填；房号也可以在一格里写成 3-2-1801 或 3栋2单元1801室。",
    "多个业主或电话用 / 隔开；租户另起一行，“关系”写租户。",
    "身份证号一列请设成文本格式，否则 Excel 会丢掉末几位。",
    "房屋状态可写：" + "、".join(STATUSES),
]
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """An xlsx of (title, header, rows); every cell a plain value, whatever it begins with."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(
        kept,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = book.add_format({"bold": True})
    for title, header, rows in sheets:
        sheet = book.add_worksheet(_NOT_IN_A_TITLE.sub(" ", title)[:31].strip(" '") or "1")
        sheet.write_row(0, 0, header, bold)
        sheet.set_column(0, max(len(header) - 1, 0), 16)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write(sheet, at, column, value)
    book.close()
    return kept.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        # A leading apostrophe: a program that reads the file again must not take the text for a formula either.
        sheet.write_string(row, column, f"'{value}" if value.startswith(FORMULA_STARTS) else value)
    else:
        sheet.write(row, column, value)


def answer(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


def template() -> bytes:
    return workbook([("住户资料", TEMPLATE, []), ("填表说明", ["填表说明"], [[note] for note in NOTES])])


def problems(run: ImportRun) -> bytes:
    """Every row of the file that was refused or lost a value, with the reason and the repair."""
    header = [
        _("Sheet"),
        _("Row"),
        _("Unit"),
        _("Column"),
        _("In the file"),
        _("Refused?"),
        _("Problem"),
        _("How to mend it"),
    ]
    rows = ([*_place(one), _("yes") if one.refused else _("no"), *_said(one)] for one in run.problems.iterator(2000))
    return workbook([(_("Rows to mend"), header, rows)])


def _place(problem: ImportProblem) -> list[Any]:
    return [problem.sheet, problem.row, problem.room, column_words(problem.column), problem.cell]


def _said(problem: ImportProblem) -> list[str]:
    said = PROBLEMS[problem.code]
    return [str(said.why), str(said.mend)]


def column_words(column: str) -> str:
    return str(FIELDS[Field(column)]) if column else ""
