"""The archive in a real browser: the find box by keys, a number for a minute, and axe on its pages."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from complaints.tests.house import House
from complaints.tests.test_pages_browser import AXE, desk, open_as  # noqa: F401 - fixtures
from portal.audit.models import AuditAction, AuditEntry
from residents import services
from residents.models import ImportRun, Relation, Residence
from residents.services import Newcomer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def moved_in(house: House) -> Residence:
    home = house.homes[0].unit
    newcomer = Newcomer("单雪", Relation.FAMILY, "单女士", ["13912345678"])
    services.add_vehicle(home.pk, "粤B9H2K7", "B2-117", by=house.reception)
    services.write_note(home.pk, "听力不便，请放慢语速", None, None, by=house.reception)
    return services.move_in(home.pk, newcomer, by=house.reception)


def test_anyone_is_found_and_opened_without_leaving_the_keys(open_as: Any, moved_in: Residence) -> None:  # noqa: F811
    page: Page = open_as()
    page.goto("/queue/")
    page.keyboard.press("Control+k")
    page.keyboard.type("sx")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("单雪")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/residents/people/{moved_in.resident.uuid}/")

    page.keyboard.press("Control+k")
    page.keyboard.type("811203")
    expect(page.locator("#palette [data-kind=units]")).to_contain_text("8-1-1203")
    for _ in range(4):
        if page.locator("#palette [aria-pressed=true]").get_attribute("value") == "units":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_a_number_is_shown_for_a_minute_and_then_hidden_again(open_as: Any, moved_in: Residence) -> None:  # noqa: F811
    page: Page = open_as()
    page.clock.install()
    page.goto(f"/residents/people/{moved_in.resident.uuid}/")
    expect(page.locator("body")).not_to_contain_text("13912345678")
    page.locator("details.reveal summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    expect(page.locator("[data-secret]").first).to_contain_text("13912345678")
    assert AuditEntry.objects.get(action=AuditAction.REVEALED).reason == "identify"

    page.clock.fast_forward(61_000)

    expect(page.locator("body")).not_to_contain_text("13912345678")
    expect(page.locator("[data-secret]").first).to_contain_text("139****5678")


def test_without_script_a_number_has_a_page_of_its_own_that_goes_back(open_as: Any, moved_in: Residence) -> None:  # noqa: F811
    page: Page = open_as(script=False)
    page.goto(f"/residents/people/{moved_in.resident.uuid}/")
    page.locator("details.reveal summary").first.click()
    page.locator("button[name=reason][value=identify]").first.click()
    expect(page.locator("main")).to_contain_text("13912345678")
    page.locator("main a.btn-primary").click()
    page.wait_for_url(f"**/residents/people/{moved_in.resident.uuid}/")


@pytest.mark.parametrize(("width", "theme", "locale"), [(1440, "light", "zh-CN"), (360, "dark", "en-US")])
def test_the_archives_pages_are_open_to_everybody_who_works_here(
    open_as: Any,  # noqa: F811
    desk: Any,  # noqa: F811
    house: House,
    moved_in: Residence,
    width: int,
    theme: str,
    locale: str,
) -> None:
    run = ImportRun.objects.create(
        site=house.site,
        file_name="一期.xlsx",
        made_at=moved_in.unit.notes.get().made_at,
        state="tried",
        columns=[{"sheet": "一期", "readable": True, "columns": [{"header": "房号", "field": "room"}]}],
        counts={"units": 2, "people": 3, "phones": 3, "plates": 1, "tenants": 1, "rows": 4, "refused": 1, "warned": 0},
    )
    run.problems.create(refused=True, sheet="一期", row=7, room="1-1-101", column="owner", code="owner_missing")
    desk.memberships.update(role="supervisor")
    page: Page = open_as(width=width, theme=theme, locale=locale)
    unit = f"/residents/units/{moved_in.unit.uuid}/"
    for address in (
        "/residents/",
        "/residents/?q=811203",
        "/residents/buildings/YJW/8/",
        unit,
        f"{unit}note/",
        f"/residents/people/{moved_in.resident.uuid}/",
        f"/residents/people/{moved_in.resident.uuid}/change/",
        "/residents/shown/",
        "/residents/import/",
        f"/residents/import/{run.uuid}/",
        "/find/?q=811203",
    ):
        page.goto(address)
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{address} is {wide} px too wide"
    page.goto("/queue/")
    page.keyboard.press("Control+k")
    page.keyboard.type("811203")
    page.wait_for_selector("#palette [role=option]")
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
