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


def _wished(house: House) -> Ticket:
    ticket = _at(house)
    Ticket.objects.filter(pk=ticket.pk).update(wished_on=clock.now().date() + timedelta(days=5))
    return ticket


def _noted(house: House) -> Ticket:
    ticket = _at(house)
    services.note_inside(ticket.pk, "写错了", by=house.reception)
    return ticket


Made = Callable[[House], Ticket]
FORMS: dict[str, tuple[Made, str, dict[str, str]]] = {
    "acknowledge": (lambda h: _dispatched(h, severity=Severity.IMPORTANT), "manager", {}),
    "sign": (_dispatched, "engineer", {}),
    "arrive": (_urgent, "engineer", {}),
    "dispatch": (lambda h: h.report(clock.now()), "reception", {"department": "security"}),
    "answer": (lambda h: h.report(clock.now()), "reception", {"text": "当场说清"}),
    "pass-on": (lambda h: h.report(clock.now(), kind=Kind.PRAISE), "reception", {"department": "security"}),
    "progress": (_at, "engineer", {"text": "到场"}),
    "wait": (_at, "engineer", {"text": "等配件"}),
    "resume": (_waiting, "engineer", {}),
    "send-back": (_at, "engineer", {"text": "不是我们"}),
    "resolve": (_at, "engineer", {"text": "换好"}),
    "return": (_handled, "engineering_head", {"text": ""}),
    "inform": (_returned, "reception", {"text": "修好了", "how": "phone", "said": ""}),
    "decline": (_at, "reception", {"text": "做不到", "understood": "yes"}),
    "reopen": (lambda h: h.informed(clock.now() - timedelta(hours=3)), "reception", {"text": "又坏了"}),
    "severity": (_at, "reception", {"severity": "important", "text": "更急"}),
    "wish": (_wished, "reception", {}),
    "call-manager": (_at, "reception", {}),
    "note": (_at, "reception", {"text": "留意"}),
    "reply": (_at, "reception", {"text": "明天上门"}),
    "undo": (_noted, "reception", {}),
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
