"""Every form that changes a ticket, sent twice as a double click without script sends it: one effect, nothing odd."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Callback, Category, Ticket, TicketEvent, TimerStep
from complaints.states import Kind, Severity
from complaints.tests.house import House
from complaints.views.steps import SPECS
from portal.notifications.models import Message
from portal.promises import clock


def _at(house: House, **said: Any) -> Ticket:
    return house.signed(clock.now() - timedelta(hours=1), **said)


def _waiting(house: House) -> Ticket:
    ticket = _at(house)
    services.wait(ticket.pk, "等配件", by=house.engineer)
    return ticket


def _handled(house: House) -> Ticket:
    ticket = _at(house)
    services.resolve_ticket(ticket.pk, "换好", by=house.engineer)
    return ticket


def _returned(house: House) -> Ticket:
    ticket = _handled(house)
    services.return_form(ticket.pk, by=house.engineering_head)
    return ticket


def _dispatched(house: House, **said: Any) -> Ticket:
    ticket = house.report(clock.now(), **said)
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    return ticket


def _urgent(house: House) -> Ticket:
    category = Category.objects.filter(urgent=True).first()
    return _dispatched(house, kind=Kind.SERVICE_REQUEST, category=category)


def _with_measure(house: House) -> Ticket:
    ticket = house.informed(clock.now() - timedelta(hours=3))
    on = timezone.localdate() + timedelta(days=9)
    services.set_measure(ticket.pk, "换泵", house.engineer, on, by=house.engineering_head)
    return ticket


def _wished(house: House) -> Ticket:
    ticket = _at(house)
    Ticket.objects.filter(pk=ticket.pk).update(wished_on=clock.now().date() + timedelta(days=5))
    return ticket


def _noted(house: House) -> Ticket:
    ticket = _at(house)
    services.note_inside(ticket.pk, "写错了", by=house.reception)
    return ticket


def _asked_for_more_time(house: House) -> Ticket:
    ticket = _at(house)
    services.ask_for_overtime(ticket.pk, clock.now() + timedelta(days=9), "等厂家", by=house.engineering_head)
    return ticket


def _promised(house: House) -> Ticket:
    ticket = _at(house)
    services.promise_resident(ticket.pk, "四点回电", clock.now() + timedelta(hours=4), by=house.reception)
    return ticket


def _watched(house: House) -> Ticket:
    ticket = _at(house)
    services.watch(ticket.pk, by=house.reception)
    return ticket


def _helped(house: House) -> Ticket:
    ticket = _at(house)
    services.add_helper(ticket.pk, house.departments["security"], by=house.reception)
    return ticket


def _claimed(house: House, *passed_up_by: str) -> Ticket:
    ticket = _at(house)
    services.make_claim(ticket.pk, "地板泡坏", 100, by=house.reception)
    for name in passed_up_by:
        services.pass_claim_up(ticket.pk, "属实", by=house.people[name])
    return ticket


def _hidden(house: House) -> Ticket:
    ticket = _at(house)
    services.hide_name(ticket.pk, by=house.reception)
    return ticket


def _second_of_two(house: House) -> Ticket:
    _at(house)
    return house.report(clock.now())


def _at_half_past(days: int) -> str:
    return f"{timezone.localtime(clock.now()) + timedelta(days=days):%Y-%m-%dT10:30}"


FIRST = "the first ticket"
Made = Callable[[House], Ticket]
FORMS: dict[str, tuple[Made, str, dict[str, str]]] = {
    "acknowledge": (lambda h: _dispatched(h, severity=Severity.IMPORTANT), "manager", {}),
    "sign": (_dispatched, "engineer", {}),
    "arrive": (_urgent, "engineer", {}),
    "made-safe": (_urgent, "engineer", {"text": "已关总阀"}),
    "appointment": (lambda h: _at(h, kind=Kind.SERVICE_REQUEST), "reception", {"begins": "+1", "ends": "+2"}),
    "forward": (lambda h: _dispatched(h, severity=Severity.IMPORTANT), "ops", {"text": "请阅示"}),
    "dispatch": (lambda h: h.report(clock.now()), "reception", {"department": "security"}),
    "answer": (lambda h: h.report(clock.now()), "reception", {"text": "当场说清"}),
    "answer-at-once": (
        lambda h: h.report(clock.now(), kind=Kind.ENQUIRY),
        "reception",
        {"text": "九点开门"},
    ),
    "correct": (
        _at,
        "reception",
        {"kind": "complaint", "room": "8-1-1204", "reporter": "", "description": "楼道灯不亮", "text": "写错了"},
    ),
    "withdraw": (_at, "reception", {"text": "不用了"}),
    "void": (_at, "supervisor", {"text": "登记两次"}),
    "pass-on": (lambda h: h.report(clock.now(), kind=Kind.PRAISE), "reception", {"department": "security"}),
    "progress": (_at, "engineer", {"text": "到场"}),
    "wait": (_at, "engineer", {"text": "等配件"}),
    "resume": (_waiting, "engineer", {}),
    "send-back": (_at, "engineer", {"text": "不是我们"}),
    "resolve": (_at, "engineer", {"text": "换好"}),
    "return": (_handled, "engineering_head", {"text": ""}),
    "inform": (_returned, "reception", {"text": "修好了", "how": "phone", "said": ""}),
    "decline": (_at, "reception", {"text": "做不到", "understood": "yes", "how": "phone"}),
    "reopen": (lambda h: h.informed(clock.now() - timedelta(hours=3)), "reception", {"text": "又坏了"}),
    "severity": (_at, "reception", {"severity": "important", "text": "更急"}),
    "wish": (_wished, "reception", {}),
    "call-manager": (_at, "reception", {}),
    "note": (_at, "reception", {"text": "留意"}),
    "reply": (_at, "reception", {"text": "明天上门"}),
    "undo": (_noted, "reception", {}),
    "overtime": (_at, "engineering_head", {"until": "+9", "text": "等厂家", "told_how": "phone"}),
    "decide": (_asked_for_more_time, "manager", {"decision": "granted"}),
    "chase": (_waiting, "engineer", {"text": "后天到货"}),
    "promise": (_at, "reception", {"at": "+1", "text": "上门"}),
    "measure": (
        lambda h: h.informed(clock.now() - timedelta(hours=3)),
        "engineering_head",
        {"text": "水泵老化，换泵并每月巡检", "person": "engineer", "on": f"{timezone.localdate() + timedelta(days=9)}"},
    ),
    "no-measure": (lambda h: h.informed(clock.now() - timedelta(hours=3)), "reception", {"text": "偶发，无需措施"}),
    "measure-taken": (_with_measure, "engineering_head", {"text": "已换泵，照片附后"}),
    "keep": (_promised, "reception", {"turn": "1"}),
    "move": (_promised, "reception", {"turn": "1", "at": "+1", "text": "堵车"}),
    "merge": (_second_of_two, "reception", {"number": FIRST}),
    "link": (_second_of_two, "reception", {"number": FIRST}),
    "helper": (_at, "reception", {"department": "security"}),
    "helper-done": (_helped, "reception", {"department": "security"}),
    "watch": (_at, "reception", {}),
    "unwatch": (_watched, "reception", {}),
    "responsible": (_at, "reception", {"person": "leader"}),
    "about-person": (_at, "reception", {"person": "engineer"}),
    "hide-name": (_at, "reception", {}),
    "show-name": (_hidden, "reception", {}),
    "claim": (_at, "reception", {"amount": "12.50", "text": "地板泡坏"}),
    "claim-up": (_claimed, "engineering_head", {"text": "属实"}),
    "claim-decide": (
        lambda h: _claimed(h, "engineering_head", "ops", "manager"),
        "gm",
        {"amount": "0", "text": "证据不足"},
    ),
}


def test_every_step_of_the_portal_is_sent_twice_below() -> None:
    assert set(FORMS) == {*SPECS, "undo"}


def _written() -> tuple[int, int, int]:
    return TicketEvent.objects.count(), TimerStep.objects.count(), Message.objects.count()


@pytest.mark.parametrize("slug", FORMS)
def test_a_double_click_has_one_effect(house: House, slug: str) -> None:
    made, who, typed = FORMS[slug]
    ticket = made(house)
    ticket.refresh_from_db()
    if "department" in typed:
        typed = {**typed, "department": str(house.departments[typed["department"]].pk)}
    if "person" in typed:
        typed = {**typed, "person": str(house.people[typed["person"]].pk)}
    if typed.get("number") == FIRST:
        typed = {**typed, "number": Ticket.objects.earliest("pk").number}
    for name in {"at", "until", "begins", "ends"} & typed.keys():
        typed = {**typed, name: _at_half_past(int(typed[name]))}
    seen = ticket.events.latest("pk").pk
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[who])
    form = {**typed, "version": ticket.version, "seen": seen}
    before = _written()
    first = client.post(f"{ticket.url}{slug}/", form)
    once = _written()
    second = client.post(f"{ticket.url}{slug}/", form)
    assert (first.status_code, once != before) == (302, True), first.content.decode()
    assert _written() == once
    assert second.status_code in {302, 404}, second.content.decode()  # 404: sent back, it is no longer theirs to see


@pytest.mark.parametrize("outcome", ["s4", "no_answer", "refused", "not_solved"])
def test_a_call_recorded_twice_counts_once(house: House, outcome: str) -> None:
    this_afternoon = timezone.localtime().replace(hour=15, minute=0)
    told = house.informed(this_afternoon - timedelta(hours=3))
    callback = Callback.objects.get(ticket=told)
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception_b)
    form = {"outcome": outcome, "tried": "0", "remarks": "说了"}
    with clock.standing_at(this_afternoon):
        assert client.post(f"/callbacks/{callback.pk}/", form).status_code == 302
        once = _written()
        assert client.post(f"/callbacks/{callback.pk}/", form).status_code == 302
    assert _written() == once
