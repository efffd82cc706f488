"""A form sent after the session had ended, or after signing in anew in another tab: nothing typed is lost."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.test import Client

from complaints.models import TicketEvent
from complaints.tests.house import PASSWORD, House
from portal.pages import kept

TYPED = "说了很久的话 <b>&\n第二行"


def _packed(page: str) -> str:
    found = re.search(r'<textarea name="kept" hidden>\n(.*?)</textarea>', page, re.S)
    assert found
    return unescape(found[1])


def _fields(page: str, to: str) -> dict[str, str]:
    form = page[page.index(f'action="{to}"') :]
    found = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form, re.S)
    return {name: unescape(value) for name, value in found}


def test_a_form_that_came_after_the_session_is_sent_after_signing_in(house: House) -> None:
    ticket = house.report()
    house.reception.set_password(PASSWORD)
    house.reception.save()
    client, to = Client(HTTP_ACCEPT_LANGUAGE="zh-CN"), f"{ticket.url}note/"
    door = client.post(to, {"text": TYPED, "version": ticket.version})
    assert door.status_code == 403
    assert "no-store" in door["Cache-Control"]
    packed = _packed(door.content.decode())
    wrong = client.post("/login/", {"username": "reception", "password": "wrong", "kept": packed})
    assert _packed(wrong.content.decode()) == packed  # a slip at the door loses nothing either
    offered = client.post("/login/", {"username": "reception", "password": PASSWORD, "kept": packed})
    fields = _fields(offered.content.decode(), to)
    assert fields["text"] == TYPED
    assert not TicketEvent.objects.filter(ticket=ticket, text=TYPED).exists()  # nothing happens before the press
    assert client.post(to, fields).status_code == 302
    assert TicketEvent.objects.get(ticket=ticket, kind="internal_note").text.replace("\r", "") == TYPED


def test_a_form_of_a_tab_from_before_the_last_sign_in_is_offered_again(house: House) -> None:
    ticket = house.report()
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    to = f"{ticket.url}note/"
    ours = client.post(to, {"text": TYPED}, headers={"Origin": "http://testserver"})
    assert ours.status_code == 403
    assert _fields(ours.content.decode(), to)["text"] == TYPED
    foreign = client.post(to, {"text": TYPED}, headers={"Origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
    assert TYPED[:4] not in foreign.content.decode()
    assert not TicketEvent.objects.filter(ticket=ticket, text=TYPED).exists()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://testserver"}, {"Referer": "http://testserver/queue/"}, {"Sec-Fetch-Site": "same-origin"}],
)
def test_a_press_of_a_tab_from_before_the_last_sign_in_is_offered_again(house: House, headers: dict[str, str]) -> None:
    first, second = house.report(), house.report()
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.reception)
    to = f"{second.url}withdraw/"
    offered = client.post(to, {"version": str(second.version), "seen": "1"}, headers=headers)
    assert (offered.status_code, "Send it now" in offered.content.decode()) == (403, True)
    assert _fields(offered.content.decode(), to) == {"version": str(second.version), "seen": "1"}
    assert first.events.count() == second.events.count() == 1


@pytest.mark.parametrize("headers", [{}, {"Referer": "http://elsewhere.example/"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_press_from_elsewhere_is_not_offered(house: House, headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.reception)
    answer = client.post(f"{house.report().url}sign/", {"version": "1"}, headers=headers)
    assert (answer.status_code, "Send it now" in answer.content.decode()) == (403, False)


def test_a_press_without_words_goes_to_the_door_as_always(house: House) -> None:
    ticket = house.report()
    answer = Client().post(f"{ticket.url}sign/", {"version": 1, "seen": 3})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(house: House) -> None:
    ticket = house.report()
    answer = Client().get(f"{ticket.url}preview/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/")


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "x",
        "[]",
        "{}",
        "[" * 5000,
        json.dumps({"to": "https://elsewhere.example/", "fields": []}),
        json.dumps({"to": "//elsewhere.example/", "fields": []}),
        json.dumps({"to": "/login/", "fields": []}),
        json.dumps({"to": "/me/password/", "fields": []}),
        json.dumps({"to": "/no-such-page/", "fields": []}),
        json.dumps({"to": "/queue/", "fields": [["a"]]}),
        json.dumps({"to": "/queue/", "fields": 5}),
        json.dumps({"to": "/queue/", "fields": [["a", "b"]] * 300}),
        json.dumps({"to": 5, "fields": []}),
        json.dumps({"to": "/queue/", "fields": [["a", "长" * 100_000]]}),
    ],
)
def test_what_no_page_of_ours_packed_is_left_aside(packed: str) -> None:
    assert kept.unpack(packed) is None
