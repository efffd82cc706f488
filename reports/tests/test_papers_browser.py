"""The reports in a browser: no barrier, signed by the keyboard alone, without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import Browser, expect

from complaints.tests.house import MORNING, House
from complaints.tests.test_pages_browser import AXE
from portal.organization.models import User
from reports.models import Report
from reports.tests.papers import OF_TODAY, OF_YESTERDAY, in_the_reports

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "four-words-of-my-own"
PRESSES = 40


def sign_in(page: Any, live_server: Any, who: str, language: str) -> None:
    User.objects.filter(username=who).update(password=make_password(PASSWORD), language=language)
    page.goto(f"{live_server}/login/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "light", "zh-hans"), (360, "dark", "en")])
def test_reports_have_no_barrier(
    house: House, live_server: Any, browser: Browser, width: int, theme: str, language: str
) -> None:
    house.informed(MORNING)
    in_the_reports(house)
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    sign_in(page, live_server, "supervisor", language)
    found = []
    for address in [
        "",
        f"{OF_TODAY}/?figure=complaint.received",
        f"{OF_YESTERDAY}/",
        f"{OF_YESTERDAY}/1/paper/",
        f"YJW-WY-{timezone.localdate(MORNING):%Y-%m}/",  # planned
    ]:
        page.goto(f"{live_server}/reports/{address}")
        wrong = Axe().run(page, options=AXE).response["violations"]
        found += [(address, one["id"], one["nodes"][0]["html"][:120]) for one in wrong]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, "sideways", ""))
    assert found == []
    page.close()


def test_a_report_is_signed_by_the_keyboard_alone_and_without_javascript(
    house: House, live_server: Any, browser: Browser
) -> None:
    house.informed(MORNING)
    in_the_reports(house)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, "supervisor", "zh-hans")
    page.goto(f"{live_server}/reports/{OF_TODAY}/")
    page.get_by_role("link", name="1", exact=True).first.press("Enter")
    expect(page.locator("#panel-head")).to_contain_text("投诉 · 受理")

    def tab_to(place: Any) -> None:
        for _press in range(PRESSES):
            page.keyboard.press("Tab")
            if place.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(place)

    page.locator("#panel-head").focus()
    tab_to(page.locator("#text-notes"))
    page.keyboard.type("昨日平安")
    tab_to(page.get_by_role("button", name="签字并签发"))
    page.keyboard.press("Enter")
    expect(page.locator("#frozen-head")).to_have_text("已冻结，不能再改")
    expect(page.locator(".rp")).to_contain_text("昨日平安")
    assert Report.objects.get(number=OF_TODAY).status == "issued"
    context.close()
