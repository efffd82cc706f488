"""The same register once more, and taken back: what a person did by hand outlives a file, and is said."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.organization.models import Site
from residents import integrity, services
from residents.finding import find_residents
from residents.models import ImportProblem, ImportRun, Phone, Relation, Residence, Resident, Unit, Vehicle
from residents.register import course, runs
from residents.tests.test_registers_of_others import FOLDER, book

HEADER = ["房号", "姓名", "关系", "联系电话", "房屋状态", "面积", "车牌", "备注"]
ROWS = [
    HEADER,
    ["9-9-901", "张三", "业主", "13800138301", "空置", 90, "粤B12345", "有犬"],
    ["9-9-901", "王租", "租户", "13800138302", None, None, None, None],
    ["9-9-902", "张三", "业主", "13800138303", "空置", 80, None, None],
]


def bring_in(house: Any, content: bytes, site: Site | None = None) -> tuple[ImportRun, list[str]]:
    """The register through the worker, and what was said of its rows."""
    by = house.people["supervisor"]
    run = runs.open_run(site or house.site, by, "一期.xlsx", io.BytesIO(content))
    assert runs.work()
    tried = list(ImportProblem.objects.filter(run=run).values_list("code", flat=True))
    course.let_in(run.pk, by=by)
    assert runs.work()
    run.refresh_from_db()
    entered = list(ImportProblem.objects.filter(run=run).values_list("code", flat=True))
    assert entered == tried, "the preview said otherwise"
    return run, tried


def home(room: str) -> Unit:
    return Unit.objects.get(room=room)


def living(room: str) -> dict[str, date | None]:
    return {
        one.resident.name: one.until for one in Residence.objects.filter(unit__room=room).select_related("resident")
    }


def test_who_moved_out_by_hand_stays_out(house: Any) -> None:
    content = (FOLDER / "tenant-moved-out.xlsx").read_bytes()
    bring_in(house, content)
    tenant = Residence.objects.get(unit__room="9-9-901", relation=Relation.TENANT)
    yesterday = timezone.localdate() - timedelta(days=1)
    services.move_out(tenant.pk, yesterday, by=house.people["supervisor"])
    people = Resident.objects.count()

    _run, said = bring_in(house, content)

    assert living("9-9-901") == {"张三": None, "王租": yesterday}
    assert (said, Resident.objects.count()) == (["moved_out"], people)


def test_a_planned_move_is_not_doubled_and_a_later_first_day_is_a_new_stay(house: Any) -> None:
    bring_in(house, book({"表": ROWS}))
    tenant = Residence.objects.get(unit__room="9-9-901", relation=Relation.TENANT)
    services.move_out(tenant.pk, timezone.localdate() + timedelta(days=20), by=house.people["supervisor"])
    assert bring_in(house, book({"表": ROWS}))[1] == []
    assert Residence.objects.filter(resident__name="王租").count() == 1

    services.move_out(tenant.pk, date(2020, 5, 1), by=house.people["supervisor"])
    again = [[*HEADER, "入住日期"], [*ROWS[2], "2021-01-01"]]
    assert bring_in(house, book({"表": again}))[1] == []
    assert Residence.objects.filter(resident__name="王租", since=date(2021, 1, 1), until=None).count() == 1


def test_what_was_changed_by_hand_stays_and_each_contradiction_is_listed(house: Any) -> None:
    by = house.people["supervisor"]
    bring_in(house, book({"表": ROWS}))
    owner = Residence.objects.get(unit__room="9-9-901", relation=Relation.OWNER).resident
    services.change_unit(home("9-9-901").pk, {"status": "occupied", "area": 91}, by=by)
    services.change_resident(owner.pk, {"name": "张珊"}, by=by)
    services.drop_number(Phone.objects.get(number="13800138301").pk, by=by)
    services.add_number(owner.pk, "13800138399", by=by)
    services.end_vehicle(Vehicle.objects.get(plate="粤B12345").pk, timezone.localdate() - timedelta(days=1), by=by)
    counted = Resident.objects.count()

    _run, said = bring_in(house, book({"表": ROWS}))

    assert sorted(said) == sorted(
        ["kept_by_hand", "kept_by_hand", "renamed_by_hand", "number_dropped", "vehicle_ended"]
    )
    kept = home("9-9-901")
    assert (kept.status, kept.area) == ("occupied", 91)
    assert set(living("9-9-901")) == {"张珊", "王租"}
    assert Resident.objects.count() == counted
    assert set(owner.phones.values_list("number", flat=True)) == {"13800138399"}
    assert Vehicle.objects.get(plate="粤B12345").until is not None
    other = home("9-9-902")
    assert (other.status, living("9-9-902")) == ("vacant", {"张三": None}), (
        "the other home of the same name is untouched"
    )


def test_an_import_taken_back_leaves_what_a_hand_changed_since_and_says_so(house: Any) -> None:
    by = house.people["supervisor"]
    bring_in(house, (FOLDER / "take-back-1.xlsx").read_bytes())
    second, _said = bring_in(house, (FOLDER / "take-back-2.xlsx").read_bytes())
    services.change_unit(home("7-7-701").pk, {"status": "renovating"}, by=by)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(by)

    page = client.post(f"/residents/import/{second.uuid}/take-back/", follow=True).content.decode()

    assert home("7-7-701").status == "renovating"
    assert "changed it by hand since: 7-7-701" in page
    assert not Unit.objects.filter(room="7-7-702").exists()


def test_an_untouched_import_is_taken_back_as_before(house: Any) -> None:
    bring_in(house, (FOLDER / "take-back-1.xlsx").read_bytes())
    second, _said = bring_in(house, (FOLDER / "take-back-2.xlsx").read_bytes())
    assert home("7-7-701").status == "occupied"
    taken = course.take_back(second.pk, by=house.people["supervisor"])
    assert (home("7-7-701").status, taken.kept_by_hand) == ("vacant", [])


def test_a_person_who_was_changed_by_hand_stays_when_their_import_goes(house: Any) -> None:
    run, _said = bring_in(house, book({"表": ROWS}))
    tenant = Resident.objects.get(name="王租")
    services.add_number(tenant.pk, "13800138398", by=house.people["supervisor"])
    taken = course.take_back(run.pk, by=house.people["supervisor"])
    assert (taken.kept_people, taken.kept_units) == (1, 1)
    assert living("9-9-901") == {"王租": None}
    assert set(tenant.phones.values_list("number", flat=True)) >= {"13800138398"}


def test_another_owner_than_the_archives_is_said(house: Any) -> None:
    bring_in(house, book({"表": ROWS}))
    sold = [HEADER, ["9-9-901", "李四", "业主", "13800138304", None, None, None, None]]
    assert bring_in(house, book({"表": sold}))[1] == ["owner_in_archive"]
    assert bring_in(house, book({"表": sold}), house.next_door)[1] == [], "next door 9-9-901 is another home"


@pytest.mark.parametrize("name", sorted(path.stem for path in Path(FOLDER).glob("*.xlsx")))
def test_every_register_says_the_same_the_second_time_and_changes_nothing(house: Any, name: str) -> None:
    content = (FOLDER / f"{name}.xlsx").read_bytes()
    _first, said = bring_in(house, content)
    tables = (Unit, Resident, Residence, Phone, Vehicle)
    once = [list(table.objects.order_by("pk").values()) for table in tables]
    assert bring_in(house, content)[1] == said
    assert [list(table.objects.order_by("pk").values()) for table in tables] == once


def test_whoever_gets_a_number_by_a_later_file_is_found_by_it(house: Any) -> None:
    without = [["房号", "姓名", "电话"], ["9-9-901", "张三", ""], ["9-9-902", "张三", "13800138303"]]
    bring_in(house, book({"表": without}))
    more = [["房号", "姓名", "电话"], ["9-9-901", "张三", "13800138301"], ["9-9-901", "张三", "0755-26780001"]]
    bring_in(house, book({"表": more}))
    assert not [said for said in integrity.findings() if "not found" in said]
    found = find_residents("8301", house.people["reception"])
    assert [one.unit.room for one in found] == ["9-9-901"]
