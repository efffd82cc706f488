"""A tablet in wet hands: one tap each, ten minutes without a line, no script at all, and axe on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from bar_service.models import Act, DrinkOrder, Party
from bar_service.tests.bar import K, Saloon
from portal.promises import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
}
SOME_TRIES = 20_000
TOUCH = 44  # px
MINUTE = 60_000


def ago(minutes: float) -> Any:
    return clock.now() - timedelta(minutes=minutes)


@pytest.fixture
def saloon(house: Any) -> Saloon:
    """In use: a room since 19 minutes, a table with drinks, one to clear, a hat out, a request, a question."""
    found = Saloon.build(house, stocked=False)
    for item in found.bar.stock_items.all():
        found.do(K.PURCHASE, at=ago(60), item=item.pk, amount=9_000)
    found.do(K.SEAT, at=ago(19), table=found.room, size=5, brought_by=house.people["sales"])
    found.do(K.SEAT, at=ago(28), table=found.table("A1"), size=3)
    found.do(K.ORDER, at=ago(27), table=found.table("A1"), product=found.product())
    found.do(K.SERVE, at=ago(25), table=found.table("A1"))
    found.do(K.SEAT, at=ago(20), table=found.table("A2"), size=2)
    found.do(K.LEAVE, at=ago(2), table=found.table("A2"))
    found.do(K.LEND, at=ago(9), gear=found.gear())
    found.do(K.DAMAGE, at=ago(9), gear=found.gear("H2"))
    found.do(K.ASK, at=ago(4), by="sales", size=4, hats=2, hat_size="L", note="两杯温水")
    found.do(K.ENQUIRE, at=ago(8), text="车位？", pass_to=house.people["sales"])
    return found


@pytest.fixture
def tablet(browser: Browser, live_server: Any, house: Any) -> Callable[..., Page]:
    def opened(path: str, who: str = "bar", *, width: int = 1180, **how: Any) -> Page:
        client = Client()
        client.force_login(house.people[who])
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 820},
            has_touch=True,
            service_workers="block",
            **{"locale": "zh-CN", **how},
        )
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    return opened


def acts(kind: K) -> list[Act]:
    return list(Act.objects.filter(kind=kind).order_by("at"))


PAGES = [
    ("bar", "/bar/"), ("bar", "/bar/?do=order&table={A1}"), ("bar", "/bar/?table={A3}"), ("bar", "/bar/gear/"),
    ("bar", "/bar/checklists/open/"), ("bar", "/bar/stock/"), ("bar", "/bar/shopping/"), ("bar", "/bar/enquiries/"),
    ("sales", "/bar/sales/"), ("supervisor", "/bar/figures/"), ("supervisor", "/bar/figures/rows/?figure=orders"),
    ("supervisor", "/bar/settings/"), ("supervisor", "/bar/settings/{bar}/tables/"),
    ("supervisor", "/bar/settings/{bar}/products/"),
]  # fmt: skip
SIZES = """() => [...document.querySelectorAll('.bar .btn, .bar button, .bar .go')]
    .filter(e => e.getClientRects().length)
    .map(e => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect().height])"""


@pytest.mark.parametrize(
    ("width", "how"),
    [(1180, {"color_scheme": "light"}), (360, {"color_scheme": "dark", "locale": "en-US"})],
    ids=["tablet, light, Chinese", "phone, dark, English"],
)
def test_axe_finds_nothing_targets_are_big_and_nothing_scrolls_sideways(
    tablet: Callable[..., Page], saloon: Saloon, width: int, how: dict[str, Any]
) -> None:
    places = {"A1": saloon.table("A1"), "A3": saloon.table("A3"), "bar": saloon.bar.pk}
    wrong = []
    for who, path in PAGES:
        page = tablet(path.format(**places), who, width=width, **how)
        found = Axe().run(page, options=AXE).response["violations"]
        wrong += [(path, one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((path, "scrolls sideways", []))
        wrong += [(path, "too small", [words]) for words, height in page.evaluate(SIZES) if height < TOUCH - 0.5]
        page.context.close()
    assert wrong == [], "\n".join(map(str, wrong))


def test_one_tap_each_and_z_takes_it_back(tablet: Callable[..., Page], saloon: Saloon) -> None:
    page = tablet("/bar/")
    page.locator(".tile", has_text="A1").get_by_role("button").tap()
    expect(page.locator("[data-undo-bar]")).to_contain_text("已续杯", timeout=SOME_TRIES)
    assert len(acts(K.REFILL)) == 1
    page.keyboard.press("z")
    expect(page.locator(".tile", has_text="A1")).to_contain_text("该续杯了", timeout=SOME_TRIES)
    assert Act.objects.get(kind=K.UNDO).undoes == acts(K.REFILL)[0]
    page.locator(".room", has_text="贵宾室 1").get_by_role("button").tap()
    expect(page.locator(".room.is-ok")).to_contain_text("贵宾室 1", timeout=SOME_TRIES)


def test_ten_minutes_without_a_line_lose_no_tap_and_repeat_none(tablet: Callable[..., Page], saloon: Saloon) -> None:
    page = tablet("/bar/")
    page.clock.install()
    page.reload()
    look = page.locator(".room", has_text="贵宾室 1").get_by_role("button")
    refilled = page.locator(".tile", has_text="A1").get_by_role("button")
    page.context.set_offline(True)

    look.tap()
    page.clock.fast_forward(4 * MINUTE)
    refilled.dblclick()  # two taps in the same moment are one
    page.clock.fast_forward(3 * MINUTE)
    look.tap()
    page.clock.fast_forward(3 * MINUTE)
    page.locator(".tile", has_text="A2").get_by_role("button").tap()
    waiting = page.locator("[data-unsent-box]")
    expect(waiting.locator("li")).to_have_count(4)
    expect(waiting).to_contain_text("贵宾室 1: 已巡视")
    assert not acts(K.ROUND), "nothing has got through"

    lose_the_first_answer(page)
    back = clock.now()
    page.context.set_offline(False)
    page.clock.fast_forward(3 * MINUTE)
    expect(waiting).to_be_hidden(timeout=SOME_TRIES)
    expect(page.locator(".tile", has_text="A2")).to_contain_text("空闲", timeout=SOME_TRIES)

    assert [len(acts(kind)) for kind in (K.ROUND, K.REFILL, K.CLEAR)] == [2, 1, 1]
    waited = [round((back - act.at).total_seconds() / 60) for act in acts(K.ROUND)]
    assert [10 <= waited[0] <= 14, 3 <= waited[1] <= 7] == [True, True], "each counts with its own moment"
    party = Party.objects.get(table=saloon.room)
    assert party.round_at == acts(K.ROUND)[1].at


def lose_the_first_answer(page: Page) -> None:
    """The server takes it, and the tablet never hears of it."""
    lost: list[str] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/bar/press/**", answer)


def test_a_party_is_served_from_the_door_to_the_cleared_table_without_script(
    tablet: Callable[..., Page], saloon: Saloon
) -> None:
    page = tablet("/bar/", java_script_enabled=False)
    page.locator(".tile", has_text="A3").get_by_role("link").click()
    page.locator("#panel [name=size][value='3']").click()
    page.locator("#panel").get_by_role("link", name="点单").click()
    page.locator("#panel").get_by_role("button", name="拿铁", exact=True).click()
    page.locator("#panel").get_by_role("button", name="拿铁", exact=True).click()
    page.locator("#panel").get_by_role("link", name="点完了").click()
    for words in ("已上桌", "已续杯", "离座，清台", "已清台"):
        page.locator("#panel").get_by_role("button", name=words, exact=True).first.click()
    party = Party.objects.get(table=saloon.table("A3"))
    assert (party.size, party.cleared_at is None, party.refills) == (3, False, 1)
    assert list(party.orders.values_list("status", flat=True)) == [DrinkOrder.Status.SERVED] * 2


def test_the_bar_is_worked_by_keyboard_alone(tablet: Callable[..., Page], saloon: Saloon) -> None:
    page = tablet("/bar/")
    page.locator(".room", has_text="贵宾室 1").get_by_role("link").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".room").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-undo-bar]")).to_contain_text("已巡视", timeout=SOME_TRIES)
    assert len(acts(K.ROUND)) == 1
