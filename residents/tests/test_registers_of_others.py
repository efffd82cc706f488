"""Registers as companies have them: which homes they are about, told part by part, and nothing lost without a word."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from residents.models import Residence, Unit
from residents.register import course, runs
from residents.register.reading import NotReadable
from residents.tests.test_registers import imported, upload

FOLDER = Path(__file__).parent / "registers"
HEADER = ["楼栋", "单元", "房号", "业主姓名", "联系电话"]
Sheets = dict[str, list[list[Any]]]


def book(sheets: Sheets, *, merged: dict[str, list[str]] | None = None, hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook as openpyxl writes it."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
        for cells in (merged or {}).get(title, []):
            page.merge_cells(cells)
        page.sheet_state = "hidden" if title in hidden else "visible"
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def tried(content: bytes) -> tuple[runs.Tally, dict[str, list[str]]]:
    """What an import would find, and what is said of each row: codes by ``sheet row``."""
    tally = runs.try_at_once(io.BytesIO(content), None)
    said: dict[str, list[str]] = {}
    for row, wrong in tally.problems:
        said.setdefault(f"{row.sheet} {row.number}", []).append(wrong.code)
    return tally, said


def rooms_of(content: bytes) -> list[str]:
    with runs.closing(runs.Workbook(io.BytesIO(content), {})) as opened:
        return [row.room for row in runs.understood(opened, runs.Tally()) if row.refused is None]


@pytest.mark.parametrize(
    ("name", "rooms"),
    [
        ("eleventh-building", ["11-1-101", "1-1-1101"]),
        ("empty-home-with-the-same-digits", ["21-1-101"]),
        ("a-sheet-for-each-building", ["1-1-101", "1-1-102", "2-1-101", "2-1-102"]),
        ("building-in-the-title", ["1-1-101", "2-1-101"]),
        ("building-and-entrance-in-one-cell", ["3-2-1801", "3-2-1802", "32-1801", "3-12-101", "31-2-101"]),
        ("floor-in-its-own-column", ["3-2-101", "3-2-201", "3-2-301"]),
        ("basement", ["3-2-101", "3-2-负101", "3-2-负102"]),
        ("entrance-merged", ["3-2-1801", "3-2-1802"]),
        ("joined-flats", []),
        ("point-zero", ["3-2-1801"]),
        ("subtotal-word-in-remark", ["3-2-1801", "3-2-1802"]),
    ],
)
def test_each_home_is_the_one_that_the_register_means(name: str, rooms: list[str]) -> None:
    assert rooms_of((FOLDER / f"{name}.xlsx").read_bytes()) == rooms


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["plain", "dimension-A1", "empty-fill"])
def test_a_file_that_lies_about_its_size_or_its_styles_is_read_like_any(name: str) -> None:
    said = imported(str(FOLDER / f"{name}.xlsx"), "--site", "AAA", "--site-name", "甲")
    assert [said[figure] for figure in ("units", "people", "phones", "plates", "bad", "warn")] == [2, 2, 2, 1, [], []]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "figures", "said"),
    [
        ("two-phone-columns", (1, 1, 2, 0), {}),
        ("two-row-header", (1, 2, 2, 1), {}),
        ("phones-by-space", (22, 22, 26, 0), {"phone_unclear": 1, "note_kept": 3}),
        ("names", (6, 7, 6, 0), {"owner_missing": 5, "note_kept": 1}),
        ("relations", (9, 9, 9, 2), {"relation_unknown": 1}),
        ("joined-flats", (0, 0, 0, 0), {"room_joined": 3}),
    ],
)
def test_what_can_be_understood_goes_in_and_the_rest_is_said(
    name: str, figures: tuple[int, ...], said: dict[str, int]
) -> None:
    tally, problems = tried((FOLDER / f"{name}.xlsx").read_bytes())
    assert tuple(tally.counts[one] for one in ("units", "people", "phones", "tenants")) == figures
    codes = [code for codes in problems.values() for code in codes]
    assert {code: codes.count(code) for code in set(codes)} == said


# By what is odd about it: each sheet with its rows, the rooms that it means, and what is said of which row.
OTHERS: dict[str, tuple[dict[str, str], list[str], dict[str, list[str]]]] = {
    "a building over its rows, as WPS merges it": (
        {
            "表": """
                房号|业主|电话
                1栋||
                101|甲一|13800138001
                2栋1单元||
                101|甲二|13800138002
                合计|2户|
            """,
        },
        ["1-101", "2-1-101"],
        {},
    ),
    "nothing says which building": (
        {
            "Sheet1": """
                单元|房号|业主|电话
                1|101|甲一|13800138001
            """,
        },
        [],
        {"Sheet1 2": ["building_missing"]},
    ),
    "two phases, building 1 in both": (
        {
            "一期": """
                楼栋|单元|房号|业主姓名|联系电话
                1|1|101|甲一|13800138001
            """,
            "二期": """
                楼栋|单元|房号|业主姓名|联系电话
                1|1|101|甲二|13800138002
            """,
        },
        ["一期1-1-101", "二期1-1-101"],
        {},
    ),
    "a column of phases": (
        {
            "表": """
                期数|楼栋|单元|房号|业主姓名|联系电话
                一期|1|1|101|甲一|13800138001
                2期|1|1|101|甲二|13800138002
            """,
        },
        ["一期1-1-101", "二期1-1-101"],
        {},
    ),
    "two estates": (
        {
            "表": """
                项目|楼栋|单元|房号|业主姓名|联系电话
                云景湾|1|1|101|甲一|
                观澜园|1|1|101|甲二|
            """,
        },
        ["1-1-101"],
        {"表 3": ["other_estate"]},
    ),
    "another owner of the same room on another sheet": (
        {
            "东": """
                楼栋|单元|房号|业主姓名|联系电话
                1|1|101|甲一|13800138001
            """,
            "西": """
                楼栋|单元|房号|业主姓名|联系电话
                1|1|101|甲二|13800138002
            """,
        },
        ["1-1-101"],
        {"西 2": ["owner_of_another_sheet"]},
    ),
    "another owner and another state lower down": (
        {
            "表": """
                楼栋|单元|房号|业主姓名|联系电话|状态
                1|1|101|甲一||空置
                1|1|101|甲二||已入住
            """,
        },
        ["1-1-101", "1-1-101"],
        {"表 3": ["other_owner", "other_status"]},
    ),
    "codes beside columns that say otherwise": (
        {
            "表": """
                楼栋|单元|房号|业主姓名|联系电话
                3|2|3-2-1801|甲一|
                3|2|4-2-1801|甲二|
                3|2|3-1-1801|甲三|
                3||3-1802|甲四|
                3||1-1803|甲五|
            """,
        },
        ["3-2-1801", "3-1-1803"],
        {"表 3": ["room_contradicts"], "表 4": ["room_contradicts"], "表 5": ["lead_unclear"]},
    ),
    "basements in every spelling": (
        {
            "表": """
                楼栋|楼层|房号|业主
                A座|负一层|01|甲一
                A座|B1|02|甲二
                A座|1|01|甲三
                A座|-1|-103|甲四
                A座|18|1801|甲五
                A座|3|1802|甲六
            """,
        },
        ["A-负101", "A-B102", "A-101", "A-负103", "A-1801", "A-1802"],
        {"表 7": ["floor_other"]},
    ),
    "shops and villas": (
        {
            "商铺": """
                铺号|业主姓名
                S01铺|甲一
                12号铺|甲二
            """,
            "别墅": """
                房号|业主
                12|甲三
                A8|甲四
            """,
        },
        ["S01", "商铺12", "12", "A8"],
        {},
    ),
    "owners one below the other, tenants below them": (
        {
            "表": """
                房号|姓名|关系|电话
                3-2-1801|甲一|业主|13800138001
                3-2-1801|甲二|共有人|
                3-2-1801|乙一|租户|+86 138 0013 8002
                3-2-1802|丙一|原业主|
                3-2-1801|丙二|已退租|
            """,
        },
        ["3-2-1801", "3-2-1801", "3-2-1801", "3-2-1802", "3-2-1801"],
        {"表 5": ["relation_former"], "表 6": ["relation_former"]},
    ),
    "the header once more on every page": (
        {
            "表": """
                楼栋|单元|房号|业主姓名|联系电话
                1|1|101|甲一|
                楼栋|单元|房号|业主姓名|联系电话
                1|1|102|甲二|
            """,
        },
        ["1-1-101", "1-1-102"],
        {},
    ),
    "columns that nobody explained": (
        {
            "表": """
                楼栋|单元|房号|业主姓名|联系电话|开门密码|空列
                1|1|101|甲一||8888|
            """,
        },
        ["1-1-101"],
        {"表 1": ["column_unknown"]},
    ),
    "English": (
        {
            "Owners": """
                Building|Unit|Room|Owner|Mobile
                T1|A|1801|Anne-Marie O'Brien|0086 13800138001
            """,
        },
        ["T1-A-1801"],
        {},
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", OTHERS)
def test_registers_of_other_companies(what: str) -> None:
    sheets, rooms, said = OTHERS[what]
    lines = {title: rows.strip().splitlines() for title, rows in sheets.items()}
    content = book({title: [line.strip().split("|") for line in rows] for title, rows in lines.items()})
    assert rooms_of(content) == rooms
    assert tried(content)[1] == said


@pytest.mark.django_db
def test_a_date_that_excel_made_of_a_room_is_none() -> None:
    content = book({"表": [["房号", "业主"], [date(2026, 3, 2), "甲一"], ["3-2-101", "甲二"]]})
    assert (rooms_of(content), tried(content)[1]) == (["3-2-101"], {"表 2": ["room_is_a_date"]})


@pytest.mark.django_db
def test_a_merged_cell_holds_for_every_row_that_it_covers() -> None:
    rows = [
        HEADER, ["3", "2", "1801", "甲一", "13800138001"], [None, None, "1802", None, None],
        ["4", "1", "101", "甲二", ""], [None, None, None, "甲三", ""],
    ]  # fmt: skip
    content = book({"表": rows}, merged={"表": ["A2:A3", "B2:B3", "D2:D3", "E2:E3", "C4:C5"]})
    tally, said = tried(content)
    assert rooms_of(content) == ["3-2-1801", "3-2-1802", "4-1-101", "4-1-101"]
    assert (tally.counts["people"], tally.counts["together"]) == (4, 1)
    assert said == {"表 5": ["other_owner"]}


@pytest.mark.django_db
def test_hidden_and_empty_sheets_are_named_and_a_file_without_homes_is_no_success() -> None:
    rows = [HEADER, ["1", "1", "101", "甲一", ""]]
    tally, _said = tried(book({"表": rows, "旧": rows, "空": [], "说明": [["请填写"]]}, hidden=("旧",)))
    assert tally.skipped == [("旧", "hidden"), ("空", "sheet_empty"), ("说明", "no_header")]
    assert tally.counts["units"] == 1
    assert tried(book({"表": [HEADER]}))[1] == {"表 1": ["sheet_no_rows"]}
    for sheets, code in (
        ({"空": []}, "empty"),
        ({"说明": [["请填写"]]}, "no_homes"),
        ({"表": [["甲", "乙", "丙"]]}, "no_homes"),
    ):
        with pytest.raises(NotReadable) as refused:
            tried(book(sheets))
        assert refused.value.code == code


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["ABCDEFG", "yjw", "A", "A B"])
def test_a_code_that_no_site_can_have_is_refused_with_a_sentence(code: str) -> None:
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("import_units", str(FOLDER / "plain.xlsx"), "--site", code, "--site-name", "甲")


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The same file with one of its parts gone, cut, or changed somewhere."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(kept, "w") as changed:
        names = packed.namelist()
        victim = chance.choice([name for name in names if name.endswith((".xml", ".rels"))])
        for name in names:
            text = packed.read(name)
            if name == victim:
                how, at = chance.randrange(6), chance.randrange(max(len(text), 1))
                if how == 0:
                    continue
                text = [
                    b"", text[:at], text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :],
                    text.replace(b'r="', b'r="9', 1), text.replace(b't="', b't="e', chance.randrange(5) + 1),
                    text.replace(chance.choice([b"<v>", b"count=", b"<row", b"<c "]), b"<x>", 2),
                ][how]  # fmt: skip
            changed.writestr(name, text)
    return kept.getvalue()


@pytest.mark.django_db
def test_whatever_breaks_in_a_file_is_one_sentence() -> None:
    chance = random.Random(1744)  # the same files every time
    originals = [path.read_bytes() for path in sorted(FOLDER.glob("*.xlsx"))]
    outcomes = {"read": 0, "refused": 0}
    for _round in range(300):
        content = mutated(chance.choice(originals), chance)
        try:
            tried(content)
            outcomes["read"] += 1
        except NotReadable:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 10, outcomes


def test_a_sheet_that_names_no_building_is_asked_about_on_the_page(house: Any) -> None:
    content = book({"东": [["单元", "房号", "业主"], ["1", "101", "甲一"], ["1", "101", "甲一"]]})
    run = upload(house, content)
    assert runs.work()
    run.refresh_from_db()
    assert run.counts["units"] == 0
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people["supervisor"])
    page = client.get(f"/residents/import/{run.uuid}/").content.decode()
    assert "no building is named" in page
    chosen = {"m0": "entrance", "m1": "room", "m2": "owner"}
    address = f"/residents/import/{run.uuid}/columns/"
    assert client.post(address, {**chosen, "b0": "3栋2单元"}).status_code == 422
    assert client.post(address, {**chosen, "b0": "3栋"}).status_code == 302
    assert runs.work()
    page = client.get(f"/residents/import/{run.uuid}/").content.decode()
    assert "2 rows speak of 1 homes: 1 row fell together" in page
    course.let_in(run.pk, by=house.people["supervisor"])
    assert runs.work()
    assert Unit.objects.filter(site=house.site, room="3-1-101", entrance__building__code="3").count() == 1
    assert Residence.objects.filter(unit__room="3-1-101").count() == 1


def test_an_empty_register_is_never_right(house: Any) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people["supervisor"])
    file = SimpleUploadedFile("x.xlsx", book({"空": []}))
    refused = client.post("/residents/import/", {"site": house.site.pk, "file": file})
    assert refused.status_code == 422
    assert "is empty" in refused.content.decode()
    run = upload(house, book({"表": [HEADER]}))
    assert runs.work()
    page = client.get(f"/residents/import/{run.uuid}/").content.decode()
    assert "Every row is right" not in page
    assert "no rows under the header" in page
