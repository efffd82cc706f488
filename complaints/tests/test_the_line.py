"""The whole line in a browser: from a resident's phone to a closed, called-back ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from complaints.models import Callback, Ticket
from complaints.states import Status
from complaints.tests.house import PASSWORD, House
from complaints.tests.test_the_residents_api import FIRST, Phone
from portal import integrity
from portal.promises.models import TimerState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = 1000
REFRESHED_WITHIN = 20 * SECONDS


@pytest.fixture
def open_as(live_server: Any, browser: Browser) -> Callable[..., Page]:
    """A browser of one's own, signed in as that person."""

    def opened(house: House, name: str, path: str) -> Page:
        client = Client()
        client.force_login(house.people[name])
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return opened


def take(page: Page, step: str, **typed: str) -> None:
    """Take a step on the ticket's page as somebody would: its button, its form, its submit."""
    form = page.locator(f"main form[action$='/{step}/']")
    if not form.first.is_visible():
        page.locator(f"main a[href*='do={step}']").first.click()
    form = page.locator(f"main form[action$='/{step}/'] >> visible=true").first
    for name, text in typed.items():
        field = form.locator(f"[name={name}]").first
        if field.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value='{text}']").check(force=True)
        else:
            field.fill(text)
    with page.expect_navigation():  # a draft that is being saved goes first
        form.locator("button:not([type=button], [name=try])").last.click()


def test_from_the_residents_phone_to_a_closed_and_called_back_ticket(
    live_server: Any, open_as: Callable[..., Page], browser: Browser, transactional_db: None
) -> None:
    house = House.build()
    house.reception.set_password(PASSWORD)
    house.reception.save()
    desk = browser.new_context(locale="zh-CN").new_page()
    desk.goto(f"{live_server.url}/queue/?tab=to_dispatch")
    desk.fill("[name=username]", "reception")
    desk.fill("[name=password]", PASSWORD)
    desk.press("[name=password]", "Enter")
    desk.wait_for_url("**/queue/?tab=to_dispatch")

    resident = Phone(FIRST)
    made = resident.report("三楼楼道灯不亮，老人看不见台阶", category="power3")
    number, path = made["number"], f"/tickets/{made['number']}/"
    expect(desk.get_by_text("三楼楼道灯不亮").first).to_be_visible(timeout=REFRESHED_WITHIN)

    desk.goto(live_server.url + path)
    take(desk, "dispatch", department=str(house.departments["engineering"].pk))
    engineer = open_as(house, "engineer", path)
    take(engineer, "sign")
    take(engineer, "progress", text="已到现场，更换灯头")
    take(engineer, "resolve", text="更换感应灯，试用正常")
    head = open_as(house, "engineering_head", path)
    take(head, "return")
    desk.goto(live_server.url + path)
    take(desk, "inform", how="phone", text="灯已修好", said="谢谢")
    assert resident.get(f"tickets/{made['id']}/").json()["status"] == "informed"

    caller = open_as(house, "reception_b", "/callbacks/")
    expect(caller.get_by_text(number).first).to_be_visible()
    caller.check("[name=they_called]")  # whatever the hour is now
    caller.keyboard.press("5")
    caller.wait_for_load_state("load")
    expect(caller.get_by_text(number).first).to_be_visible()

    ticket = Ticket.objects.get()
    assert ticket.status == Status.CLOSED
    assert Callback.objects.get().satisfaction == 5
    assert set(ticket.timers.values_list("state", flat=True)) == {TimerState.MET}
    told = [entry["kind"] for entry in resident.get(f"tickets/{made['id']}/").json()["timeline"]]
    assert told == ["registered", "dispatched", "signed", "resolved", "informed", "closed"]
    assert list(integrity.findings()) == []
