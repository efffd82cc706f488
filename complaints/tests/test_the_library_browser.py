"""The register, the library, common issues and the box in a real browser: axe, and what stands beside a ticket."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser

from complaints import services
from complaints.models.cases import CASE_TEXTS
from complaints.tests.house import House
from complaints.tests.test_access import in_the_library
from complaints.tests.test_pages_browser import AXE
from complaints.tests.test_the_suggestion_box import form


@pytest.mark.parametrize(("width", "theme", "locale"), [(1440, "light", "zh-CN"), (360, "dark", "en-US")])
def test_axe_finds_nothing_and_a_case_like_the_ticket_stands_beside_it(
    browser: Browser, live_server: Any, house: House, width: int, theme: str, locale: str
) -> None:
    rows = in_the_library(house)
    words = dict.fromkeys(CASE_TEXTS, "二号电梯异响，导靴磨损")
    case = services.write_case(house.informed(description="二号电梯运行有异响").pk, words, by=house.engineer)
    alike = house.signed(description="一号电梯运行有异响，停层不平")
    client = Client()
    client.force_login(house.service_manager)
    assert client.post("/suggestion-box/", form({"text": "希望加几把长椅"})).status_code == 302
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale,
        is_mobile=width < 600, has_touch=width < 600,
    )  # fmt: skip
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    faults: list[str] = []
    for address in (
        "/tickets/register/?month=2026-11&kind=any",
        "/cases/",
        case.url,
        f"/tickets/{rows['settled']}/case/",
        "/cases/repeats/",
        "/common-issues/",
        f"/common-issues/{rows['issue']}/",
        "/common-issues/published/",
        "/suggestion-box/",
        alike.url,
    ):
        page.goto(address)
        if address == alike.url:
            page.wait_for_selector(f"aside a[href='{case.url}']", state="attached")
        for violation in Axe().run(page, options=AXE).response["violations"]:
            faults.append(f"{address} {violation['id']}: {violation['nodes'][0]['target']}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{address} scrolls sideways")
    context.close()
    assert faults == []
    assert problems == []
