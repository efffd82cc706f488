"""A real browser: picking rows by keys, registering with the slip, what appears while typing, naming a colleague."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from complaints.models import Ticket, TicketEvent
from complaints.states import EventKind
from complaints.tests.house import House, messages_of
from complaints.tests.test_pages_browser import AXE, desk, open_as  # noqa: F401 - fixtures
from portal.organization.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_rows_are_picked_by_keys_and_stay_picked_where_they_failed(open_as: Any, house: House) -> None:  # noqa: F811
    for _ in range(3):
        house.report(timezone.now())
    page = open_as()
    page.goto("/queue/?tab=all")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert page.locator("[name=ticket]:checked").count() == 3
    page.evaluate("htmx.trigger(document.querySelector('[data-list]'), 'refresh')")
    page.wait_for_timeout(200)
    assert page.locator("[name=ticket]:checked").count() == 3  # a refresh takes no selection away
    page.click("#bulk [value=dispatch]")
    page.wait_for_selector(".notice .chip.late")
    assert page.locator("[name=ticket]:checked").count() == 3  # no department was chosen
    assert [v["id"] for v in Axe().run(page, options=AXE).response["violations"]] == []
    page.select_option("#bulk [name=department]", str(house.departments["security"].pk))
    page.click("#bulk [value=dispatch]")
    page.wait_for_selector(".notice.ok")
    assert Ticket.objects.filter(department=house.departments["security"]).count() == 3
    assert not page.locator("#bulk").is_visible()


def test_what_is_known_appears_and_the_slip_prints_at_once(open_as: Any, house: House) -> None:  # noqa: F811
    open_case = house.report(timezone.now(), description="电梯异响")
    page = open_as()
    page.add_init_script("let times = 0; window.print = () => { document.documentElement.dataset.printed = ++times; }")
    page.goto("/tickets/new/")
    page.fill("#id_room", "811203")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#known a[href='{open_case.url}']")
    assert [v["id"] for v in Axe().run(page, options=AXE).response["violations"]] == []
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.type("楼道照明不亮")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url("**/slip/?print=1")
    expect(page.locator("html[data-printed='1']")).to_be_attached()
    page.emulate_media(media="print")
    assert not page.locator(".top, .side, .off-paper, .notice").locator("visible=true").count()
    assert page.locator(".slip .qr").is_visible()


def test_a_colleague_is_named_by_initials(open_as: Any, house: House) -> None:  # noqa: F811
    User.objects.filter(username="leader").update(name="陈芳")
    ticket = house.report(timezone.now())
    page = open_as()
    page.goto(ticket.url)
    page.keyboard.press("m")
    page.keyboard.type("请 @cf")
    page.wait_for_selector("#note-list [aria-selected=true]:has-text('陈芳')")
    assert [v["id"] for v in Axe().run(page, options=AXE).response["violations"]] == []
    page.keyboard.press("Enter")
    page.keyboard.type("回电")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("mark.named:has-text('@陈芳')")
    assert TicketEvent.objects.get(kind=EventKind.INTERNAL_NOTE).text == "请 @陈芳 回电"
    assert messages_of(house.leader).count("ticket.named") == 1
