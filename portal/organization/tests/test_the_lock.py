"""A shared desk locks, an idle session ends, and what was typed waits for its writer alone."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from portal.organization.models import User
from portal.organization.services import passwords

PASSWORD = "four-words-of-my-own"
PIN = "4711"


@pytest.fixture
def reception(house: Any) -> User:
    for name in ("reception", "reception_b"):
        person = User.objects.get(username=name)
        person.set_password(PASSWORD)
        person.save()
    return User.objects.get(username="reception")


def _sign_in(username: str, *, shared: bool = True) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.post("/login/", {"username": username, "password": PASSWORD, **({"shared_desk": "on"} if shared else {})})
    return client


def _away(client: Client, seconds: int) -> None:
    session = client.session
    for mark in ("active_at", "began_at"):
        session[mark] -= seconds
    session.save()


def _set_pin(client: Client) -> None:
    assert client.post("/me/pin/", {"pin": PIN, "pin_password": PASSWORD}).status_code == 302


def test_a_locked_desk_shows_nothing_however_it_is_asked_until_the_pin(reception: User, house: Any) -> None:
    desk = _sign_in("reception")
    _set_pin(desk)
    ticket = house.report()
    desk.post("/lock/now/")

    for address in ("/queue/?tab=all", f"/tickets/{ticket.number}/", "/tickets/new/residents/?q=811203", "/me/"):
        page = desk.get(address)
        assert page.status_code == 403
        assert ticket.title not in page.content.decode()
    assert desk.get("/queue/", headers={"HX-Request": "true"}).status_code == 204
    assert desk.post("/me/pin/", {"pin": "2580", "pin_password": PASSWORD}).status_code == 403
    assert desk.post("/lock/", {"secret": "0000", "next": "/queue/"}).status_code == 422
    assert desk.post("/lock/", {"secret": PIN, "next": "/queue/"}).url == "/queue/"
    assert desk.get("/queue/").status_code == 200


def test_a_cover_of_which_the_server_has_not_heard_yet_takes_no_wrong_pin_either(reception: User) -> None:
    desk = _sign_in("reception")
    _set_pin(desk)
    by_script = {"x-requested-with": "fetch"}
    assert desk.post("/lock/", {"secret": "0000"}, headers=by_script).status_code == 422
    assert desk.post("/lock/", {"secret": PIN}, headers=by_script).status_code == 204


def test_without_a_script_five_minutes_lock_and_what_was_sent_comes_back(reception: User) -> None:
    desk = _sign_in("reception")
    _away(desk, 5 * 60 + 1)
    typed = {"description": "楼道灯不亮", "kind": "complaint"}
    locked = desk.post("/tickets/new/", typed)
    assert (locked.status_code, "楼道灯不亮" in locked.content.decode()) == (403, True)
    kept = desk.post("/lock/", {"secret": PASSWORD, "kept": locked.context["kept"], "next": "/"})
    assert "楼道灯不亮" in kept.content.decode()
    assert kept.context["to"] == "/tickets/new/"


def test_five_wrong_pins_leave_only_the_password(reception: User) -> None:
    desk = _sign_in("reception")
    _set_pin(desk)
    desk.post("/lock/now/")
    for _try in range(5):
        desk.post("/lock/", {"secret": "0000"})
    assert desk.post("/lock/", {"secret": PIN}).status_code == 422
    assert desk.post("/lock/", {"secret": PASSWORD}).status_code == 302
    desk.post("/lock/now/")
    assert desk.post("/lock/", {"secret": PIN}).status_code == 302  # the password made it count again


@pytest.mark.django_db(transaction=True)
def test_pins_tried_all_at_once_are_counted_each(db: None) -> None:
    person = User.objects.create_user("desk", PASSWORD, name="desk")
    person.pin = "!"  # fits nothing, so that only the count decides
    person.save()
    looked: list[bool] = []
    original = passwords.check_password

    def look(pin: str, stored: str) -> bool:
        looked.append(True)
        return original(pin, stored)

    def guess() -> None:
        try:
            passwords.pin_fits(person, "0000")
        finally:
            connections.close_all()

    passwords.check_password = look  # type: ignore[assignment]
    try:
        guesses = [threading.Thread(target=guess) for _ in range(12)]
        for one in guesses:
            one.start()
        for one in guesses:
            one.join()
    finally:
        passwords.check_password = original
    assert len(looked) == passwords.PIN_TRIES


@pytest.mark.parametrize("pin", ["123", "1111", "123456", "9876", "12a4", "1234567", "١٢٣٤"])
def test_a_pin_that_anybody_guesses_is_refused(reception: User, pin: str) -> None:
    assert _sign_in("reception").post("/me/pin/", {"pin": pin, "pin_password": PASSWORD}).status_code == 422


def test_a_pin_needs_the_password_and_is_kept_hashed(reception: User) -> None:
    desk = _sign_in("reception")
    assert desk.post("/me/pin/", {"pin": PIN, "pin_password": "wrong"}).status_code == 422
    _set_pin(desk)
    reception.refresh_from_db()
    assert PIN not in reception.pin
    assert desk.get("/queue/").status_code == 200


@pytest.mark.parametrize(
    ("who", "shared", "minutes", "still_in"),
    [
        ("reception", False, 29, True),
        ("reception", False, 31, False),
        ("engineer", False, 31, True),
        ("engineer", True, 31, False),
        ("engineer", False, 12 * 60 - 1, True),
        ("engineer", False, 12 * 60 + 1, False),
    ],
)
def test_half_an_hour_ends_a_desk_and_twelve_hours_end_anything(
    house: Any, who: str, shared: bool, minutes: int, still_in: bool
) -> None:
    client = Client()
    client.force_login(house.people[who])
    session = client.session
    session["shared_desk"] = shared
    session.save()
    _away(client, minutes * 60)
    assert (client.get("/queue/").status_code == 200) is still_in


def test_a_list_that_looks_for_news_is_nobodys_presence(reception: User) -> None:
    desk = _sign_in("reception", shared=False)
    _away(desk, 29 * 60)
    desk.get("/queue/", headers={"HX-Request": "true", "If-None-Match": '"x"'})
    desk.get("/lock/state/")
    _away(desk, 2 * 60)
    assert desk.get("/queue/").status_code == 302


def test_what_was_sent_as_the_session_ended_waits_for_its_writer_and_for_nobody_else(reception: User) -> None:
    desk = _sign_in("reception")
    _away(desk, 31 * 60)
    door = desk.post("/tickets/new/", {"description": "楼道灯不亮", "kind": "complaint"})
    assert "楼道灯不亮" not in door.content.decode()
    other = desk.post("/login/", {"username": "reception_b", "password": PASSWORD}, follow=True)
    assert "楼道灯不亮" not in other.content.decode()
    desk.post("/switch/")
    assert "楼道灯不亮" in desk.post("/login/", {"username": "reception", "password": PASSWORD}).content.decode()


def test_changing_the_user_is_one_press_and_keeps_what_the_first_had_typed(reception: User) -> None:
    desk = _sign_in("reception")
    kept = '{"to": "/tickets/new/", "fields": [["description", "电梯困人"]]}'
    out = desk.post("/switch/", {"kept": kept})
    assert out.url == "/login/?shared=1"
    assert desk.get(out.url).context["form"]["shared_desk"].value() is True
    assert desk.get("/queue/").status_code == 302
    other = desk.post("/login/", {"username": "reception_b", "password": PASSWORD})
    assert "电梯困人" not in other.content.decode()
    assert "电梯困人" in _sign_in_answer("reception")


@pytest.mark.parametrize(
    "kept", ['{"to": "/queue/", "fields": [["a", "\\ud800"]]}', "\0", "[]", '{"to": "//x", "fields": []}']
)
def test_what_no_page_of_ours_has_packed_is_not_kept(reception: User, kept: str) -> None:
    assert _sign_in("reception").post("/switch/", {"kept": kept}).status_code == 302
    assert Client().post("/login/", {"username": "reception", "password": PASSWORD, "kept": kept}).url == "/"


def _sign_in_answer(username: str) -> str:
    return str(Client().post("/login/", {"username": username, "password": PASSWORD}).content.decode())


def test_the_script_of_the_lock_comes_to_shared_desks_only(reception: User) -> None:
    assert "lock.js" in _sign_in("reception").get("/queue/").content.decode()
    assert "lock.js" not in _sign_in("reception", shared=False).get("/queue/").content.decode()


def test_a_phone_that_one_person_alone_has_signs_in_as_well(reception: User) -> None:
    User.objects.filter(pk=reception.pk).update(phone="13955550000")
    assert Client().post("/login/", {"username": "13955550000", "password": PASSWORD}).status_code == 302
    User.objects.filter(username="bar").update(phone="13955550000")
    assert Client().post("/login/", {"username": "13955550000", "password": PASSWORD}).status_code == 422


def test_ones_own_page_lists_sign_ins_and_a_new_password_ends_the_other_sessions(reception: User) -> None:
    Client().post("/login/", {"username": "reception", "password": "wrong"})
    desk, elsewhere = _sign_in("reception"), _sign_in("reception")
    new = "another-four-words-here"
    desk.post("/me/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    said = [one["what"] for one in desk.get("/me/").context["sign_ins"]]
    assert said == ["Password set", "Signed in", "Signed in", "Sign-in refused"]
    assert elsewhere.get("/queue/").status_code == 302  # every other session ended
