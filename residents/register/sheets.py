"""The workbooks that we hand out: a template to fill in, and the rows that need mending."""

from __future__ import annotations

from typing import IO, Any

from django.utils.translation import gettext as _

from portal.workbooks import workbook
from residents.models import ImportProblem, ImportRun
from residents.register.columns import Field
from residents.register.meanings import STATUSES
from residents.register.words import FIELDS, PROBLEMS

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
MASKED_NOTES = [
    "本表供阅读：电话和车牌遮蔽了几位，没有身份证号。",
    "再导入时，遮蔽的号码会留空，其余照常导入，不会改动已有的号码。",
    "需要完整号码的，由有权限的人在“业主房屋”页导出完整资料，写明用途，记录在案。",
]


def template() -> IO[bytes]:
    return workbook([("住户资料", TEMPLATE, []), ("填表说明", ["填表说明"], [[note] for note in NOTES])])


def problems(run: ImportRun) -> IO[bytes]:
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
