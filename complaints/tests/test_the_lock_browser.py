"""The cover of a shared desk in a browser: it hides, keeps what was typed, and goes with the right PIN alone."""

from __future__ import annotations

from time import sleep
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, expect

from complaints.tests.house import House
from complaints.tests.test_pages_browser import AXE
from portal.organization.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "four-words-of-my-own"


def test_five_minutes_cover_the_page_and_the_pin_brings_it_back_as_it_was(
    house: House, live_server: Any, page: Any
) -> None:
    secrets = {"password": make_password(PASSWORD), "pin": make_password("4711"), "language": "en"}
    User.objects.filter(username="reception").update(**secrets)
    page.clock.install()
    page.goto(f"{live_server}/login/")
    page.fill("[name=username]", "reception")
    page.fill("[name=password]", PASSWORD)
    page.check("[name=shared_desk]")
    page.press("[name=password]", "Enter")
    page.goto(f"{live_server}/tickets/new/")
    page.fill("[name=description]", "楼道灯不亮")

    page.clock.fast_forward(5 * 60 * 1000 + 5000)

    page.wait_for_selector("#lock[open]")
    page.evaluate("document.querySelector('#lock').addEventListener('close', () => (document.title = 'seen'))")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_have_attribute("open", "")
    assert page.title() != "seen"  # not even for a moment
    assert (
        page.evaluate("document.elementFromPoint(700, 200).closest('dialog, html').tagName") == "DIALOG"
    )  # its backdrop
    with page.expect_response("**/lock/"):
        page.fill("#lock-secret", "0000")
        page.press("#lock-secret", "Enter")
    expect(page.locator("#lock-why")).not_to_be_empty()
    assert page.request.get(f"{live_server}/queue/").status == 403  # nor by reloading
    with page.expect_response("**/lock/"):
        page.fill("#lock-secret", "4711")
        page.press("#lock-secret", "Enter")
    page.wait_for_selector("#lock:not([open])", state="attached")
    assert page.input_value("[name=description]") == "楼道灯不亮"
    page.evaluate("document.dispatchEvent(new Event('desk-locked'))")  # an answer that the right PIN overtook
    page.wait_for_selector("#lock:not([open])", state="attached")

    page.context.set_offline(True)
    page.clock.fast_forward(5 * 60 * 1000 + 5000)
    page.wait_for_selector("#lock[open]")
    page.context.set_offline(False)
    with page.expect_response("**/lock/state/"):
        page.evaluate("window.dispatchEvent(new Event('focus'))")  # the server has not heard of this cover yet
    assert page.request.get(f"{live_server}/queue/").status == 403
    with page.expect_response("**/lock/"):
        page.fill("#lock-secret", "4711")
        page.press("#lock-secret", "Enter")
    page.wait_for_selector("#lock:not([open])", state="attached")

    def slowly(route: Any) -> None:
        answer = route.fetch(max_redirects=0)
        sleep(0.6)
        route.fulfill(response=answer)

    page.route("**/switch/", slowly)
    page.evaluate(
        "document.querySelector('[data-switch]').addEventListener('submit', () => setTimeout("
        "() => htmx.ajax('GET', '/queue/', { target: '#say', swap: 'innerHTML' }), 300))"
    )
    page.click("header [data-switch] button")  # while the page still asks for something

    expect(page).to_have_url(f"{live_server}/login/?shared=1", timeout=30_000)
    expect(page.locator("[name=username]")).to_be_focused()
    page.fill("[name=username]", "reception")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("text=楼道灯不亮")


@pytest.mark.parametrize(("width", "theme", "locale"), [(1440, "light", "zh-CN"), (360, "dark", "en-US")])
def test_settings_set_up_and_the_lock_have_no_barrier(
    house: House, live_server: Any, browser: Browser, width: int, theme: str, locale: str
) -> None:
    User.objects.filter(username="admin").update(password=make_password(PASSWORD), email="admin@example.com")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale)
    page.goto(f"{live_server}/login/?shared=1")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    addresses = ["people/", "people/new/", f"people/{house.bar.pk}/", "sites/", "departments/", "mail/"]
    found = []
    for address in [f"/settings/{one}" for one in addresses] + [
        "/setup/people/",
        "/setup/limits/",
        "/setup/check/",
        "/me/",
        "/me/notifications/",
        "/password/forgotten/",
        "/password/no/link/",
    ]:
        page.goto(f"{live_server}{address}")
        wrong = Axe().run(page, options=AXE).response["violations"]
        found += [(address, one["id"], one["nodes"][0]["html"][:120]) for one in wrong]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, "sideways", ""))
    page.goto(f"{live_server}/settings/people/")
    page.route("**/lock/state/", lambda route: route.abort())  # or the server would say that it is open
    page.evaluate("document.dispatchEvent(new Event('desk-locked'))")
    page.wait_for_selector("#lock[open]")
    found += [
        ("lock", one["id"], one["nodes"][0]["html"]) for one in Axe().run(page, options=AXE).response["violations"]
    ]
    assert found == []
    page.close()
