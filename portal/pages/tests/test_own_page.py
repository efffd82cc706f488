"""What everybody has: one's own page, the bell, and the pages for what goes wrong."""

from __future__ import annotations

import logging
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from portal.notifications.models import Channel, Message
from portal.organization.models import User

PASSWORD = "a-long-enough-password"


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("bar", PASSWORD, name="孙丽")


@pytest.fixture
def client(person: User) -> Client:
    found = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    found.force_login(person)
    return found


def test_language_theme_and_keys_are_kept_with_the_person(client: Client, person: User) -> None:
    before = client.get("/me/").content.decode()
    assert "data-bs-theme" not in before
    assert "data-keys" in before
    client.post("/me/", {"language": "en", "theme": "dark"})
    person.refresh_from_db()
    assert (person.language, person.theme, person.single_keys) == ("en", "dark", False)
    after = client.get("/me/").content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in after
    assert "data-keys" not in after
    assert '<dialog id="keys"' not in after


@pytest.mark.parametrize("typed", [{"language": "tlh"}, {"theme": "pink"}, {"language": "\0"}])
def test_a_choice_that_is_not_offered_is_not_kept(client: Client, person: User, typed: dict[str, str]) -> None:
    assert client.post("/me/", typed).status_code == 422
    person.refresh_from_db()
    assert (person.language, person.theme) == ("", "")


def test_the_switch_on_every_page_is_kept_with_the_person(client: Client, person: User) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/me/"})
    person.refresh_from_db()
    assert person.language == "en"


def test_the_password_changes_only_with_the_old_one(client: Client, person: User) -> None:
    new = "another-long-passphrase"
    wrong = client.post("/me/password/", {"old_password": "x", "new_password1": new, "new_password2": new})
    short = client.post("/me/password/", {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"})
    assert (wrong.status_code, short.status_code) == (422, 422)
    right = client.post("/me/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert right.status_code == 302
    assert client.get("/me/").status_code == 200  # still signed in here
    person.refresh_from_db()
    assert person.check_password(new)


def test_the_bell_counts_lists_and_is_silenced(client: Client, person: User) -> None:
    other = User.objects.create_user("other", PASSWORD, name="别人")
    now = timezone.now()
    for n, recipient in enumerate([person, person, other]):
        Message.objects.create(
            key=f"k{n}",
            recipient=recipient,
            channel=Channel.IN_APP,
            kind=f"kind-{n}",
            created_at=now,
            not_before=now,
            sent_at=now,
        )
    page = client.get("/notifications/")
    assert len(page.context["news"]) == 2
    assert page.context["news"][0]["new"]
    client.post("/notifications/", {"up_to": page.context["up_to"]})
    assert not Message.objects.filter(recipient=person, read_at=None).exists()
    assert Message.objects.filter(recipient=other, read_at=None).exists()


@pytest.mark.parametrize(
    "address", ["/notifications/?before=x", "/notifications/?before=%00", "/notifications/?before=" + "9" * 40]
)
def test_an_odd_place_in_the_bells_list_is_its_beginning(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
    assert client.post("/notifications/", {"up_to": "x"}).status_code == 302


@pytest.mark.parametrize(("accepts", "title"), [("zh-CN", "没有这个页面"), ("en", "This page does not exist")])
def test_an_unknown_page_has_a_way_back_and_a_reference_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, accepts: str, title: str
) -> None:
    with caplog.at_level(logging.WARNING, "portal.pages.errors"):
        page = client.get("/no-such-page/", headers={"Accept-Language": accepts})
    body = page.content.decode()
    assert page.status_code == 404
    assert title in body
    assert 'href="/"' in body
    assert f"<code>{page.context['reference']}</code>" in body
    assert page.context["reference"] in caplog.text


def test_a_broken_database_is_a_503_that_asks_for_nothing(client: Client) -> None:
    client.raise_request_exception = False
    with patch("portal.pages.views._my_page", side_effect=OperationalError("gone")):
        page = client.get("/me/")
    assert page.status_code == 503
    assert page["Retry-After"]
    assert "系统暂时不可用" in page.content.decode()


def test_our_own_fault_is_a_500_without_details(client: Client) -> None:
    client.raise_request_exception = False
    with patch("portal.pages.views._my_page", side_effect=RuntimeError("secret detail")):
        page = client.get("/me/")
    assert page.status_code == 500
    assert "secret detail" not in page.content.decode()


def test_a_form_without_its_token_is_refused_with_our_page(person: User) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-CN")
    strict.force_login(person)
    page = strict.post("/me/", {"language": "en"})
    assert page.status_code == 403
    assert "您不能打开这个页面" in page.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_error_page_can_be_drawn_without_a_database(rf: object, status: int, language: str) -> None:
    from django.test import RequestFactory
    from django.utils import translation

    from portal.pages import errors

    with translation.override(language):
        page = errors.show(RequestFactory().get("/somewhere/"), status)
    assert page.status_code == status
    assert f'lang="{language}"' in page.content.decode()


def test_robots_are_sent_away_and_the_icon_is_there(db: None) -> None:
    client = Client()
    assert "Disallow: /" in client.get("/robots.txt").content.decode()
    assert client.get("/favicon.ico").url.endswith(".svg")


def test_no_page_has_anything_inline(client: Client) -> None:
    body = client.get("/me/").content.decode()
    policy = client.get("/me/")["Content-Security-Policy"]
    assert " style=" not in body
    assert "<style" not in body
    assert "onclick" not in body
    assert "<script>" not in body
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
