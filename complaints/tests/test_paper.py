"""What stands on paper, and what never does: the slip for the resident and the complaint form."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Category
from complaints.tests.house import MORNING, House
from complaints.views.paper import qr_of
from portal.audit.models import AuditAction, AuditEntry
from portal.promises import clock
from residents.models import ApiAccount
from residents.services import revealing


def _client(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def _paper(client: Client, address: str) -> str:
    body = client.get(address).content.decode()
    return re.search(r"<article.*</article>", body, re.S)[0]  # type: ignore[index]


def test_the_slip_says_number_time_matter_and_promise_and_nobodys_name(house: House) -> None:
    category = Category.objects.get(code="power")
    ticket = house.report(timezone.now(), category=category, description="楼道照明不亮", severity="important")
    slip = _paper(_client(house), f"{ticket.url}slip/")

    for said in (
        ticket.number,
        "云景湾一期",
        "楼道照明不亮",
        category.name,
        "重要",
        "3 天",
        f"{timezone.localdate():%Y-%m-%d}",
    ):
        assert said in slip
    for hidden in ("阅知", "王建国", "13800000001", "138****0001", "8-1-1203"):
        assert hidden not in slip


def test_the_code_holds_the_number_alone_and_needs_neither_style_nor_script(house: House) -> None:
    drawing = qr_of("YJW-20261121-0007")
    assert drawing == qr_of("YJW-20261121-0007") != qr_of("YJW-20261121-0008")
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_the_form_has_its_fields_the_handling_in_order_and_signatures(house: House) -> None:
    ticket = house.informed(timezone.now() - timedelta(hours=3), place="3 楼电梯口", demand="当天修好", about="工程部")
    services.note_inside(ticket.pk, "此人难缠", by=house.reception)
    form = _paper(_client(house, "engineer"), f"{ticket.url}form/")

    for said in (
        "3 楼电梯口",
        "当天修好",
        "工程部",
        "楼道照明不亮",
        "138****0001",
        "更换灯管",
        "灯已修好",
        "签名、日期",
    ):
        assert said in form
    assert form.index("更换灯管") < form.index("灯已修好")
    assert "此人难缠" not in form
    assert "13800000001" not in form
    assert "今天" not in form  # paper is read on another day


def test_what_was_undone_does_not_stand_on_the_form(house: House) -> None:
    with clock.standing_at(timezone.now()):
        ticket = house.report(timezone.now())
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        services.undo_last_step(ticket.pk, by=house.reception)
    assert "engineering" not in _paper(_client(house), f"{ticket.url}form/")


@pytest.mark.parametrize(("button", "leads_to"), [("print", "slip/?print=1"), ("", "")])
def test_registering_with_the_slip_leads_to_it(house: House, button: str, leads_to: str) -> None:
    typed = {"request_key": "00000000-0000-4000-8000-000000000001", "kind": "complaint", "channel": "counter",
             "room": "8-1-1203", "category": "power", "severity": "minor", "description": "楼道照明不亮"}  # fmt: skip
    answer = _client(house).post("/tickets/new/", typed | ({button: "1"} if button else {}))

    assert answer.status_code == 302
    assert re.fullmatch(rf"/tickets/YJW-\d{{8}}-\d{{4}}/{re.escape(leads_to)}", answer["Location"])


def test_the_slip_is_the_desks_and_whoever_sees_the_ticket_prints_its_form(house: House) -> None:
    ticket = house.signed(timezone.now())
    page = _client(house, "engineer").get(ticket.url).content.decode()
    assert f"{ticket.url}form/" in page
    assert f"{ticket.url}slip/" not in page


def _cells(form: str) -> dict[str, str]:
    """What stands beside each label of the form."""
    found = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', form, re.S)
    return {label: text.strip() for label, text in found}


def test_what_the_counter_left_to_the_ticket_itself_is_said_on_paper(house: House) -> None:
    category = Category.objects.get(code="power")
    ticket = house.report(MORNING, category=category)
    cells = _cells(_paper(_client(house), f"{ticket.url}form/"))
    local = timezone.localtime(MORNING)
    assert cells["发生时间"] == f"{local:%Y-%m-%d %H:%M}"
    assert cells["发生地点"] == "业主房屋 8-1-1203"
    assert cells["被投诉"] == category.department_code  # the department's name, in these tests its code
    assert cells["联系偏好"] == "电话"
    assert cells["要求"] == ""


def test_of_what_a_resident_sent_nothing_is_said_for_them(house: House) -> None:
    ticket = house.report(MORNING)
    ticket.reported_by = ApiAccount.objects.create(phone="13800000001")
    ticket.save()
    cells = _cells(_paper(_client(house), f"{ticket.url}form/"))
    assert (cells["发生时间"], cells["发生地点"]) == ("", "")


def test_whom_it_is_about_is_filled_in_when_it_is_named_later(house: House) -> None:
    first, second = house.report(MORNING, about="那个电工"), house.report(MORNING)
    house.engineer.name = "陈建军"
    house.engineer.save()
    for ticket in (first, second):
        services.name_person_complained_about(ticket.pk, house.engineer, by=house.reception)
    assert _cells(_paper(_client(house), f"{first.url}form/"))["被投诉"] == "那个电工：陈建军"
    assert _cells(_paper(_client(house), f"{second.url}form/"))["被投诉"] == "陈建军"


def test_who_called_stands_beside_the_resident_and_nobody_is_anonymous(house: House) -> None:
    called = house.report(MORNING, visitor_name="李阿姨", visitor_phone="13900001111")
    nobody = house.report(MORNING, unit=None, resident=None)
    cells = _cells(_paper(_client(house), f"{called.url}form/"))
    assert (cells["业主"], cells["电话"]) == ("王建国1", "138****0001")
    assert (cells["来电人"], cells["来电人电话"]) == ("李阿姨", "139****1111")
    assert _cells(_paper(_client(house), f"{nobody.url}form/"))["业主"] == "匿名"


def test_the_phones_are_readable_on_paper_for_a_minute_and_on_record(house: House) -> None:
    ticket = house.report(MORNING, visitor_name="李阿姨", visitor_phone="13900001111")
    client = _client(house)
    assert "13800000001" not in client.get(f"{ticket.url}form/").content.decode()
    assert not AuditEntry.objects.filter(action=AuditAction.REVEALED).exists()

    printed = client.post(f"{ticket.url}form/")
    cells = _cells(printed.content.decode())
    assert (cells["电话"], cells["来电人电话"]) == ("13800000001", "13900001111")
    assert "no-store" in printed["Cache-Control"]
    assert printed["Refresh"] == f"60; url={ticket.url}form/"
    entries = AuditEntry.objects.filter(action=AuditAction.REVEALED)
    assert {one.by for one in entries} == {house.reception}
    assert len(entries) == 2
    assert all(ticket.number in one.reason for one in entries)


def test_a_department_prints_the_phone_while_the_ticket_is_with_it_and_no_hidden_one(house: House) -> None:
    mine, hidden = house.signed(MORNING), house.signed(MORNING)
    services.hide_name(hidden.pk, by=house.reception)
    client = _client(house, "engineer")
    assert "13800000001" in client.post(f"{mine.url}form/").content.decode()
    refused = client.post(f"{hidden.url}form/")
    assert refused.status_code == 403
    assert "13800000001" not in refused.content.decode()
    assert client.post(f"{house.report(MORNING).url}form/").status_code == 404


def test_bulk_printing_meets_the_brake_of_every_reveal(house: House) -> None:
    ticket = house.report(MORNING)
    client = _client(house)
    for _n in range(revealing.MOST):
        assert client.post(f"{ticket.url}form/").status_code == 200
    answer = client.post(f"{ticket.url}form/")
    assert answer.status_code == 429
    assert "13800000001" not in answer.content.decode()
