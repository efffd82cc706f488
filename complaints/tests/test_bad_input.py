"""One table of nasty values, walked over every operation of the API and every form and address of the pages.

Whatever is sent: no 5xx, from the API never HTML, a clear message, what was typed kept in the form, nothing half saved,
and markup that is text wherever it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.html import escape
from drf_spectacular.generators import SchemaGenerator

from complaints.models import Callback, Ticket
from complaints.tests.every_form import keep, page_forms
from complaints.tests.house import MORNING, House
from portal import integrity
from portal.api.rates import Rate
from portal.wsgi import application
from residents.access import issue_token

MARKUP = (
    "<b data-live=1>'\"><script data-live=1>alert(1)</script><img data-live=1 src=x onerror=alert(1)>--{{7*7}}${7*7}"
)
# What somebody may type or paste. All of it is text; NUL, half a surrogate pair and white space alone are refused.
TEXTS = {
    "NUL": "a\0b",
    "lone surrogate": "a\ud800b",
    "white space": " \t\r\n\u3000",
    "empty": "",
    "right to left": "\u202egnp.exe",
    "zero width": "a\u200b\u200d\ufeffb",
    "emoji": "👩‍👩‍👧 🔧",
    "rare Han": "𠮷野家 𪚥",
    "markup": MARKUP,
    "long": "很" * 20_000,
    "huge number": "9" * 5000,
    "big number": str(2**63),
    "negative": "-1",
    "zero": "0",
    "superscript digit": "²",
    "full-width digit": "１２３",
    "not a number": "NaN",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "first moment": "0001-01-01T00:00:00+14:00",
    "last moment": "9999-12-31T23:59:59-14:00",
    "moment without a zone": "0001-01-01T00:00",
    "no such day": "2026-02-30T25:61",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "sql": "1' OR '1'='1' --",
    "path": "../../etc/passwd%00",
    "template": "%(number)s %s {0} {resident}",
}
SLY = ("markup", "NUL", "big number", "superscript digit", "moment without a zone")
REFUSED_TEXTS = {"NUL", "lone surrogate", "white space"}
# Fragments of JSON that are no text, as they stand in the body.
FRAGMENTS = {
    "list": b'["a"]',
    "object": b'{"a": {"$ne": null}}',
    "number": b"7",
    "fraction": b"1.5",
    "true": b"true",
    "null": b"null",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "out of range": b"1e400",
    "5000 digits": b"9" * 5000,
    "broken UTF-8": b'"a\xff\xfeb"',
    "surrogate bytes": b'"\xed\xa0\x80"',
    "1000 deep": b"[" * 1000 + b"]" * 1000,
    "100 000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}
JSON = "application/json"
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", JSON),
    "half": (b'{"kind": ', JSON),
    "no object": (b"null", JSON),
    "a list": (b'[{"kind": "complaint"}]', JSON),
    "a text": (b'"x"', JSON),
    "a number": (b"1", JSON),
    "1000 deep": (b"[" * 1000 + b"]" * 1000, JSON),
    "100 000 deep": (b"[" * 100_000, JSON),
    "20 000 keys": (json.dumps({f"key{n}": n for n in range(20_000)}).encode(), JSON),
    "over 1 MB": (json.dumps({"description": "x" * 2**20}).encode(), JSON),
    "10 MB": (json.dumps({"description": "x" * 10 * 2**20}).encode(), JSON),
    "broken UTF-8": (b'{"description": "\xff"}', JSON),
    "UTF-16": ('{"kind": "complaint"}'.encode("utf-16"), JSON),
    "UTF-16, said": ('{"kind": "complaint"}'.encode("utf-16"), f"{JSON}; charset=utf-16"),
    "a codec that is no charset": (b"x", f"{JSON}; charset=zlib"),
    "no such charset": (b"{}", f"{JSON}; charset=klingon"),
    "a form": (b"kind=complaint&description=x", "application/x-www-form-urlencoded"),
    "a multipart form": (
        b'--x\r\nContent-Disposition: form-data; name="a\0"\r\n\r\nb\r\n--x--', "multipart/form-data; boundary=x",
    ),
    "XML": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "no type": (b"{}", ""),
}  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {"accept": "text/html"},
    {"accept": "application/xml;q=1e400,\x01"},
    {"accept": "*/*;" * 2000},
    {"accept-language": "zh-Hans-" * 500},
    {"accept-language": "\x00\xff"},
    {"authorization": "Bearer"},
    {"authorization": "Bearer a b c"},
    {"authorization": "Bearer \x00\xff\u0130"},
    {"authorization": "Bearer " + "a" * 8000},
    {"authorization": "Basic YTpi"},
    {"content-type": "text/html; charset"},
    {"content-length": "-1"},
    {"content-length": "9" * 30},
    {"cookie": "sessionid=\x00\xff; csrftoken=a\x00b; django_language=../../x"},
    {"idempotency-key": "\x01"},
    {"idempotency-key": ""},
    {"idempotency-key": "k" * 100_000},
    {"if-match": "\x00"},
    {"if-match": '"' * 5000},
    {"if-none-match": 'W/"\xff", *, "' + "a" * 5000},
    {"if-modified-since": "Thu, 99 Foo 0000"},
    {"x-http-method-override": "DELETE"},
    {"x-forwarded-for": "\x00, 1.2.3.4, ' OR 1=1"},
    {"host": "evil.example"},
    {"host": "a" * 300 + ":99999"},
    {"referer": "javascript:alert(1)\x00"},
    {"origin": "null"},
    {"range": "bytes=0-99999999999999999999"},
    {"user-agent": "\x00" * 10 + "u" * 5000},
    {"hx-request": "true", "hx-current-url": "http://\x00[", "hx-target": MARKUP},
    {"hx-request": "true", "hx-current-url-uri-autoencoded": "true", "hx-current-url": "%ff%00"},
]
QUERIES = [
    "page_size=0", "page_size=-1", "page_size=1e9", "page_size=%00", "page_size=²", "page_size=" + "9" * 5000,
    "cursor=%00", "cursor=" + quote("cD0yMDI2"), "cursor=cD05OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAw", "cursor=" + "A" * 9000,
    "cursor=bz0tMQ%3D%3D", "cursor=bz0xZTk5", "cursor=bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk%3D",
    "status=%00", "status=", "status=nonsense", "status=closed&status=x", "kind[]=x", "kind=%ff%fe", "kind=COMPLAINT",
    "ordering=password", "reported_by__phone=13800000002", "format=xml", "format=api", "_method=DELETE", "version=%00",
    "&".join(f"a{n}=1" for n in range(2000)), "a" * 9000, "%", "%zz=%zz", ";;;===&&&",
]  # fmt: skip
NO_PLACES = ["%00", "%ff", "%ED%A0%80", "..%2f..%2f", quote("𠮷"), quote(MARKUP, safe=""), "1" * 5000, "%0d%0aX:1"]


@pytest.fixture(autouse=True)
def nobody_counts(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Thousands of requests in a minute are not what is tried here, nor how long a password takes to check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("portal.api.rates.hit", lambda _scope, _who: Rate(9, 9, 9, allowed=True))


NOT_OURS = ("django_", "axes_", "audit_", "auth_", "knox_", "residents_onetimecode")


def everything_saved() -> tuple[int, ...]:
    """How many rows each table of the portal holds."""
    tables = sorted(m._meta.db_table for m in apps.get_models() if not m._meta.db_table.startswith(NOT_OURS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return tuple(cursor.fetchone())


# --- the API ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def resident(house: House) -> Client:
    _stored, token = issue_token("13800000001")
    return Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)


@pytest.fixture
def own_ticket(resident: Client) -> Ticket:
    resident.post("/api/v1/tickets/", {"kind": "complaint", "description": "楼道灯不亮"}, JSON)
    return Ticket.objects.get()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, address, the body's fields) of every operation; the last one ends the token."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = []
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
            named = schema["components"]["schemas"].get(content.get("$ref", "").rpartition("/")[2], content)
            found.append((method.upper(), address, named.get("properties", {})))
    yield from sorted(found, key=lambda entry: "logout" in entry[1])


IN_A_WEEK = timezone.now().replace(microsecond=0) + timedelta(weeks=1)
SENT: dict[str, Any] = {  # a good value for each field that an operation knows
    "kind": "complaint", "description": "楼道灯不亮", "phone": "13800000001", "code": "000000", "text": "在家",
    "satisfaction": 5, "solved": True, "place": "3号楼", "about": "保洁", "demand": "请修好",
    "remarks": "好", "reason": "修好了", "language": "en", "contact": "phone", "subject": "谈谈楼上漏水",
    "preferred_times": [{"start": IN_A_WEEK.isoformat(),
                         "end": (IN_A_WEEK + timedelta(hours=1)).isoformat()}],
}  # fmt: skip
KEPT = {"description", "text", "place", "about", "demand", "subject"}
NOT_ALWAYS_SENT = {"category", "unit", "occurred_at", "wished_on", "do_not_call"}


def faults_of(answer: Any) -> list[str]:
    """What is wrong with an answer of the API: a refusal says in the form of RFC 9457 and in words what is wrong."""
    if answer.status_code >= 500:
        return [f"{answer.status_code}: {answer.content[:200]!r}"]
    if answer.status_code < 400:
        return [] if answer["Content-Type"] == JSON or not answer.content else [f"answers {answer['Content-Type']}"]
    if answer["Content-Type"] != "application/problem+json":
        return [f"{answer.status_code} refuses with {answer['Content-Type']}"]
    body = answer.json()
    words = [word for field in body.get("errors", {}).values() for word in field]
    found = {
        "says another status": body["status"] != answer.status_code,
        "says nothing": not (body["type"] and body["title"] and body["detail"]),
        "names a field without words": not all(isinstance(word, str) and word for word in words),
        "is too long": len(answer.content) > 16_000,
    }
    return [fault for fault, is_so in found.items() if is_so]


def test_no_value_in_no_field_of_the_api_breaks_it(resident: Client, own_ticket: Ticket) -> None:
    values = {name: json.dumps(text).encode() for name, text in TEXTS.items()} | FRAGMENTS
    tried, wrong = 0, []
    for method, address, fields in operations():
        path = address.replace("{uuid}", str(own_ticket.uuid))
        for field in fields:
            for name, raw in values.items():
                good = {key: json.dumps(SENT[key]).encode() for key in fields if key != field and key in SENT}
                body = b",".join(
                    json.dumps(key).encode() + b":" + value for key, value in (good | {field: raw}).items()
                )
                before = everything_saved()
                what = (method, address, field, name)
                answer = resident.generic(method, path, b"{" + body + b"}", JSON)
                tried += 1
                wrong += [(what, fault) for fault in faults_of(answer)]
                taken = answer.status_code < 400
                if not taken and everything_saved() != before:
                    wrong.append((what, "is half saved"))
                if taken and name in REFUSED_TEXTS:
                    wrong.append((what, "is taken"))
                if taken and field in KEPT and answer.json()[field] != json.loads(raw):
                    wrong.append((what, "is not kept as it was sent"))
        assert set(fields) <= SENT.keys() | NOT_ALWAYS_SENT, "a new field needs a good value in SENT"
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert tried > 500
    assert list(integrity.findings()) == []


def test_no_body_breaks_an_operation(resident: Client, own_ticket: Ticket) -> None:
    wrong = []
    for method, address, fields in operations():
        path = address.replace("{uuid}", str(own_ticket.uuid))
        for name, (body, content_type) in BODIES.items():
            if not fields and ("logout" in address or len(body) > 2**20):
                continue
            answer = resident.generic(method, path, body, content_type)
            what = (method, address, name)
            wrong += [(what, fault) for fault in faults_of(answer)]
            if len(body) > 2**20 and answer.status_code != 413:
                wrong.append((what, f"{answer.status_code} instead of 413"))
            if "kind" in fields and method == "POST" and answer.status_code < 400:
                wrong.append((what, "is taken"))
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert Ticket.objects.count() == 1
    assert list(integrity.findings()) == []


def test_no_header_query_or_place_breaks_the_api(resident: Client, own_ticket: Ticket) -> None:
    wrong = []

    def ask(method: str, address: str, body: str = "", status: int = 0, **headers: str) -> None:
        answer = resident.generic(method, address, body, headers.pop("content-type", JSON), headers=headers)
        wrong.extend(((method, address[:99], headers), fault) for fault in faults_of(answer))
        if status and answer.status_code != status:
            wrong.append(((method, address[:99]), f"{answer.status_code} instead of {status}"))

    for method, address, fields in operations():
        path = address.replace("{uuid}", str(own_ticket.uuid))
        body = json.dumps({key: SENT[key] for key in fields if key in SENT})
        for headers in HEADERS if "logout" not in address else ():
            ask(method, path, body, **headers)
        for query in QUERIES if method == "GET" else ():
            ask(method, f"{path}?{query}")
        for place in NO_PLACES if "{uuid}" in address else ():
            ask(method, address.replace("{uuid}", place), body, 404)
    for place in NO_PLACES:
        ask("GET", f"/api/{place}", status=404)
        ask("GET", f"/api/v1/{place}/", status=404)
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert list(integrity.findings()) == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "GET\0", "POST "])
def test_other_methods_change_nothing_and_answer_no_html(resident: Client, own_ticket: Ticket, method: str) -> None:
    before = everything_saved()
    for _method, address, _fields in operations():
        answer = resident.generic(method, address.replace("{uuid}", str(own_ticket.uuid)), b"{}", JSON)
        assert answer.status_code < 500, (method, address)
        assert "html" not in answer.get("Content-Type", ""), (method, address)
    assert everything_saved() == before
    assert resident.get("/api/v1/me/").status_code == 200, "the token still lives"


@pytest.mark.parametrize("charset", ["zlib", "base64", "idna", "undefined", "utf-16", "\0", '"utf-8', "x" * 5000])
@pytest.mark.parametrize("address", ["/api/v1/tickets/", "/api/v1/auth/code/", "/login/"])
def test_a_charset_that_is_none_changes_nothing(house: House, address: str, charset: str) -> None:
    """Through the very application that the web server calls: Django reads the charset before any of its views."""
    for method, content_type in (("GET", "text/html"), ("POST", JSON)):
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": "status=%41", "HTTP_HOST": "testserver",
            "CONTENT_TYPE": f"{content_type}; charset={charset}", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        setup_testing_defaults(environ)
        said: list[str] = []
        content = b"".join(application(environ, lambda status, _headers, said=said: said.append(status)))
        assert said[0][:3] in {"200", "400", "401", "403", "405"}, content[:300]
        assert address == "/login/" or b"<html" not in content


# --- the pages --------------------------------------------------------------------------------------------------------


ALSO_BY_GET = {"pages:sign_in": {"next"}, "complaints:register": {"kind"}, "pages:notifications": {"before"}}


def every_page(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_page(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and not prefix.startswith("api:"):
            yield f"{prefix}{entry.name}"


@pytest.fixture
def a_ticket(house: House) -> Ticket:
    return house.signed(severity="important")


@pytest.fixture
def a_callback(house: House) -> Callback:
    return Callback.objects.get(ticket=house.informed(MORNING))


@pytest.fixture
def at_desk(house: House) -> Callable[[str], Client]:
    known: dict[str, Client] = {}

    def who(name: str) -> Client:
        if name not in known:
            known[name] = Client(raise_request_exception=False)
            if name:
                known[name].force_login(house.people[name])
        return known[name]

    return who


class Books:
    """What is saved, counted again only where something may have been: forty tables cost more than an answer."""

    def __init__(self) -> None:
        self._known: tuple[int, ...] | None = None

    def open(self) -> None:
        self._known = self._known or everything_saved()

    def half_written_by(self, answer: Any, how: str) -> bool:
        """Whether an answer that refused has left something behind."""
        if answer.status_code < 400:
            self._known = None if how == "POST" else self._known
            return False
        before, self._known = self._known, everything_saved()
        return self._known != before


def test_no_value_in_no_form_breaks_a_page_and_what_was_typed_is_kept(
    house: House, at_desk: Callable[[str], Client], a_ticket: Ticket, a_callback: Callback
) -> None:
    values = {name: text.encode("utf-8", "surrogatepass") for name, text in TEXTS.items()}
    values |= {"broken UTF-8": b"a\xff\xfeb", "markup in bytes": MARKUP.encode("utf-16")}
    forms = page_forms(house, a_ticket, a_callback)
    assert set(every_page()) == set(forms), "a new page needs its line in page_forms"
    tried, wrong, shapes = 0, [], set()
    books = Books()

    def send(how: str, caller: str, address: str, good: dict[str, str], nasty: dict[str, bytes]) -> None:
        nonlocal tried
        books.open()
        answer = _sent(at_desk(caller), how, address, {**{k: v.encode() for k, v in good.items()}, **nasty})
        tried += 1
        kept = [text for name, text in good.items() if how == "POST" and text == keep(name) and name not in nasty]
        what = (how, address, {name: value[:40] for name, value in nasty.items()})
        wrong.extend((what, fault) for fault in faults_of_page(answer, kept))
        if books.half_written_by(answer, how):
            wrong.append((what, "is half saved"))

    for name, (caller, method, address, fields) in forms.items():
        shape = (method, tuple(fields)) if "step_" in name else name
        if shape in shapes:
            continue  # of steps that ask the same, one
        shapes.add(shape)
        # Each value once in each field, all fields nasty at once ...
        for turn in range(len(values)) if method == "POST" else ():
            given = [*values.values()][turn:] + [*values.values()][:turn]
            send(method, caller, address, {}, dict(zip(fields, given, strict=False)))
        # ... and what may pass for right, alone among right ones.
        for field in fields:
            for value in SLY if method == "POST" else values:
                send(method, caller, address, fields, {field: values[value]})
        for field in ALSO_BY_GET.get(name, ()):
            for value in values.values():
                send("GET", caller, address, {}, {field: value})
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert tried > 700
    assert list(integrity.findings()) == []


def faults_of_page(answer: Any, kept: list[str] | tuple[str, ...] = ()) -> list[str]:
    """A page that was refused says so and has everything that was typed; none breaks."""
    if answer.headers.get("Content-Type") == JSON and answer.status_code == 503:
        return []  # the health page says truly that no sweep runs beside the tests
    if answer.status_code >= 500:
        return [f"answers {answer.status_code}"]
    if answer.status_code < 400:
        return []
    if answer.headers.get("Content-Type") == JSON and answer.json().get("words"):
        return []  # to a script, which shows the words
    if answer.status_code in {409, 422}:
        page = answer.content.decode()
        return [f"has lost {text}" for text in kept if text not in page] + (
            [] if 'role="alert"' in page else ["does not say what is wrong"]
        )
    return [] if answer.status_code in {400, 403, 404, 405, 413} else [f"answers {answer.status_code}"]


def _sent(client: Client, method: str, address: str, fields: dict[str, bytes]) -> Any:
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    if method == "GET":
        return client.get(f"{address}?{body}")
    return client.post(address, body, "application/x-www-form-urlencoded")


@pytest.mark.parametrize("nasty", ["markup", "rare Han", "emoji", "template"])
def test_a_text_that_was_refused_stands_in_its_field_again_as_text(
    house: House, at_desk: Callable[[str], Client], a_ticket: Ticket, a_callback: Callback, nasty: str
) -> None:
    for name, (caller, method, address, fields) in page_forms(house, a_ticket, a_callback).items():
        for field in (key for key, text in fields.items() if text and text == keep(key)):
            wrong = dict.fromkeys(
                ("severity", "how", "understood", "outcome", "relation", "until", "contact", "channel"), "x"
            )
            wrong["version"] = "0"
            broken = {key: wrong.get(key, text) for key, text in fields.items()} | {field: TEXTS[nasty]}
            answer = _sent(at_desk(caller), method, address, {key: text.encode() for key, text in broken.items()})
            assert answer.status_code in {409, 422}, (name, field)  # 409: somebody was quicker
            assert escape(TEXTS[nasty]) in answer.content.decode(), (name, field)


def test_no_header_body_or_place_breaks_a_page(
    house: House, at_desk: Callable[[str], Client], a_ticket: Ticket, a_callback: Callback
) -> None:
    forms = page_forms(house, a_ticket, a_callback)
    before, wrong = everything_saved(), []

    def ask(who: str, method: str, address: str, body: bytes = b"", content_type: str = "", **headers: str) -> None:
        answer = at_desk(who).generic(method, address, body, content_type, headers=headers)
        wrong.extend(((method, address[:99], content_type, headers), fault) for fault in faults_of_page(answer))

    for caller, method, address, fields in forms.values():
        # The web server reads a query as UTF-8 whatever is claimed (portal/wsgi.py), the test client as it is told.
        place = address.partition("?")[0]
        for headers in HEADERS:
            extra = dict(headers)
            ask(caller, "GET", place, b"", extra.pop("content-type", ""), **extra)
        for body, content_type in BODIES.values() if method == "POST" else ():
            ask(caller, "POST", place, body, content_type)
        for query in [*QUERIES, "&".join(f"{field}{n}=1" for n in range(300) for field in fields)]:
            ask(caller, "GET", f"{place}?{query}")
    number = a_ticket.number
    for place in NO_PLACES:
        for address in (f"/{place}", f"/tickets/{place}/", f"/tickets/{number}/{place}/", f"/callbacks/{place}/"):
            ask("reception", "GET", address)
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert everything_saved() == before


# --- what is shown ----------------------------------------------------------------------------------------------------


class Live(HTMLParser):
    """Finds elements and attributes that came out of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if (
            "data-live" in names
            or any(name.startswith("on") for name in names)
            or (tag == "script" and "src" not in names)
        ):
            self.found.append(f"<{tag} {attrs}>"[:200])


def test_markup_in_every_text_is_text_on_every_page(
    house: House, at_desk: Callable[[str], Client], resident: Client
) -> None:
    house.site.name = MARKUP[:60]
    house.site.save()
    for name, user in house.people.items():
        user.name = f"<b data-live=1>{name}"
        user.save()
    home = house.homes[0]
    home.resident.name, home.resident.form_of_address = "<b data-live=1>王", "<b data-live=1>王"
    home.resident.save()
    said = {"kind": "complaint", "description": MARKUP, "place": MARKUP, "about": MARKUP, "demand": MARKUP}
    path = "/api/v1/tickets/" + resident.post("/api/v1/tickets/", said, JSON).json()["id"] + "/"
    resident.post(f"{path}comments/", {"text": MARKUP}, JSON)
    number = Ticket.objects.get().number
    engineering = str(house.departments["engineering"].pk)
    typed = {"text": MARKUP, "said": MARKUP, "how": "phone", "understood": "yes", "severity": "major"}
    way = [
        ("reception", "reply"), ("reception", "note"), ("reception", "severity"), ("reception", "dispatch"),
        ("engineer", "send-back"), ("reception", "dispatch"), ("engineer", "sign"), ("engineer", "progress"),
        ("manager", "wait"), ("engineer", "resume"), ("engineer", "resolve"), ("engineering_head", "return"),
        ("reception", "inform"),
    ]  # fmt: skip
    shown = 0

    def look() -> None:
        nonlocal shown
        for who in ("reception", "engineer", "manager"):
            for address in (
                "/queue/?tab=all", f"/queue/?tab=all&q={quote(MARKUP[:40])}", f"/tickets/{number}/",
                f"/tickets/{number}/?log=resident",
                f"/tickets/{number}/preview/", "/tickets/new/", "/callbacks/", "/dashboard/", "/notifications/", "/me/",
            ):  # fmt: skip
                answer = at_desk(who).get(address)
                page = answer.content.decode()
                live = Live()
                live.feed(page)
                assert live.found == [], (who, address)
                shown += page.count("data-live=1&gt;")

    look()
    for who, slug in way:
        answer = at_desk(who).post(f"/tickets/{number}/{slug}/", typed | {"department": engineering, "version": ""})
        assert answer.status_code == 302, (slug, answer.content.decode()[:2000])
    look()
    callback = Callback.objects.get()
    said = {"outcome": "s1", "remarks": MARKUP, "they_called": "on"}  # at whatever hour this runs
    assert at_desk("reception_b").post(f"/callbacks/{callback.pk}/", said).status_code == 302
    look()
    found = at_desk("reception").get("/tickets/new/residents/?q=811203")
    assert found["Content-Type"] == JSON
    assert "<b data-live" in found.json()["results"][0]["name"]
    assert shown > 100, "the pages do show what was written"
