"""The disposition register: one line a ticket, as its history says; on paper and as a workbook, without phones."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.test import Client
from openpyxl import load_workbook

from complaints import services
from complaints.models import Callback
from complaints.states import CallbackOutcome
from complaints.tests.house import MORNING, House
from complaints.tests.test_what_pages_cost import MORE
from portal.audit.models import AuditEntry
from portal.promises import clock

NOVEMBER = "month=2026-11&kind=any"


def at(house: House, who: str, address: str = "", **headers: str) -> Any:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[who])
    return client.get(f"/tickets/register/{address}", **headers)


def numbers(answer: Any) -> list[str]:
    return [row["number"] for row in answer.context["rows"]]


def test_a_line_says_what_became_of_the_complaint(house: House) -> None:
    told = house.informed(MORNING)
    with clock.standing_at(MORNING + timedelta(days=1)):
        callback = Callback.objects.get(ticket=told)
        services.record_callback(
            callback.pk, CallbackOutcome.REACHED, by=house.reception_b, satisfaction=4, solved=True
        )
    late = house.informed(MORNING - timedelta(days=5), told_at=MORNING)
    late.timers.filter(target="resolve").update(breached_at=MORNING)
    answer = at(house, "reception", "?month=2026-11")

    row, overdue = answer.context["rows"]
    assert (row["number"], row["signed"]["who"], row["told"]["how"]) == (told.number, "engineer", "电话")
    assert (row["handled"]["text"], row["callback"], row["kept"]) == ("更换灯管", "4 分", "within")
    assert (overdue["number"], overdue["kept"]) == (late.number, "late")
    assert numbers(at(house, "reception", "?month=2026-11&kept=late")) == [late.number]
    assert numbers(at(house, "reception", "?month=2026-11&kept=within")) == [told.number]


def test_what_was_undone_is_no_result_and_a_new_round_begins_empty(house: House) -> None:
    ticket = house.signed(MORNING)
    with clock.standing_at(MORNING + timedelta(minutes=20)):
        services.resolve_ticket(ticket.pk, "修好了", by=house.engineer)
        services.undo_last_step(ticket.pk, by=house.engineer)
    again = house.informed(MORNING)
    with clock.standing_at(MORNING + timedelta(hours=3)):
        services.reopen_ticket(again.pk, "又坏了", by=house.reception)
    second, first = at(house, "reception", "?month=2026-11").context["rows"]

    assert first["number"] == ticket.number
    assert not first["handled"]
    assert (second["round"], second["handled"], second["told"]) == (2, {}, {})


def test_days_kind_and_words_narrow_it_and_nonsense_is_said(house: House) -> None:
    old = house.report(MORNING - timedelta(days=40), description="地下车库积水")
    repair = house.report(MORNING, kind="service_request")
    complaint = house.report(MORNING, description="电梯异响")

    assert numbers(at(house, "reception", "?month=2026-11")) == [complaint.number]
    assert numbers(at(house, "reception", f"?{NOVEMBER}")) == [complaint.number, repair.number]
    assert numbers(at(house, "reception", "?since=2026-10-01&until=2026-10-31&q=车库")) == [old.number]
    assert numbers(at(house, "reception", f"?month=2026-11&q={complaint.number}")) == [complaint.number]
    for nonsense in ("since=2026-11-02&until=2026-11-01", "since=2020-01-01&until=2026-01-01", "month=0001-01"):
        assert at(house, "reception", f"?{nonsense}").context["errors"]


def test_a_department_head_reads_the_lines_of_the_department_and_no_other_site(house: House) -> None:
    mine = house.signed(MORNING)
    house.report(MORNING)
    assert numbers(at(house, "engineering_head", f"?{NOVEMBER}")) == [mine.number]
    assert numbers(at(house, "neighbour", f"?{NOVEMBER}&site={house.site.pk}")) == []


def test_the_workbook_holds_no_phone_and_no_formula_and_is_on_record(house: House) -> None:
    house.report(MORNING, description="=1+1 回电 138 0000 0009", visitor_phone="13800000008")
    answer = at(house, "supervisor", f"export.xlsx?{NOVEMBER}")
    head, line = load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True)
    assert line[head.index("事件经过")] == "'=1+1 回电 138****0009"
    assert not any("1380000000" in str(cell) for cell in line)
    assert AuditEntry.objects.filter(action="exported", subject="register YJW").count() == 1

    assert at(house, "reception", f"export.xlsx?{NOVEMBER}").status_code == 403
    assert AuditEntry.objects.filter(action="exported").count() == 1


def test_the_paper_holds_the_whole_time_oldest_first_and_a_page_has_its_lines(house: House) -> None:
    made = [house.report(MORNING + timedelta(minutes=n)).number for n in range(MORE)]
    assert numbers(at(house, "reception", f"print/?{NOVEMBER}")) == made
    assert numbers(at(house, "reception", f"?{NOVEMBER}")) == made[::-1]


def test_a_long_register_goes_on_where_the_page_ended(house: House, monkeypatch: Any) -> None:
    made = [house.report(MORNING).number for _n in range(5)]  # received at one moment: the order still holds
    monkeypatch.setattr("complaints.views.dispositions.PAGE", 3)
    monkeypatch.setattr("complaints.views.dispositions.MOST_ON_PAPER", 4)
    first = at(house, "reception", f"?{NOVEMBER}")
    rest = at(house, "reception", first.context["next_url"].removeprefix("/tickets/register/"))
    assert numbers(first) + numbers(rest) == made[::-1]
    assert at(house, "reception", f"print/?{NOVEMBER}").status_code == 422
