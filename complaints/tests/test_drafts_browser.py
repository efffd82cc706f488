"""Drafts, photos and undo as somebody at the counter meets them; what needs no browser stands in test_drafts.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Page, expect

from complaints.models import Attachment, Ticket
from complaints.states import Status
from complaints.tests.house import House
from complaints.tests.test_the_line import open_as  # noqa: F401 - a fixture
from portal.drafts.models import Draft
from portal.files.tests.photos import picture
from portal.promises import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_closed_in_mid_sentence_a_form_goes_on_elsewhere_and_its_ticket_can_be_undone(
    open_as: Callable[..., Page],  # noqa: F811
    transactional_db: None,
    tmp_path: Path,
) -> None:
    house = House.build()
    photo = tmp_path / "灯.jpg"
    photo.write_bytes(picture(size=(3000, 2000)))
    page = open_as(house, "reception", "/tickets/new/")
    page.fill("#id_room", "8-1-1203")
    page.keyboard.press("Enter")
    expect(page.locator("#id_category")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("1")
    with page.expect_response(lambda answer: "/me/drafts/files/" in answer.url):
        page.set_input_files("input[type=file][multiple]", photo)
    with page.expect_response(lambda answer: "说到一" in unquote_plus(answer.request.post_data or "")):
        page.locator("#id_description").press_sequentially("楼道灯不亮，业主说到一")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    page.context.close()  # no farewell: the browser is gone

    desk = open_as(house, "reception", "/tickets/new/")
    second = desk.context.new_page()
    second.goto(desk.url)
    expect(desk.locator("#id_description")).to_have_value("楼道灯不亮，业主说到一")
    expect(desk.locator(".files img")).to_be_visible()
    second.locator("#id_description").press("End")
    second.locator("#id_description").press_sequentially("半")
    expect(second.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    desk.locator("#id_description").press_sequentially("别的")
    expect(desk.locator("[data-draft-state]")).to_contain_text("另一个标签页")

    second.locator("#id_description").press("Control+Enter")
    second.wait_for_url("**/tickets/YJW-*/")
    ticket = Ticket.objects.get()
    assert ticket.description.startswith("楼道灯不亮，业主说到一半")
    assert (ticket.unit_id, ticket.status) == (house.homes[0].unit_id, Status.DISPATCHED)
    assert Attachment.objects.get().file.size < photo.stat().st_size * 2
    assert not Draft.objects.exists()
    expect(second.locator("[data-undo-bar]")).to_be_visible()
    second.locator("h1").click()
    second.keyboard.press("z")
    expect(second.locator(".page-head .chip", has_text="作废")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.status == Status.VOID, "one press registered and dispatched it, one takes both back"


def test_a_photo_is_pasted_and_a_bad_one_is_named(open_as: Callable[..., Page], transactional_db: None) -> None:  # noqa: F811
    house = House.build()
    ticket = house.report(clock.now())
    page = open_as(house, "reception", ticket.url)
    paste: Any = """(bytes, name, type) => {
        const files = new DataTransfer();
        files.items.add(new File([Uint8Array.from(bytes)], name, { type }));
        const event = new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true });
        document.querySelector("#note textarea").dispatchEvent(event);
    }"""
    page.locator("#note textarea").fill("见照片")
    page.evaluate(
        f"([bytes, name, type]) => ({paste})(bytes, name, type)", [list(picture()), "pasted.png", "image/png"]
    )
    expect(page.locator("#note .files button")).to_be_visible()
    page.evaluate(f"([bytes, name, type]) => ({paste})(bytes, name, type)", [[77, 90], "bad.png", "image/png"])
    expect(page.locator("#note [data-attach-state]")).to_contain_text("此文件都不是")
    page.locator("#note [data-submit]").click()
    expect(page.locator(".thumbs img")).to_be_visible()
    assert Attachment.objects.get().event.text == "见照片"
