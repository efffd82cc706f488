"""Every page, form and API operation against every caller. One missing from the table fails the suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from complaints.models import Callback
from complaints.services import attach_to_step, note_inside
from complaints.states import CallbackOutcome
from complaints.tests.house import MORNING, STAFF, House
from portal.drafts import services as drafts
from portal.files.services import take_in
from portal.files.tests.photos import photo
from portal.organization.roles import DESK, LEADERSHIP, MANAGEMENT
from residents.access import issue_token

ANYBODY = frozenset({"anonymous", "resident", *STAFF, "neighbour"})
SIGNED_IN = ANYBODY - {"anonymous", "resident"}
DESK_PEOPLE = frozenset(name for name, (role, _department) in STAFF.items() if role in DESK)
MANAGERS = frozenset(name for name, (role, _department) in STAFF.items() if role in MANAGEMENT)
LEADERS = frozenset(name for name, (role, _department) in STAFF.items() if role in LEADERSHIP)
ENGINEERING = frozenset({"engineer", "engineer_b", "engineering_head"})
DEPARTMENTS = ENGINEERING | {"guard", "security_head", "gardener"}
SEE_TICKETS = DESK_PEOPLE | MANAGERS | DEPARTMENTS
SEE_THIS_TICKET = DESK_PEOPLE | MANAGERS | ENGINEERING
OF_A_DESK = DESK_PEOPLE | {"neighbour"}

PAGES: dict[str, tuple[str, str, frozenset[str]]] = {
    # name: (method, address, who gets in)
    "health": ("get", "/health/", ANYBODY),
    "live": ("get", "/health/live/", ANYBODY),
    "pages:start": ("get", "/", SIGNED_IN),
    "pages:sign_in": ("get", "/login/", ANYBODY),
    "pages:sign_out": ("post", "/logout/", SIGNED_IN),
    "pages:me": ("get", "/me/", SIGNED_IN),
    "pages:password": ("post", "/me/password/", SIGNED_IN),
    "pages:notifications": ("get", "/notifications/", SIGNED_IN),
    "drafts:drafts": ("get", "/me/drafts/", SIGNED_IN),
    "drafts:save": ("post", "/me/drafts/save/", SIGNED_IN),
    "drafts:add_file": ("post", "/me/drafts/files/", SIGNED_IN),
    "drafts:preview": ("get", "/me/drafts/files/{file}/", frozenset({"reception"})),
    "drafts:remove_file": ("post", "/me/drafts/files/{file}/remove/", SIGNED_IN),
    "drafts:discard": ("post", "/me/drafts/discard/", SIGNED_IN),
    "pages:set_language": ("post", "/i18n/setlang/", ANYBODY),
    "pages:robots": ("get", "/robots.txt", ANYBODY),
    "pages:favicon": ("get", "/favicon.ico", ANYBODY),
    "complaints:queue": ("get", "/queue/", SEE_TICKETS | {"neighbour"}),
    "complaints:register": ("get", "/tickets/new/", OF_A_DESK),
    "complaints:residents": ("get", "/tickets/new/residents/?q=811203", OF_A_DESK),
    "complaints:ticket": ("get", "/tickets/{number}/", SEE_THIS_TICKET),
    "complaints:preview": ("get", "/tickets/{number}/preview/", SEE_THIS_TICKET),
    "complaints:undo": ("post", "/tickets/{undoable}/undo/", frozenset({"leader"})),
    "complaints:presence": ("get", "/tickets/{number}/presence/", SEE_THIS_TICKET),
    "complaints:file": ("get", "/tickets/{number}/files/{attached}/", SEE_THIS_TICKET),
    "complaints:file_preview": ("get", "/tickets/{number}/files/{attached}/preview/", SEE_THIS_TICKET),
    "complaints:callbacks": ("get", "/callbacks/", OF_A_DESK),
    "complaints:record_callback": ("post", "/callbacks/{callback}/", DESK_PEOPLE),
    "complaints:dashboard": ("get", "/dashboard/", LEADERS),
}
# The steps as forms below a ticket that is with engineering, signed, and important.
STEPS: dict[str, frozenset[str]] = {
    "dispatch": DESK_PEOPLE,
    "answer": DESK_PEOPLE,
    "sign": ENGINEERING,
    "arrive": ENGINEERING,
    "send-back": ENGINEERING,
    "progress": ENGINEERING,
    "wait": ENGINEERING | DESK_PEOPLE,
    "resume": ENGINEERING | DESK_PEOPLE,
    "resolve": ENGINEERING,
    "return": frozenset({"engineering_head"}),
    "inform": DESK_PEOPLE,
    "decline": DESK_PEOPLE,
    "reopen": DESK_PEOPLE,
    "pass-on": DESK_PEOPLE,
    "acknowledge": frozenset({"manager", "ops", "gm"}),
    "severity": DESK_PEOPLE,
    "wish": DESK_PEOPLE,
    "reply": DESK_PEOPLE,
    "note": SEE_THIS_TICKET,
    "call-manager": DESK_PEOPLE,
}
OPERATIONS: dict[tuple[str, str], frozenset[str]] = {
    ("get", "/api/v1/health/"): ANYBODY,
    ("post", "/api/v1/auth/code/"): ANYBODY,
    ("post", "/api/v1/auth/token/"): ANYBODY,
    ("post", "/api/v1/auth/logout/"): frozenset({"resident"}),
    ("get", "/api/v1/me/"): frozenset({"resident"}),
    ("patch", "/api/v1/me/"): frozenset({"resident"}),
    ("get", "/api/v1/notices/"): frozenset({"resident"}),
    ("get", "/api/v1/categories/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/{uuid}/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/comments/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/attachments/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/{uuid}/attachments/{file}/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/rating/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/withdraw/"): frozenset({"resident"}),
}
NOT_IN_THE_SCHEMA = {"api:schema", "api:docs", "api:unknown"}  # open to anybody


def every_url(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_url(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


def test_every_address_stands_in_the_table() -> None:
    pages = {name for name in every_url() if not name.startswith("api:")}
    steps = {name.removeprefix("complaints:step_") for name in pages if name.startswith("complaints:step_")}

    assert {name for name in pages if not name.startswith("complaints:step_")} == set(PAGES)
    assert steps == set(STEPS)
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert {(method, path) for path, methods in schema["paths"].items() for method in methods} == set(OPERATIONS)
    in_schema = {name for name in every_url() if name.startswith("api:")} - NOT_IN_THE_SCHEMA
    assert len(in_schema) == len({path for _method, path in OPERATIONS})


@pytest.fixture
def callers(house: House) -> dict[str, Client]:
    _stored, token = issue_token("13800000001")
    found = {"anonymous": Client(), "resident": Client(headers={"authorization": f"Bearer {token}"})}
    for name, user in house.people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


def verdict(answer: Any) -> str:
    if answer.status_code == 403 and b'name="kept"' in answer.content:  # the door, holding what was typed
        return "sign in first"
    if answer.status_code in {401, 403}:
        return "refused"
    if answer.status_code == 404:
        return "hidden"
    if answer.status_code in {301, 302} and answer["Location"].startswith("/login/"):
        return "sign in first"
    assert answer.status_code < 500, answer.content
    if answer.streaming:
        list(answer.streaming_content)  # a file: read to its end, it is closed
    return "in"


def test_every_page_lets_in_whom_the_table_names_and_nobody_else(house: House, callers: dict[str, Client]) -> None:
    ticket = house.signed(MORNING, severity="important")
    told = house.informed(MORNING)
    callback = Callback.objects.get(ticket=told)
    outcome = {"outcome": CallbackOutcome.REFUSED}
    undoable = house.report()
    note_inside(undoable.pk, "x", by=house.leader)
    waiting = drafts.add_file(house.reception, "register", photo())
    attached = take_in(photo(), by=house.reception)
    attach_to_step(ticket.pk, [attached], by=house.reception)
    wrong = []
    for name, (method, address, allowed) in PAGES.items():
        path = address.format(
            number=ticket.number,
            callback=callback.pk,
            file=waiting.uuid,
            attached=attached.uuid,
            undoable=undoable.number,
        )
        for caller, client in callers.items():
            if name == "pages:sign_out" and caller in SIGNED_IN:
                continue  # would end the others' turns
            body = outcome if name == "complaints:record_callback" else {"draft": "register"}
            got = verdict(getattr(client, method)(path, body if method == "post" else None))
            if (got == "in") != (caller in allowed):
                wrong.append((name, caller, got))
    assert wrong == []


@pytest.mark.parametrize("slug", STEPS)
def test_every_step_is_refused_to_whom_it_does_not_belong(house: House, callers: dict[str, Client], slug: str) -> None:
    ticket = house.signed(MORNING, severity="important")
    before = ticket.events.count()
    wrong = []
    for caller, client in callers.items():
        if caller in STEPS[slug]:
            continue
        got = verdict(client.post(f"/tickets/{ticket.number}/{slug}/", {"text": "x", "reason": "x"}))
        expected = (
            "sign in first"
            if caller in {"anonymous", "resident"}
            else "refused"
            if caller in SEE_THIS_TICKET or caller not in SEE_TICKETS | {"neighbour"}
            else "hidden"
        )
        if got != expected:
            wrong.append((caller, got, expected))
    assert wrong == []
    assert ticket.events.count() == before
    for caller in sorted(STEPS[slug]):
        assert verdict(callers[caller].post(f"/tickets/{ticket.number}/{slug}/", {})) == "in", caller


def test_every_operation_is_the_residents_alone(house: House, callers: dict[str, Client]) -> None:
    ticket = house.report()
    wrong = []
    for (method, address), allowed in sorted(OPERATIONS.items(), key=lambda entry: "logout" in entry[0][1]):
        path = address.replace("{uuid}", str(ticket.uuid)).replace("{file}", str(ticket.uuid))
        for caller, client in callers.items():
            sends = {} if method == "get" else {"data": json.dumps({}), "content_type": "application/json"}
            got = verdict(getattr(client, method)(path, **sends))
            # The ticket was registered at the desk: to the resident's own token it does not exist.
            expected = (
                "hidden" if "{uuid}" in address and caller in allowed and not _refuses_shape_first(address) else "in"
            )
            if got != (expected if caller in allowed else "refused"):
                wrong.append((method, address, caller, got))
    assert wrong == []


def _refuses_shape_first(address: str) -> bool:
    return address.endswith(("comments/", "rating/"))


def test_a_foreign_ticket_and_one_that_never_was_look_the_same(house: House, callers: dict[str, Client]) -> None:
    foreign = house.report()
    for caller in ("neighbour", "guard"):
        answers = [callers[caller].get(f"/tickets/{number}/") for number in (foreign.number, "YJW-20990101-0001")]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [
            answer.content.decode().replace(foreign.number, "").replace("YJW-20990101-0001", "") for answer in answers
        ]
        references = [body[body.index("<main") : body.index("</main")] for body in bodies]
        assert len(references[0]) == len(references[1])


def test_who_leaves_loses_access_at_once(house: House, callers: dict[str, Client]) -> None:
    assert callers["reception"].get("/queue/").status_code == 200
    house.reception.is_active = False
    house.reception.save()

    assert verdict(callers["reception"].get("/queue/")) == "sign in first"


def test_the_bar_sees_no_resident_anywhere(house: House, callers: dict[str, Client]) -> None:
    ticket = house.report()
    for address in ("/", "/me/", "/notifications/", "/queue/", f"/tickets/{ticket.number}/"):
        body = callers["bar"].get(address, follow=True).content.decode()
        assert not any(canary in body for canary in ("王建国", "8-1-1203", "0001</", "楼道照明"))
