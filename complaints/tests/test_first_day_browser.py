"""The first day in a real browser: from an empty portal to the first ticket of an imported resident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from complaints.defaults.loading import load_defaults
from complaints.models import Ticket
from complaints.states import Status
from portal.organization.models import Membership, User
from portal.organization.roles import Role
from residents.models import Residence
from residents.register import runs
from residents.tests.test_registers import EXPECTED, REGISTER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "four-words-of-my-own"


@pytest.fixture
def computer(browser: Browser, live_server: Any) -> Iterator[Any]:
    """A browser of somebody's own, at the portal as ``bin/run --empty`` leaves it."""
    load_defaults()
    user = User.objects.create_user("first", PASSWORD, name="first")
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        contexts.append(browser.new_context(base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai"))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def next_step(page: Page) -> None:
    page.get_by_role("link", name="下一步").click()


def test_from_an_empty_portal_to_the_first_ticket_of_an_imported_resident(computer: Any) -> None:
    admin: Page = computer()
    sign_in(admin, "first")
    admin.wait_for_url("**/setup/company/")
    admin.fill("[name=name]", "新物业")
    admin.fill("[name=hotline]", "0755-0000 0000")
    admin.locator("main form [data-submit]").click()
    next_step(admin)
    admin.fill("[name=code]", "XC")
    admin.fill("[name=name]", "新城一期")
    admin.locator("main form [data-submit]").click()
    next_step(admin)
    admin.get_by_role("button", name="采用这些").click()
    next_step(admin)
    for row, (number, name, role) in enumerate([("A1", "李娜", "receptionist"), ("A2", "王慧", "supervisor")]):
        admin.fill(f"[name=form-{row}-username]", number)
        admin.fill(f"[name=form-{row}-name]", name)
        admin.select_option(f"[name=form-{row}-role]", role)
    admin.locator("main form [data-submit]").click()
    links = [field.input_value() for field in admin.locator("input[readonly]").all()]
    assert len(links) == 2
    desks = []
    for link in links:
        desk: Page = computer()
        desk.goto(link)
        desk.fill("[name=new_password1]", PASSWORD)
        desk.fill("[name=new_password2]", PASSWORD)
        desk.locator("main form [data-submit]").click()
        desk.wait_for_url(re.compile(r"/login/|/queue/|/$"))
        desks.append(desk)

    next_step(admin)
    expect(admin).to_have_url(re.compile("/residents/import/$"))
    expect(admin.get_by_role("navigation", name="首次设置")).to_contain_text("5")
    admin.set_input_files("[name=file]", str(REGISTER))
    admin.locator("main form [data-submit]").click()
    admin.wait_for_url("**/residents/import/*-*/")
    while runs.work():
        pass
    go = admin.get_by_role("button", name=re.compile("导入"))
    expect(go).to_be_visible()
    go.click()
    while runs.work():
        pass
    expect(admin.locator("#course .chip.ok").first).to_be_visible()
    next_step(admin)
    step = admin.locator(".setup-steps li.done", has_text="业主")
    expect(step).to_contain_text(str(EXPECTED["units"]))
    next_step(admin)
    admin.locator("main form [data-submit]").click()
    admin.wait_for_url("**/settings/people/")

    desk = desks[0]
    sign_in(desk, "A1")
    desk.wait_for_url("**/queue/")
    living = Residence.objects.filter(until=None).exclude(resident__phones=None).select_related("unit", "resident")
    home = next(
        one for one in living.order_by("pk") if living.filter(unit__digits__startswith=one.unit.digits).count() == 1
    )
    desk.keyboard.press("c")
    desk.wait_for_url("**/tickets/new/")
    desk.keyboard.type(home.unit.digits)
    desk.wait_for_selector(f"[role=option][aria-selected=true]:has-text('{home.unit.room}')")
    desk.keyboard.press("Enter")
    expect(desk.locator("[name=category]:focus")).to_be_attached()
    desk.keyboard.press("1")
    expect(desk.locator("[name=severity]:focus")).to_be_attached()
    desk.keyboard.press("1")
    expect(desk.locator("#id_description")).to_be_focused()
    desk.keyboard.type("厨房漏水")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/tickets/XC-*/")
    ticket = Ticket.objects.get()
    assert (ticket.resident, ticket.unit) == (home.resident, home.unit)
    assert (ticket.status, ticket.first_responsible.username) == (Status.DISPATCHED, "A1")
