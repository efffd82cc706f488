"""Signing in and out: one answer to everything that is wrong, the language before signing in, the demo hint."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from portal.organization.models import User

PASSWORD = "a-long-enough-password"


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("reception", PASSWORD, name="李娜")


def _try(client: Client, username: str, password: str) -> str:
    answer = client.post("/login/", {"username": username, "password": password})
    assert answer.status_code == 422
    return str(answer.context["why"])


def test_the_right_password_opens_the_start_page(person: User) -> None:
    client = Client()
    answer = client.post("/login/", {"username": "reception", "password": PASSWORD})
    assert answer.url == "/"
    assert client.get("/").url == "/me/"  # no post yet


def test_unknown_wrong_and_locked_out_are_told_the_same(person: User) -> None:
    client = Client()
    said = {_try(client, "nobody", "x"), _try(client, "reception", "wrong"), _try(client, "", "")}
    for _attempt in range(6):
        said.add(_try(client, "reception", "wrong again"))
    said.add(_try(client, "reception", PASSWORD))  # locked by now
    assert len(said) == 1


@pytest.mark.parametrize("username", ["\0", "x" * 5000, "李" * 200, "' OR 1=1 --"])
def test_nonsense_at_the_door_is_only_a_wrong_password(person: User, username: str) -> None:
    _try(Client(), username, "x" * 5000)


def test_after_signing_in_one_goes_on_where_one_was_going(person: User) -> None:
    client = Client()
    assert client.get("/me/").url == "/login/?next=/me/"
    answer = client.post("/login/", {"username": "reception", "password": PASSWORD, "next": "/notifications/"})
    assert answer.url == "/notifications/"
    away = Client().post(
        "/login/", {"username": "reception", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )
    assert away.url == "/"


def test_signing_out_is_a_post(person: User) -> None:
    client = Client()
    client.force_login(person)
    refused = client.get("/logout/")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    assert b'href="/"' in refused.content
    client.post("/logout/")
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("accepts", "language"), [("zh-CN,zh;q=0.9", "zh-hans"), ("en-US", "en"), ("fr", "zh-hans"), ("", "zh-hans")]
)
def test_the_page_speaks_the_browsers_language_else_chinese(db: None, accepts: str, language: str) -> None:
    assert f'lang="{language}"' in Client(HTTP_ACCEPT_LANGUAGE=accepts).get("/login/").content.decode()


def test_the_language_can_be_chosen_before_signing_in(db: None) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/login/"})
    assert answer.url == "/login/"
    assert 'lang="en"' in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "\0", "javascript:alert(1)"]
)
def test_the_language_switch_leads_nowhere_else(db: None, elsewhere: str) -> None:
    assert Client().post("/i18n/setlang/", {"language": "en", "next": elsewhere}).url == "/"
    assert Client().post("/i18n/setlang/", {"language": "tlh", "next": elsewhere}).url == "/"


@pytest.mark.parametrize("demo", [True, False])
def test_the_demo_accounts_are_named_in_demo_mode_only(db: None, demo: bool) -> None:
    with override_settings(PORTAL_DEMO=demo):
        assert ("front-desk-demo" in Client().get("/login/").content.decode()) is demo
