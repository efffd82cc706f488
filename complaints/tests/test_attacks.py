"""What somebody with bad intentions tries: with a resident's token, at the door, forged, and many at once."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
import redis
import time_machine
from django.contrib.auth import hashers
from django.db import connections
from django.test import Client
from django.utils import timezone

from complaints.models import Callback, Ticket, TicketEvent
from complaints.states import EventKind
from complaints.tests.every_form import page_forms
from complaints.tests.house import MORNING, PASSWORD, House, move_in
from complaints.tests.test_bad_input import operations
from complaints.tests.test_the_residents_api import FIRST, SECOND, Phone
from portal import integrity
from portal.audit.models import AuditEntry
from portal.logs import WithoutNumbers
from portal.organization.models import User
from residents.access import issue_token
from residents.models import ApiToken, OneTimeCode, Residence, Resident

JSON = "application/json"


def all_at_once(times: int, attempt: Callable[[int], int]) -> list[int]:
    """The statuses of as many requests, each with a connection of its own."""

    def one(n: int) -> int:
        try:
            return attempt(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(one, range(times)))


# --- a resident's token -----------------------------------------------------------------------------------------------


def test_fields_that_are_the_desks_are_taken_from_nobody(house: House) -> None:
    phone = Phone(FIRST)
    foreign = Phone(SECOND).report()
    wanted = {
        "id": foreign["id"], "uuid": foreign["id"], "number": "YJW-20200101-0001", "severity": "major",
        "status": "closed",
        "site": house.next_door.pk, "site_id": house.next_door.pk, "resident": house.homes[1].resident.pk,
        "resident_id": house.homes[1].resident.pk, "reported_by": 1, "received_at": "2020-01-01T00:00:00+08:00",
        "round": 9, "version": 9, "department": house.departments["security"].pk, "handler": house.admin.pk,
        "channel": "counter", "wish_confirmed_at": "2026-01-01T00:00:00+08:00", "promise": {"resolve_by": None},
        "can": ["rate"], "timeline": [], "request_key": foreign["id"], "__class__": "x", "pk": 1, "phone": SECOND,
        "name": "别人", "units": [], "is_staff": True,
    }  # fmt: skip
    made = phone.report(**wanted)
    ticket = Ticket.objects.get(uuid=made["id"])

    assert (ticket.severity, ticket.status, ticket.round, ticket.version) == ("minor", "registered", 1, 1)
    assert (ticket.site, ticket.channel, ticket.department, ticket.handler) == (house.site, "api", None, None)
    assert (ticket.reported_by.phone, ticket.resident) == (FIRST, house.homes[0].resident)
    assert ticket.wish_confirmed_at is None
    assert ticket.received_at > timezone.now() - timedelta(minutes=1)
    before = phone.get("me/").json()
    path = "/api/v1/me/"
    after = phone.client.patch(path, json.dumps({**wanted, "language": "en"}), JSON).json()
    assert after == {**before, "language": "en"}
    for step in ("comments/", "withdraw/"):
        phone.post(f"tickets/{made['id']}/{step}", {**wanted, "text": "x", "by": house.admin.pk, "at": "2020-01-01"})
    events = TicketEvent.objects.filter(ticket=ticket, kind__in=[EventKind.COMMENT, EventKind.WITHDRAWN])
    assert {(event.by, event.by_resident.phone) for event in events} == {(None, FIRST)}
    assert all(event.at > timezone.now() - timedelta(minutes=1) for event in events)


def test_a_number_that_was_given_to_somebody_else_tells_nothing_of_who_had_it(house: House) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Residence.objects.filter(resident__phones__number=FIRST).update(until=yesterday)
    house.homes[0].resident.name = "前任业主"
    house.homes[0].resident.save()
    phone = Phone(FIRST)
    assert phone.get("me/").json()["name"] == ""
    move_in(house.site, "9-9-909", FIRST, "新业主")

    assert phone.get("me/").json()["name"] == "新业主"
    phone.client.patch("/api/v1/me/", json.dumps({"language": "en"}), JSON)
    assert Resident.objects.get(name="前任业主").language == "zh-hans"


def test_a_revoked_or_expired_token_opens_nothing_not_even_a_kept_answer(house: House) -> None:
    phone, key = Phone(FIRST), {"idempotency-key": "k"}
    assert phone.post("tickets/", {"kind": "complaint", "description": "x"}, **key).status_code == 201
    assert phone.post("auth/logout/").status_code == 204
    for method, address, _fields in operations():
        if "/auth/c" in address or "/auth/t" in address or "health" in address:
            continue
        path = address.replace("{uuid}", str(Ticket.objects.get().uuid)).replace("{file}", str(uuid4()))
        answer = phone.client.generic(method, path, b"{}", JSON, headers=key)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), address
    late = Phone(FIRST)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert late.get("me/").status_code == 401


def test_a_stored_token_or_code_is_no_key(house: House) -> None:
    phone = Phone(FIRST)
    stored = ApiToken.objects.get()
    for secret in (stored.digest, stored.token_key, phone.token[:-1], phone.token.upper(), ""):
        answer = Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/me/")
        assert answer.status_code == 401, secret
    assert phone.token not in f"{stored.digest}{stored.token_key}"


def test_other_spellings_of_one_token_share_its_rate(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    from portal.api import rates

    hit = rates.hit
    monkeypatch.setattr(rates, "hit", lambda scope, who: counted.append((scope, who)) or hit(scope, who))
    token = Phone(FIRST).token
    for spelled in (f"Bearer {token}", f"bearer {token}", f"BEARER   {token} "):
        assert Client(headers={"authorization": spelled}).get("/api/v1/me/").status_code == 200
    assert len({who for scope, who in counted if scope == "token"}) == 1
    assert not any(token in who for _scope, who in counted)


def test_method_override_is_not_understood(house: House) -> None:
    phone = Phone(FIRST)
    for headers in ({"x-http-method-override": "PATCH"}, {"x-method-override": "DELETE"}, {"x-http-method": "PATCH"}):
        answer = phone.post("me/", {"language": "en", "_method": "PATCH"}, **headers)
        assert answer.status_code == 405
    assert phone.get("me/?_method=PATCH&language=en").json()["language"] == "zh-hans"


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def standing_house(transactional_db: None) -> House:
    return House.build()


@pytest.mark.django_db(transaction=True)
def test_twenty_ratings_withdrawals_and_changes_at_once_count_once(standing_house: House) -> None:
    house, (_stored, token) = standing_house, issue_token(FIRST)
    sent = {"authorization": f"Bearer {token}"}
    phone = Phone(FIRST)
    ticket = Ticket.objects.get(uuid=phone.report()["id"])
    from complaints import services

    services.answer_on_the_spot(ticket.pk, "已修", by=house.reception)
    services.inform_resident(ticket.pk, services.How.PHONE, "已修", by=house.reception)
    path = f"/api/v1/tickets/{ticket.uuid}/rating/"
    rating = json.dumps({"satisfaction": 5, "solved": True})
    rated = all_at_once(20, lambda n: Client(headers=sent).post(path, rating, JSON).status_code)
    assert rated == [200] + [409] * 19
    assert Callback.objects.filter(ticket=ticket).count() == 1

    other = phone.report()
    path = f"/api/v1/tickets/{other['id']}/withdraw/"
    etag = phone.get(f"tickets/{other['id']}/")["ETag"]
    match = {**sent, "if-match": etag}
    withdrawn = all_at_once(20, lambda n: Client(headers=match).post(path, "{}", JSON).status_code)
    assert withdrawn == [200] + [412] * 19
    assert TicketEvent.objects.filter(ticket__uuid=other["id"], kind=EventKind.WITHDRAWN).count() == 1

    match = {**sent, "if-match": phone.get("me/")["ETag"]}
    changed = all_at_once(
        20,
        lambda n: (
            Client(headers=match)
            .patch("/api/v1/me/", json.dumps({"do_not_call": [{"start": "12:00", "end": f"13:{n:02d}"}]}), JSON)
            .status_code
        ),
    )
    assert changed == [200] + [412] * 19
    assert list(integrity.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_one_code_gives_one_token_and_five_tries_are_all(
    standing_house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Client()
    app.post("/api/v1/auth/code/", {"phone": FIRST}, JSON)
    code = re.search(r"one-time code (\d{6})", capsys.readouterr().out)[1]  # type: ignore[index]
    proof = json.dumps({"phone": FIRST, "code": code})
    assert all_at_once(10, lambda n: Client().post("/api/v1/auth/token/", proof, JSON).status_code) == [200] + [400] * 9
    app.post("/api/v1/auth/code/", {"phone": SECOND}, JSON)
    wrong = json.dumps({"phone": SECOND, "code": "nono"})
    all_at_once(9, lambda n: Client().post("/api/v1/auth/token/", wrong, JSON).status_code)
    assert OneTimeCode.objects.get(phone=SECOND).tries == 5


# --- the door ---------------------------------------------------------------------------------------------------------


def hire(house: House) -> User:
    house.reception.set_password(PASSWORD)
    house.reception.save()
    return house.reception


def sign_in(password: str, address: str = "10.0.0.1", username: str = "reception", **headers: str) -> Any:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": username, "password": password}, headers=headers)


@pytest.fixture
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_five_wrong_passwords_close_the_account_for_that_network_only(house: House, quick_passwords: None) -> None:
    hire(house)
    for n in range(5):
        assert sign_in(f"wrong {n}").status_code == 422
    refused = sign_in(PASSWORD)
    neighbour = sign_in(PASSWORD, "10.0.0.200")  # the same /24

    assert (refused.status_code, neighbour.status_code) == (422, 422)
    assert refused.context["why"] == sign_in("wrong").context["why"]
    assert sign_in(PASSWORD, "10.0.1.1").status_code == 302, "others come in"


def test_the_lock_ends_after_half_an_hour_also_for_who_kept_trying(house: House, quick_passwords: None) -> None:
    hire(house)
    with time_machine.travel(MORNING, tick=False) as now:
        for _n in range(5):
            sign_in("wrong")
        now.shift(timedelta(minutes=29))
        assert sign_in(PASSWORD).status_code == 422
        now.shift(timedelta(minutes=2))
        assert sign_in(PASSWORD).status_code == 302


def test_a_forged_address_neither_escapes_the_lock_nor_locks_others_out(
    house: House, quick_passwords: None, settings: Any
) -> None:
    hire(house)
    for n in range(5):
        sign_in(
            "wrong", **{"x-forwarded-for": f"203.0.{n}.7", "forwarded": f"for=203.0.{n}.7", "x-real-ip": f"1.2.{n}.4"}
        )
    assert sign_in(PASSWORD, **{"x-forwarded-for": "203.0.113.77"}).status_code == 422
    assert sign_in(PASSWORD, "203.0.0.7").status_code == 302

    settings.TRUSTED_PROXIES = 1  # behind one proxy, what it wrote last counts and nothing before it
    for n in range(5):
        sign_in("wrong", "192.168.1.1", **{"x-forwarded-for": f"8.8.{n}.8, 198.51.100.9"})
    assert sign_in(PASSWORD, "192.168.1.1", **{"x-forwarded-for": "8.8.8.8, 198.51.100.9"}).status_code == 422
    assert sign_in(PASSWORD, "192.168.1.1", **{"x-forwarded-for": "198.51.100.9, 8.8.8.8"}).status_code == 302
    assert AuditEntry.objects.filter(address="198.51.100.9").exists()


def test_an_ipv6_customer_has_one_address(house: House, quick_passwords: None) -> None:
    hire(house)
    for n in range(5):
        sign_in("wrong", f"2001:db8:1:1::{n}")
    assert sign_in(PASSWORD, "2001:db8:1:1:ffff::1").status_code == 422
    assert sign_in(PASSWORD, "2001:db8:1:2::1").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_twenty_wrong_passwords_at_once_are_five_tries(
    protected: bool, standing_house: House, quick_passwords: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its control: where tries do not wait for each other, more than five passwords are looked at."""
    import time

    hire(standing_house)
    if not protected:
        settings.AUTHENTICATION_BACKENDS = [
            "axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend",
        ]  # fmt: skip
    looked_at = []
    check = hashers.verify_password

    def slow(password: str, encoded: str, preferred: str = "default") -> Any:
        looked_at.append(password)
        time.sleep(0.05)
        return check(password, encoded, preferred)

    monkeypatch.setattr(hashers, "verify_password", slow)
    statuses = all_at_once(20, lambda n: int(sign_in(f"wrong {n}").status_code))

    assert statuses == [422] * 20
    assert (len(looked_at) <= 5) is protected


def test_a_sign_in_makes_a_new_session(house: House, quick_passwords: None) -> None:
    hire(house)
    client = Client()
    session = client.session
    session["planted"] = "by the attacker"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post("/login/", {"username": "reception", "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted
    assert Client(headers={"cookie": f"sessionid={planted}"}).get("/queue/").status_code == 302


@pytest.mark.parametrize(
    "away",
    ["https://evil.example/", "//evil.example/", "///evil.example", r"\\evil.example", r"/\evil.example",
     "javascript:alert(1)", "http:evil.example", "https:/evil.example", "\thttps://evil.example", "/\t/evil.example",
     "http://testserver@evil.example/",
     "https://testserver.evil.example/", "\0//evil.example", "/%0d%0aLocation:https://evil.example"],
)  # fmt: skip
def test_nobody_is_sent_away(house: House, quick_passwords: None, away: str) -> None:
    hire(house)
    answers = [
        Client().post("/login/", {"username": "reception", "password": PASSWORD, "next": away}),
        Client().post(f"/login/?{'next'}={away}", {"username": "reception", "password": PASSWORD}),
        Client().post("/i18n/setlang/", {"language": "en", "next": away}),
    ]
    desk = Client()
    desk.force_login(house.reception)
    answers += [
        desk.get("/login/", {"next": away}),
        desk.post(f"/tickets/{house.report().number}/note/", {"text": "x", "next": away}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert re.match(r"/(?![/\\\t])", answer["Location"]), answer["Location"]
        assert not {"\r", "\n", "\t"} & set(answer["Location"])


# --- forms, headers, what leaks ---------------------------------------------------------------------------------------


@pytest.fixture
def forms(house: House) -> dict[str, tuple[str, str, str, dict[str, str]]]:
    callback = Callback.objects.get(ticket=house.informed(MORNING))
    return page_forms(house, house.signed(severity="important"), callback)


def test_no_form_is_taken_without_its_token(house: House, forms: dict[str, Any]) -> None:
    before = TicketEvent.objects.count()
    for name, (caller, method, address, fields) in forms.items():
        if method == "POST":
            client = Client(enforce_csrf_checks=True)
            if caller:
                client.force_login(house.people[caller])
            assert client.post(address, fields).status_code == 403, name
            forged = client.post(
                address, {**fields, "csrfmiddlewaretoken": "a" * 64}, headers={"cookie": "csrftoken=" + "b" * 32}
            )
            assert forged.status_code == 403, name
    assert TicketEvent.objects.count() == before


class Inline(HTMLParser):
    """Finds what the content security policy would refuse, and hosts that are not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        odd = [name for name in known if name == "style" or (name.startswith("on") and name != "one")]
        away = [
            value
            for name, value in attrs
            if name in {"src", "href", "action"} and value and re.match(r"(?:https?:)?//|javascript:|data:text", value)
        ]
        if (
            odd
            or away
            or tag in {"style", "base", "iframe", "object", "embed"}
            or (tag == "script" and not known.get("src"))
        ):
            self.found.append(f"{tag} {attrs}"[:200])


def test_every_page_is_kept_by_nobody_and_obeys_its_own_policy(house: House, forms: dict[str, Any]) -> None:
    for name, (caller, _method, address, _fields) in forms.items():
        client = Client()
        if caller:
            client.force_login(house.people[caller])
        answer = client.get(address)
        if name not in {"pages:favicon", "pages:robots"}:  # the same for everybody
            assert "no-store" in answer.get("Cache-Control", ""), name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin", name
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        page = Inline()
        if not answer.headers.get("Content-Disposition"):  # a workbook is no page
            page.feed(answer.content.decode())
        assert page.found == [], name


def test_no_answer_of_the_api_is_kept_by_anybody(house: House) -> None:
    phone = Phone(FIRST)
    ticket = phone.report()
    for method, address, _fields in operations():
        answer = phone.client.generic(method, address.replace("{uuid}", ticket["id"]), b"{}", JSON)
        assert "no-store" in answer["Cache-Control"], address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert "Set-Cookie" not in answer, address


CANARIES = ("13800000001", "380000000", "王建国", "泄漏的", "金丝雀", "one-time code")


@pytest.fixture
def every_line(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that is logged, at the finest level, by everybody but the database's driver."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="django.db.backends")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(WithoutNumbers())
    logging.getLogger().addHandler(handler)
    yield written.getvalue
    logging.getLogger().removeHandler(handler)


def test_logs_and_redis_hold_no_name_number_or_word_of_a_resident(
    house: House, every_line: Callable[[], str], settings: Any, quick_passwords: None
) -> None:
    settings.NOTIFICATION_CHANNELS = ["in_app", "console"]
    from portal.promises import tasks

    hire(house)
    phone = Phone(FIRST)
    made = phone.report("泄漏的话", place="金丝雀", severity="major", category="lift1")
    phone.post(f"tickets/{made['id']}/comments/", {"text": "泄漏的话"})
    for path in ("auth/code/", "auth/token/"):
        phone.post(path, {"phone": FIRST, "code": "123456"})
    phone.get("tickets/?q=13800000001")
    phone.get("people/13800000001/")
    phone.post("tickets/", {"kind": "泄漏的", "description": "金丝雀"})
    desk = Client(raise_request_exception=False)
    desk.post("/login/", {"username": "王建国", "password": "泄漏的"})
    desk.force_login(house.reception)
    desk.get("/queue/?tab=all&q=13800000001")
    desk.get("/tickets/new/residents/?q=王建国")
    desk.post("/tickets/new/", {"description": "泄漏的话", "room": "王建国", "visitor_phone": "13800000001"})
    desk.post(f"/tickets/{made['number']}/note/", {"text": "泄漏的话"})
    tasks.sweep()

    logged = re.sub(r"one-time code \d{6} for 138\*\*\*\*0001", "", every_line())
    assert [canary for canary in CANARIES if canary in logged] == []
    assert logged, "something is logged"
    stored = redis.Redis.from_url(settings.REDIS_URL)
    names = list(stored.scan_iter(count=1000))
    values = b"".join(stored.get(key) or b"" for key in names if stored.type(key) == b"string")
    kept = b"".join(names) + values
    assert [canary for canary in CANARIES[:2] if canary.encode() in kept] == []
    assert phone.token.encode() not in kept


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GET /people/13800000001/", "GET /people/138****0001/"),
        ("电话13800000001。", "电话138****0001。"),
        ("Key (number)=(+8613800000001)", "Key (number)=(+86****0001)"),
        ("440301199001011234", "440****1234"),
        ("succeeded in 0.13800000001 s, 0.04403011990010112 s", "succeeded in 0.13800000001 s, 0.04403011990010112 s"),
        ("YJW-20261121-0007 a13800000001f", "YJW-20261121-0007 a13800000001f"),
    ],
)
def test_the_numbers_of_phones_and_cards_are_masked_and_other_digits_are_not(said: str, written: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s", (said,), None)
    assert WithoutNumbers().format(record) == written
