"""A real browser: the counter flow by keys alone, input methods, no script at all, and axe on every page."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from complaints.models import Ticket
from complaints.saved_views import save_view
from complaints.states import Severity, Status
from complaints.tests.house import PASSWORD, House
from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_PRESSES = 12
MOST_BYTES = 80_000
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
}
TELL = """for (const type of ['keydown', 'keyup']) el.dispatchEvent(new KeyboardEvent(type,
    {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...how}));"""


@pytest.fixture
def desk(house: House) -> User:
    """The receptionist, with a password."""
    user = house.reception
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def open_as(browser: Browser, live_server: Any, desk: User) -> Iterator[Any]:
    """Sign in and give back a page of that width, theme and language."""
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1440, theme: str = "light", locale: str = "zh-CN", script: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale=locale,
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            is_mobile=width < 600,
            has_touch=width < 600,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/login/")
        page.fill("[name=username]", desk.username)
        page.fill("[name=password]", PASSWORD)
        page.click("form:has([name=password]) button")
        page.wait_for_url("**/queue/")
        return page

    yield opened
    for context in contexts:
        context.close()


def _press(page: Page, keys: list[str], counted: list[str]) -> None:
    for key in keys:
        page.keyboard.press(key)
        counted.append(key)
        page.wait_for_timeout(40)


def test_a_complaint_is_registered_by_keys_alone(open_as: Any, house: House) -> None:
    page = open_as()
    counted: list[str] = []
    _press(page, ["c"], counted)
    expect(page.locator("#id_room")).to_be_focused()
    _press(page, list("811203"), counted)
    page.wait_for_selector("[role=option][aria-selected=true]:has-text('8-1-1203')")
    _press(page, ["Enter"], counted)
    expect(page.locator("[name=category]:focus")).to_be_attached()
    _press(page, ["2"], counted)
    expect(page.locator("[name=severity]:focus")).to_be_attached()
    _press(page, ["2"], counted)
    expect(page.locator("#id_description")).to_be_focused()
    page.keyboard.type("楼道照明连续三晚不亮，老人上下楼不便")
    _press(page, ["Control+Enter"], counted)
    page.wait_for_url("**/tickets/YJW-*/")

    ticket = Ticket.objects.get()
    assert len(counted) <= MOST_PRESSES
    assert (ticket.resident, ticket.severity, ticket.status) == (
        house.homes[0].resident,
        Severity.IMPORTANT,
        Status.DISPATCHED,
    )
    assert ticket.category.code == "power"
    assert page.get_by_text(ticket.number).count()


@pytest.mark.parametrize(
    ("width", "script"), [(1440, True), (360, True), (1440, False)], ids=["by mouse", "by touch", "without script"]
)
def test_a_complaint_is_registered_in_as_few_presses_without_the_keys(
    open_as: Any, house: House, width: int, script: bool
) -> None:
    """The room and what happened are typed, everything else is pressed."""
    page = open_as(width=width, script=script)
    pressed: list[str] = []

    def press(css: str) -> None:
        pressed.append(css)
        found = page.locator(css).locator("visible=true").first
        found.tap() if width < 600 else found.click()

    press("a[href='/tickets/new/']")
    press("#id_room")
    page.keyboard.type("811203")
    if script:
        press("[role=option]:has-text('8-1-1203')")
    press("label:has([name=category][value=power])")
    press("label:has([name=severity][value=important])")
    press("#id_description")
    page.keyboard.type("楼道照明连续三晚不亮，老人上下楼不便")
    press("[data-submit]")
    page.wait_for_url("**/tickets/YJW-*/")

    ticket = Ticket.objects.get()
    assert len(pressed) <= MOST_PRESSES
    assert (ticket.resident, ticket.severity, ticket.status, ticket.category.code) == (
        house.homes[0].resident,
        Severity.IMPORTANT,
        Status.DISPATCHED,
        "power",
    )


def test_an_input_methods_enter_submits_and_moves_nothing(open_as: Any, house: House) -> None:
    ticket = house.report(timezone.now())
    page = open_as()
    for address in ("/queue/", "/tickets/new/", ticket.url, f"{ticket.url}?do=answer", "/callbacks/", "/me/"):
        page.goto(address)
        page.evaluate("() => { window.sent = 0; addEventListener('submit', () => { window.sent += 1; }, true); }")
        here = page.url
        for field in page.locator("main input:not([type=hidden]), main textarea").all():
            if not field.is_visible() or field.get_attribute("type") in {"radio", "checkbox"}:
                continue
            for how in ({"isComposing": True}, {"keyCode": 229}, {"isComposing": True, "ctrlKey": True}):
                field.focus()
                field.evaluate(f"(el, how) => {{ {TELL} }}", how)
                assert field.evaluate("el => el === document.activeElement"), address
        assert page.evaluate("window.sent") == 0
        assert page.url == here
    assert Ticket.objects.count() == 1


def test_single_letters_are_text_in_a_field_and_dead_when_switched_off(open_as: Any, desk: User) -> None:
    page = open_as()
    page.focus("#q")
    page.keyboard.type("crgqjkxdsz?/ ")
    assert page.input_value("#q") == "crgqjkxdsz?/ "
    desk.single_keys = False
    desk.save()
    page.goto("/queue/")
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert page.url.endswith("/queue/")


def test_the_list_is_walked_previewed_and_opened_by_keys(open_as: Any, house: House) -> None:
    first, second = house.report(timezone.now()), house.report(timezone.now() + timedelta(seconds=30))
    page = open_as()
    page.keyboard.press("j")
    page.wait_for_selector(f"#preview:has-text('{second.number}')")
    page.keyboard.press("k")
    page.wait_for_selector(f"#preview:has-text('{first.number}')")
    page.keyboard.press("Space")
    assert not page.locator("#preview").is_visible()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first.url}")


def test_a_changed_list_waits_while_the_pointer_rests_on_it(open_as: Any, house: House) -> None:
    shown = house.report(timezone.now())
    page = open_as()
    page.hover(f"[data-row='{shown.number}']")
    fresh = house.report(timezone.now())
    page.evaluate("htmx.trigger(document.querySelector('[data-list]'), 'refresh')")
    chip = page.locator("[data-updates]")
    chip.wait_for(state="visible")
    assert page.locator(f"[data-row='{fresh.number}']").count() == 0
    assert "1" in chip.inner_text()
    chip.click()
    page.wait_for_selector(f"[data-row='{fresh.number}']")


def test_two_clicks_within_a_moment_are_one_ticket(open_as: Any) -> None:
    page = open_as()
    page.goto("/tickets/new/")
    page.fill("#id_room", "8-1-1203")
    page.check("[name=category][value=power]")
    page.check("[name=severity][value=minor]")
    page.fill("#id_description", "灯不亮")
    page.evaluate("() => { const b = document.querySelector('[data-submit]'); b.click(); b.click(); }")
    page.wait_for_url("**/tickets/YJW-*/")
    assert Ticket.objects.count() == 1


def test_without_script_the_desk_registers_dispatches_and_notes(open_as: Any, house: House) -> None:
    page = open_as(script=False)
    page.goto("/tickets/new/")
    page.fill("[name=room]", "811203")
    page.check("[name=category][value=power]")
    page.check("[name=severity][value=minor]")
    page.fill("[name=description]", "灯不亮")
    page.uncheck("[name=dispatch_now]")
    page.click("[data-submit]")
    ticket = Ticket.objects.get()
    page.click(".only-desk a:has-text('派发')")
    page.check(f"#do [value='{house.departments['security'].pk}']")
    page.click("#do [data-submit]")
    ticket.refresh_from_db()
    assert ticket.department == house.departments["security"]
    page.fill("#note textarea", "业主下午在家")
    page.click("#note button:not([aria-hidden])")
    assert page.get_by_text("业主下午在家").count()


@pytest.mark.parametrize(("width", "theme", "locale"), [(1440, "light", "zh-CN"), (360, "dark", "en-US")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    open_as: Any, house: House, width: int, theme: str, locale: str
) -> None:
    late = house.report(timezone.now() - timedelta(hours=30), severity=Severity.MAJOR, description="地下车库漏水" * 30)
    house.informed(timezone.now() - timedelta(hours=3))
    save_view(house.reception, "重大件", {"tab": "all", "severity": "major"})
    page = open_as(width=width, theme=theme, locale=locale)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    faults: list[str] = []
    for address in (
        "/queue/?tab=all",
        "/queue/?tab=overtime&q=x",
        "/tickets/new/",
        late.url,
        f"{late.url}?do=dispatch",
        f"{late.url}?do=severity",
        f"{late.url}slip/",
        f"{late.url}form/",
        "/queue/views/",
        "/callbacks/",
        "/notifications/",
        "/me/",
    ):
        page.goto(address)
        page.wait_for_timeout(150)
        for violation in Axe().run(page, options=AXE).response["violations"]:
            faults.append(f"{address} {violation['id']}: {violation['nodes'][0]['target']}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{address} scrolls sideways")
    assert faults == []
    assert problems == []


def test_script_and_style_weigh_little_on_the_first_load(open_as: Any) -> None:
    page = open_as()
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.url.split("?")[0].endswith((".js", ".css")):
            weights[response.url] = len(gzip.compress(response.body(), 6))

    page.on("response", weigh)
    page.goto("/queue/")
    page.wait_for_timeout(200)
    assert len(weights) == 7  # bootstrap, ours, htmx, the page, the find box, numbers, choosing
    assert sum(weights.values()) <= MOST_BYTES


def test_the_keys_of_a_ticket_reach_its_two_composers(open_as: Any, house: House) -> None:
    ticket = house.report(timezone.now())
    page = open_as()
    page.goto(ticket.url)
    page.keyboard.press("m")
    page.keyboard.type("业主下午在家")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".log :text('业主下午在家')")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.id") == "id_reply"
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.wait_for_selector("#do form")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")  # at one moment: the page moves on
    assert len(ids) == len(set(ids))


def test_the_preview_dispatches_by_key_and_the_list_follows(open_as: Any, house: House) -> None:
    ticket = house.report(timezone.now())
    page = open_as()
    page.goto("/queue/?tab=to_dispatch")
    page.check(f"#preview [value='{house.departments['security'].pk}']")
    page.keyboard.press("d")
    page.wait_for_selector(f"[data-row='{ticket.number}']", state="detached")
    ticket.refresh_from_db()
    assert ticket.department == house.departments["security"]


def test_a_digit_is_a_reason_while_the_number_is_asked_for_and_an_outcome_otherwise(open_as: Any, house: House) -> None:
    ticket = house.informed(timezone.now() - timedelta(hours=3))
    page = open_as()
    page.goto("/callbacks/")
    page.locator(".call-head details.reveal summary").first.click()
    page.keyboard.press("7")
    page.keyboard.press("1")
    page.wait_for_selector(".call-head :text('13800000001')")
    assert AuditEntry.objects.get(action=AuditAction.REVEALED).reason == "ticket"
    assert ticket.callbacks.get().finished_at is None
    page.check("[name=they_called]")  # whatever the hour is now
    page.keyboard.press("7")
    page.wait_for_selector(".notice.ok")
    assert ticket.callbacks.get().outcome == "refused"


def test_the_number_of_a_previewed_ticket_is_shown_in_place(open_as: Any, house: House) -> None:
    house.report(timezone.now()), house.report(timezone.now() + timedelta(seconds=30), resident=house.homes[1].resident)
    page = open_as()
    page.goto("/queue/?tab=all")
    page.keyboard.press("j")
    page.wait_for_selector("#preview:has-text('138****0002')")
    page.locator("#preview details.reveal summary").first.click()
    page.keyboard.press("3")
    page.wait_for_selector("#preview :text('13800000002')")
    assert page.url.endswith("/queue/?tab=all")


def test_callbacks_take_remarks_first_and_then_one_digit(open_as: Any, house: House) -> None:
    ticket = house.informed(timezone.now() - timedelta(hours=3))
    page = open_as()
    page.goto("/callbacks/")
    page.check("[name=they_called]")
    page.focus("#id_remarks")
    page.keyboard.type("第 5 次了")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.wait_for_selector(".notice.ok")
    callback = ticket.callbacks.get()
    assert (callback.satisfaction, callback.remarks) == (4, "第 5 次了")
