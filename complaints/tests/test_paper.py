"""What stands on paper, and what never does: the slip for the resident and the complaint form."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Category
from complaints.tests.house import House
from complaints.views.paper import qr_of
from portal.promises import clock


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
