"""Bringing an owners' register in: what is understood, what is refused, and that nothing doubles or gets lost."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Model
from django.test import Client

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import Company, Site
from residents import models, services
from residents.models import ImportRun, ImportState, Phone, Residence, Resident, Unit, Vehicle
from residents.register import course, runs

REGISTER = Path(__file__).parent / "register.xlsx"
EXPECTED = json.loads(REGISTER.with_name("register.expected.json").read_text("utf-8"))
TABLES: tuple[type[Model], ...] = (Unit, Resident, Residence, Phone, Vehicle, models.IdentityNumber)
OTHER_LAYOUT = [
    ["房屋编码", "产权人", "手机", "计费面积", "租客姓名", "租客电话", "开门密码", "车辆"],
    ["3-2-1801", "王 建国", "138-0013-0001", "98.5", "李雷", "13800130002", "x", "粤B·12345"],
    ["3栋2单元1802室", "Anna Smith/单雄", "13800130003/13800130004", 76, None, None, "=1+1", None],
    ["合计", None, None, 174.5, None, None, None, None],
]


def workbook(rows: list[list[Any]]) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept)
    sheet = book.add_worksheet("一期")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return kept.getvalue()


def imported(*args: str) -> Any:
    out = io.StringIO()
    call_command("import_units", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def census() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


def rows_of(found: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(one["sheet"], one["row"]) for one in found}


@pytest.mark.django_db
def test_a_real_register_gives_what_its_owner_expects_and_the_second_time_changes_nothing() -> None:
    first = imported(str(REGISTER), "--site", "YJW", "--site-name", "云景湾")
    once = census()
    second = imported(str(REGISTER), "--site", "YJW", "--site-name", "not used")

    assert second == first
    assert census() == once
    for figure in ("units", "people", "phones", "plates", "tenants"):
        assert first[figure] == EXPECTED[figure], figure
    assert rows_of(first["bad"]) == rows_of(EXPECTED["bad"])
    assert rows_of(first["warn"]) == rows_of(EXPECTED["warn"])
    assert once["Unit"] == EXPECTED["units"]
    assert once["Phone"] == EXPECTED["phones"]
    assert Site.objects.get(code="YJW").name == "云景湾"
    assert not models.ChangedByImport.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_writes_nothing() -> None:
    assert imported(str(REGISTER), "--site", "YJW", "--site-name", "云景湾", "--dry-run")["units"] == EXPECTED["units"]
    assert not Unit.objects.exists()
    assert not Site.objects.exists()
    assert not Company.objects.exists()


def upload(house: Any, content: bytes, name: str = "一期.xlsx", by: str = "supervisor") -> ImportRun:
    client = Client()
    client.force_login(house.people[by])
    answer = client.post("/residents/import/", {"site": house.site.pk, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


def test_another_companys_file_goes_in_through_the_columns_page_and_is_remembered(house: Any) -> None:
    client = Client()
    client.force_login(house.people["supervisor"])
    told = [["户址代号", *OTHER_LAYOUT[0][1:]], *OTHER_LAYOUT[1:]]
    run = upload(house, workbook(told))
    assert runs.work()
    page = client.get(f"/residents/import/{run.uuid}/").content.decode()
    assert "户址代号" in page
    headers = list(dict.fromkeys(column["header"] for column in ImportRun.objects.get().columns[0]["columns"]))
    chosen = {f"m{at}": _usual(header) for at, header in enumerate(headers)}
    assert client.post(f"/residents/import/{run.uuid}/columns/", chosen).status_code == 302
    assert runs.work()
    run.refresh_from_db()
    assert (run.state, run.counts["units"], run.counts["people"]) == (ImportState.TRIED, 2, 4)
    assert not Unit.objects.filter(room="3-2-1801").exists()

    client.post(f"/residents/import/{run.uuid}/go/")
    client.post(f"/residents/import/{run.uuid}/go/")  # a double click
    assert runs.work()
    assert not runs.work()

    people = Residence.objects.filter(unit__room__startswith="3-2-18", unit__site=house.site)
    assert {(one.resident.name, one.relation) for one in people.select_related("resident")} == {
        ("王建国", "owner"),
        ("李雷", "tenant"),
        ("Anna Smith", "owner"),
        ("单雄", "owner"),
    }
    assert Vehicle.objects.get().plate == "粤B12345"
    run.refresh_from_db()
    assert run.sealed_file is None
    again = upload(house, workbook(told))
    assert runs.work()
    again.refresh_from_db()
    assert again.counts["units"] == 2, "what the site was told once is known the second time"


def _usual(header: str) -> str:
    return {"户址代号": "room", "产权人": "owner", "手机": "phone", "计费面积": "area", "租客姓名": "tenant"}.get(
        header, {"租客电话": "tenant_phone", "车辆": "plate"}.get(header, "")
    )


def test_an_import_is_taken_back_whole_but_for_what_tickets_name(house: Any) -> None:
    before = census()
    run = upload(house, workbook(OTHER_LAYOUT))
    runs.work()
    course.let_in(run.pk, by=house.people["supervisor"])
    runs.work()
    resident = Resident.objects.get(name="王建国")
    home = Unit.objects.get(room="3-2-1801")
    ticket = house.report()
    ticket.unit, ticket.resident = home, resident
    ticket.save(update_fields=["unit", "resident"])

    taken = course.take_back(run.pk, by=house.people["supervisor"])

    assert (taken.units, taken.people, taken.kept_units, taken.kept_people) == (1, 3, 1, 1)
    left = census()
    assert {name: left[name] - before[name] for name in left} == {
        "Unit": 1,
        "Resident": 1,
        "Residence": 1,
        "Phone": 1,
        "Vehicle": 0,
        "IdentityNumber": 0,
    }


def test_what_an_import_corrected_stands_as_before_when_it_is_taken_back(house: Any) -> None:
    home = house.homes[0].unit
    assert home.area is None
    run = upload(house, workbook([["房屋编码", "产权人", "面积", "户型"], [home.room, "某人", 88.5, "两室一厅"]]))
    runs.work()
    course.let_in(run.pk, by=house.people["supervisor"])
    runs.work()
    home.refresh_from_db()
    assert float(home.area or 0) == 88.5

    course.take_back(run.pk, by=house.people["supervisor"])

    home.refresh_from_db()
    assert (home.area, home.layout) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_rows_go_in_leaves_none_and_the_next_one_finishes(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = census()
    run = upload(house, workbook(OTHER_LAYOUT))
    runs.work()
    course.let_in(run.pk, by=house.people["supervisor"])
    with monkeypatch.context() as killed:
        killed.setattr(runs, "_close", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            runs.work()
    assert census() == before
    assert ImportRun.objects.get().state == ImportState.ENTERING

    assert runs.work()

    assert census()["Unit"] == before["Unit"] + 2
    assert ImportRun.objects.get().state == ImportState.DONE


def _power_cut(*args: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no zip", b"a,b\n1,2", workbook([["hello"]])[:400]],
    ids=["empty", "torn", "csv", "cut"],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(house: Any, content: bytes) -> None:
    client = Client()
    client.force_login(house.people["supervisor"])
    answer = client.post("/residents/import/", {"site": house.site.pk, "file": SimpleUploadedFile("x.xlsx", content)})
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_a_file_that_unpacks_to_more_than_a_register_is_not_opened(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residents.register.reading.MOST_UNPACKED", 1000)
    client = Client()
    client.force_login(house.people["supervisor"])
    file = SimpleUploadedFile("x.xlsx", workbook(OTHER_LAYOUT))
    assert client.post("/residents/import/", {"site": house.site.pk, "file": file}).status_code == 422


def test_no_identity_number_lies_open_in_the_database(house: Any) -> None:
    number = "990101197901202463"
    run = upload(house, workbook([["房屋编码", "产权人", "身份证号"], ["9-9-901", "某人", number]]))
    runs.work()
    course.let_in(run.pk, by=house.people["supervisor"])
    runs.work()
    kept = models.IdentityNumber.objects.get()
    assert number not in kept.sealed + kept.fingerprint
    assert not ImportRun.objects.exclude(sealed_file=None).exists()


def test_what_leaves_as_a_workbook_is_masked_and_no_cell_is_a_formula(house: Any) -> None:
    house.site.name = "[一期]/二期: 'x'?"
    house.site.save()
    home = house.homes[0]
    services.change_unit(home.unit_id, {"remarks": "=HYPERLINK(1)", "layout": "@x"}, by=house.reception)
    client = Client()
    client.force_login(house.people["supervisor"])

    answer = client.get(f"/residents/export.xlsx?site={house.site.code}")

    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows()]
    cells = [cell for row in rows for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    said = [str(cell.value) for cell in cells]
    assert "'=HYPERLINK(1)" in said
    assert "138****0001" in said
    assert not any(home.resident.phones.get().number in word for word in said)
    assert AuditEntry.objects.filter(action=AuditAction.EXPORTED, subject="site YJW").exists()
