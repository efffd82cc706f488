"""Visits in a real browser: a phone in a stairwell without a line, the keyboard, and axe on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from complaints.models import Ticket
from complaints.tests.house import House
from complaints.tests.test_pages_browser import AXE
from portal.promises import clock
from visits import services
from visits.models import HomeVisit, Opinion, VisitEvent
from visits.services import Press
from visits.states import EventKind, Kind, Status
from visits.tests.visiting import agree, book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOME_TRIES = 20_000


@pytest.fixture
def opened(live_server: Any, browser: Browser) -> Callable[..., Page]:
    def page_of(house: House, name: str, path: str, **how: Any) -> Page:
        client = Client()
        client.force_login(house.people[name])
        context = browser.new_context(**{"locale": "zh-CN", "base_url": live_server.url, **how})
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    return page_of


def appointed_now(house: House, home: int = 0) -> HomeVisit:
    now = clock.now()
    visit = book(house, home=home, at=now - timedelta(hours=1), planned_on=timezone.localdate())
    return agree(house, visit, at=now - timedelta(minutes=50), agreed=now + timedelta(minutes=5 + 40 * home))


def test_ten_minutes_without_a_line_lose_no_visit_and_double_none(opened: Callable[..., Page]) -> None:
    house = House.build()
    visit = appointed_now(house)
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
    page = opened(house, "reception", "/visits/", **phone)
    page.clock.install()
    page.goto(visit.url)

    page.context.set_offline(True)
    page.locator("[data-start-form] button").click()
    expect(page.locator("[data-unsent-box]")).to_contain_text("开始")
    after = page.locator("[data-after-start]")
    after.locator("[data-door-again]").click()
    after.locator("[data-door-again]").press("Enter")  # too early: the wait is not over
    after.locator("textarea[name=text]").fill("电梯异响")
    after.get_by_role("button", name="记下并转工单").click()
    after.locator("label", has_text="完成").click()
    after.locator("form.outcome [name=remarks]").fill("老人在家")
    after.get_by_role("button", name="记下结果").click()
    expect(page.locator("[data-unsent-box] li")).to_have_count(4)
    page.clock.fast_forward("10:00")
    assert HomeVisit.objects.get().status == Status.APPOINTED

    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-unsent-box]")).to_be_hidden(timeout=SOME_TRIES)
    visit.refresh_from_db()
    assert (visit.status, visit.remarks, visit.knocks) == (Status.DONE, "老人在家", 1)
    assert (Opinion.objects.count(), Ticket.objects.count()) == (1, 1)
    started = VisitEvent.objects.get(kind=EventKind.STARTED)
    assert timedelta(minutes=9) < started.noted_at - started.at < timedelta(minutes=12)
    page.goto(visit.url)
    expect(page.locator("[data-unsent-box]")).to_be_hidden()


def test_a_visit_by_keys_alone(opened: Callable[..., Page]) -> None:
    house = House.build()
    appointed_now(house)
    page = opened(house, "reception", "/visits/", viewport={"width": 1440, "height": 900})
    page.locator(".stop a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/*-*/")
    for target, happened in (
        ("[data-start-form] button", "开始"),
        ("[data-door-again]", "叩门"),
        ("form[action$='/enter/'] button", "入户"),
    ):
        page.locator(target).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".events li").first).to_contain_text(happened)
    visit = HomeVisit.objects.get()
    assert (visit.status, visit.knocks, visit.entered_at is not None) == (Status.UNDER_WAY, 1, True)
    page.goto("/visits/")
    page.keyboard.press("v")  # book a visit
    page.wait_for_url("**/visits/new/**")


@pytest.mark.parametrize(("width", "theme", "locale"), [(1440, "light", "zh-CN"), (360, "dark", "en-US")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    opened: Callable[..., Page], width: int, theme: str, locale: str
) -> None:
    house = House.build()
    visit, under_way, press = appointed_now(house), appointed_now(house, 1), Press(house.reception)
    services.start_visit(under_way.pk, press)
    services.knock(under_way.pk, press)
    services.note_opinion(under_way.pk, press, "电梯异响", None)
    book(house, home=2, kind=Kind.CARE, purpose="看望", planned_on=timezone.localdate())
    page = opened(
        house, "reception", "/visits/", viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale,
        is_mobile=width < 600, has_touch=width < 600,
    )  # fmt: skip
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    faults: list[str] = []
    for address in (
        "/visits/", "/visits/new/", "/visits/rounds/", "/visits/coverage/", "/visits/archive/", "/visits/opinions/",
        "/visits/buildings/8/", f"/visits/homes/{visit.unit.uuid}/", visit.url, under_way.url, f"{visit.url}note/",
    ):  # fmt: skip
        page.goto(address)
        for violation in Axe().run(page, options=AXE).response["violations"]:
            faults.append(f"{address} {violation['id']}: {violation['nodes'][0]['target']}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{address} scrolls sideways")
    assert (faults, problems) == ([], [])
