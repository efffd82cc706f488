"""Names by their letters, numbers whole in any form or by the last four that pages show, plates, parking spaces."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from complaints.models import Ticket
from complaints.tests.house import House, move_in, rows_of
from residents import phones, services
from residents.finding import find_residents
from residents.models import Residence
from residents.register import runs
from residents.tests.test_registers_of_others import FOLDER

NUMBERS = {
    "13800138000": ["138 0013 8000", "138-0013-8000", "+86 13800138000", "86 138 0013 8000", "008613800138000"],
    "075526780001": ["0755-26780001", "(0755) 2678 0001", "755 26780001", "+86 755 2678 0001"],
    "01088886666": ["010-88886666", "10 8888 6666", "+86 (10) 8888 6666"],
    "+85291234567": ["+852 9123 4567", "852-91234567", "00852 91234567"],
    "4008001234": ["400-800-1234"],
}
SPELLINGS = [(kept, typed) for kept, forms in NUMBERS.items() for typed in [kept, *forms]]


@pytest.mark.parametrize(("kept", "typed"), SPELLINGS)
def test_a_number_is_kept_as_it_is_dialled_whoever_types_it_how(kept: str, typed: str) -> None:
    assert phones.normalized(typed) == kept
    assert kept in phones.meant_by(typed)


@pytest.fixture
def several(house: House) -> dict[str, Residence]:
    """Two people a number has nothing to do with stand beside each one."""
    found = {
        number: move_in(house.site, f"5-1-{at}01", number, f"号码{at}") for at, number in enumerate(NUMBERS, start=1)
    }
    move_in(house.site, "5-2-101", "13800138001", "另一位")
    return found


@pytest.mark.parametrize(("kept", "typed"), SPELLINGS)
def test_whoever_has_a_number_is_found_by_it_everywhere(
    house: House, several: dict[str, Residence], kept: str, typed: str
) -> None:
    wanted = several[kept].resident
    desk = Client()
    desk.force_login(house.reception)
    for address in ("/find/", "/residents/"):
        page = desk.get(address, {"q": typed}).content.decode()
        assert wanted.name in page, address
        assert "另一位" not in page, address
    offered = desk.get("/tickets/new/residents/", {"q": typed}).json()["results"]
    assert [one["name"] for one in offered if "visitor" not in one] == [wanted.name]
    ticket = house.report(resident=wanted, unit=several[kept].unit)
    visitor = house.report(resident=None, unit=None, visitor_name="访客", visitor_phone=kept)
    house.report()
    assert set(rows_of(desk.get("/queue/", {"tab": "all", "q": typed}))) == {ticket.number, visitor.number}


@pytest.mark.parametrize("typed", ["138001380", "3800", "0013", "13800", "0138000", "8000138", "2678", "8888666"])
def test_a_part_of_a_number_finds_nobody(house: House, several: dict[str, Residence], typed: str) -> None:
    desk = Client()
    desk.force_login(house.reception)
    names = {one.resident.name for one in several.values()}
    house.report(resident=None, unit=None, visitor_name="访客", visitor_phone="13800138000")
    assert not names & {found.resident.name for found in find_residents(typed, house.reception)}
    assert not [name for name in names if name in desk.get("/find/", {"q": typed}).content.decode()]
    numbers = {ticket.number for ticket in Ticket.objects.filter(visitor_phone="13800138000")}
    assert not numbers & set(rows_of(desk.get("/queue/", {"tab": "all", "q": typed})))


@pytest.mark.parametrize(
    ("typed", "kept"), [("8000", "13800138000"), ("0001", "075526780001"), ("4567", "+85291234567")]
)
def test_the_last_four_find_everybody_whose_number_ends_so(
    house: House, several: dict[str, Residence], typed: str, kept: str
) -> None:
    assert several[kept].resident in [found.resident for found in find_residents(typed, house.reception, 50)]
    visitor = house.report(resident=None, unit=None, visitor_name="访客", visitor_phone=kept)
    desk = Client()
    desk.force_login(house.reception)
    assert visitor.number in rows_of(desk.get("/queue/", {"tab": "all", "q": typed}))


@pytest.fixture
def registered(house: House) -> None:
    for name in ("names-to-find", "long-names"):
        runs.import_at_once(io.BytesIO((FOLDER / f"{name}.xlsx").read_bytes()), name, house.site)


NAMES = {
    "厦门建发物业服务有限公司": ["xmjf", "xmjfwyfwyxgs"],
    "万科企业股份有限公司": ["wk"],
    "单雄信": ["sxx", "dxx"],
    "尉迟恭": ["ycg", "wcg"],
    "曾解仇": ["zjc", "zxq"],
    "盛世乐都会馆有限公司": ["ssld", "csyd"],
    "买买提·艾力": ["mmtal", "买买提·艾力", "买买提•艾力", "买买提艾力"],
    "万俟卨": ["mqx"],
    "重庆长安朝阳行乐会计师事务所": ["cqcacyxlkjssws", "zqzazyhlhjssws"],
    "夏侯惇": ["xhd"],
    "吕䶮": ["ly", "吕䶮"],
    "李〇": ["ll", "李〇"],
    "深圳市宝安区西乡盛世副食店": ["szsbaqxxssfsd"],
    "广州市长隆食品有限公司": ["gzscl"],
    "单氏置业有限公司": ["sszyyxgs"],
    "John Smith": ["js", "smith", "john smith"],
    "Anne-Marie": ["am", "anne-marie", "Anne Marie", "annemarie", "marie"],
    "买买提•艾力": ["买买提 艾力", "艾力"],
    "O'Brien": ["o'brien", "O’Brien", "obrien"],
    "张三丰": ["张三丰", "张\u200b三丰"],
    "𠮷田": ["𠮷田"],
}


@pytest.mark.parametrize(("typed", "name"), [(typed, name) for name, forms in NAMES.items() for typed in forms])
def test_a_name_is_found_however_it_is_read_or_written(house: House, registered: None, typed: str, name: str) -> None:
    assert name in {found.resident.name for found in find_residents(typed, house.reception, 50)}


@pytest.mark.parametrize("typed", ["xs", "mjfw", "xxs", "zzz"])
def test_initials_begin_at_the_beginning(house: House, registered: None, typed: str) -> None:
    assert not {"单雄信", "厦门建发物业服务有限公司"} & {
        found.resident.name for found in find_residents(typed, house.reception, 50)
    }


@pytest.mark.parametrize(
    "typed",
    ["粤B9H2K7", "粤B 9H2K7", "粤B·9H2K7", "b9h2k7", "9H2K7", "9h2", "B2-117", "b2 117", "B2117"],
)
def test_a_vehicle_is_found_by_plate_or_space(house: House, typed: str) -> None:
    home, other = house.homes[0], house.homes[1]
    services.add_vehicle(home.unit_id, "粤B9H2K7", "B2-117", by=house.reception)
    services.add_vehicle(other.unit_id, "粤B8H2K8", "B2-118", by=house.reception)
    ticket = house.report(unit=home.unit, resident=home.resident)
    house.report(unit=other.unit, resident=other.resident)
    found: list[Any] = find_residents(typed, house.reception)
    assert {one.unit for one in found} == {home.unit}
    desk = Client()
    desk.force_login(house.reception)
    assert rows_of(desk.get("/queue/", {"tab": "all", "q": typed})) == [ticket.number]


@pytest.mark.parametrize("typed", ["H2K", "2K7", "K7", "17", "117"])
def test_what_a_page_hides_of_a_plate_is_not_read_out(house: House, typed: str) -> None:
    services.add_vehicle(house.homes[0].unit_id, "粤B9H2K7", "B2-117", by=house.reception)
    assert house.homes[0].unit_id not in {one.unit_id for one in find_residents(typed, house.reception)}
