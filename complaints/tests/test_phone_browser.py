"""A department's phone in the basement: what is written without a line is kept there, and arrives once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from complaints import services
from complaints.models import Attachment, Ticket
from complaints.states import EventKind, Status
from complaints.tests.house import House
from portal.files.tests.photos import picture
from portal.promises import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOME_TRIES = 20_000


@pytest.fixture
def phone(live_server: Any, browser: Browser) -> Callable[..., Page]:
    """A phone of one's own, signed in as that person."""

    def opened(house: House, name: str, path: str, *, workers: str = "block") -> Page:
        context = browser.new_context(
            locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True, service_workers=workers
        )
        context.add_cookies(session_of(house, name, live_server.url))
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return opened


def session_of(house: House, name: str, url: str) -> Any:
    client = Client()
    client.force_login(house.people[name])
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}]


def notes(ticket: Ticket) -> list[str]:
    return list(ticket.events.filter(kind=EventKind.NOTE).values_list("text", flat=True))


def write(page: Page, words: str) -> None:
    page.locator("#do textarea").fill(words)
    page.locator("#do [data-submit]").click()


def test_signed_in_two_taps_and_written_without_a_line_it_arrives_once(
    phone: Callable[..., Page],
    transactional_db: None,
    tmp_path: Path,
) -> None:
    house = House.build()
    ticket = house.report(clock.now())
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    taken = tmp_path / "泵房.jpg"
    taken.write_bytes(picture(size=(3000, 2000)))

    page = phone(house, "engineer", "/queue/", workers="allow")
    page.locator(".c-acts button").click()
    page.wait_for_url("**/queue/")
    ticket.refresh_from_db()
    assert ticket.status == Status.SIGNED
    page.locator(".c-acts a").first.click()
    page.wait_for_url("**/?do=progress*")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()  # from here on the page can be opened without a line

    page.context.set_offline(True)
    page.set_input_files("#do input[type=file][multiple]", taken)
    expect(page.locator("#do .files img")).to_have_js_property("naturalWidth", 160)
    write(page, "水泵已停")
    expect(page.locator("[data-unsent-box]")).to_contain_text("水泵已停")
    expect(page.locator("[data-unsent-box]")).to_contain_text("尚未发送")
    assert notes(ticket) == []
    address, context = page.url, page.context
    page.close()
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-unsent-box]")).to_contain_text("水泵已停")

    context.set_offline(False)
    expect(page.locator(".log .thumbs img")).to_be_visible(timeout=SOME_TRIES)
    expect(page.locator("[data-unsent-box]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-unsent-box]")).to_be_hidden()
    assert notes(ticket) == ["水泵已停"]
    assert Attachment.objects.count() == 1


def _lose_the_first_answer(page: Page) -> None:
    """The server takes it, and the phone never hears of it."""
    lost: list[str] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/later/", answer)


def test_an_answer_that_is_lost_makes_no_second_note(phone: Callable[..., Page], transactional_db: None) -> None:
    house = House.build()
    ticket = house.signed(clock.now())
    page = phone(house, "engineer", f"{ticket.url}?do=progress")
    _lose_the_first_answer(page)
    write(page, "阀门已关")
    expect(page.locator(".log")).to_contain_text("阀门已关", timeout=SOME_TRIES)
    assert notes(ticket) == ["阀门已关"]


def test_control_with_another_key_each_time_it_arrives_twice(
    phone: Callable[..., Page],
    transactional_db: None,
) -> None:
    house = House.build()
    ticket = house.signed(clock.now())
    page = phone(house, "engineer", f"{ticket.url}?do=progress")
    page.evaluate(
        """() => { const append = FormData.prototype.append; FormData.prototype.append = function (name, ...rest) {
            return append.call(this, name, ...(name === "key" ? [crypto.randomUUID()] : rest)); }; }"""
    )
    _lose_the_first_answer(page)
    write(page, "阀门已关")
    expect(page.locator(".log")).to_contain_text("阀门已关", timeout=SOME_TRIES)
    assert notes(ticket) == ["阀门已关", "阀门已关"]


def test_the_next_user_of_the_phone_neither_sees_nor_sends_it(
    phone: Callable[..., Page],
    live_server: Any,
    transactional_db: None,
) -> None:
    house = House.build()
    ticket = house.signed(clock.now())
    page = phone(house, "engineer", f"{ticket.url}?do=progress")
    page.route("**/later/", lambda route: route.abort())
    write(page, "只有我能发")
    expect(page.locator("[data-unsent-box]")).to_contain_text("只有我能发")
    address, context = page.url.split("?")[0], page.context
    context.clear_cookies()
    context.add_cookies(session_of(house, "engineer_b", live_server.url))
    page.goto(address)
    page.unroute("**/later/")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_load_state("networkidle")
    assert "只有我能发" not in page.content()
    assert notes(ticket) == []

    context.clear_cookies()
    context.add_cookies(session_of(house, "engineer", live_server.url))
    page.goto(address)
    expect(page.locator(".log")).to_contain_text("只有我能发", timeout=SOME_TRIES)
    assert notes(ticket) == ["只有我能发"]
