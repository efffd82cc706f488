"""Canaries: a resident whose name and numbers nobody else has, looked for in everything that leaves the portal."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from bar_service.tests.bar import in_the_bar
from complaints.models import Ticket
from complaints.tests.house import MORNING, STAFF, House
from complaints.tests.test_access import PAGES, STEPS, in_the_archive, in_the_library, in_the_reports, on_a_visit
from portal.notifications import sender
from portal.notifications.models import Message
from portal.promises import sweeping
from residents import services
from residents.access import issue_token
from residents.models import ApiAccount, Relation, Residence
from residents.services import Newcomer

NAME, PHONE, CARD, PLATE = "卡纳丽", "13987650001", "990101197901202463", "粤B9CNRY"
VISITOR, APP = "13987650002", "13987650003"  # of a visitor, and of the app's account that reported
NUMBERS = (PHONE, CARD, PLATE, VISITOR, APP)
SEES_NOBODY = ("bar", "sales", "admin", "neighbour", "guard", "security_head", "gardener")
# Each with a query that would find the canary, had the caller a right to it.
SEARCHES = [
    f"{page}?q={typed}"
    for page in ("/find/", "/residents/", "/queue/", "/tickets/register/", "/cases/")
    for typed in (NAME, PHONE[-8:], VISITOR[-8:], "knl")
]


@pytest.fixture
def canary(house: House) -> Residence:
    home, by = house.homes[0].unit, house.reception
    residence = services.move_in(home.pk, Newcomer(NAME, Relation.OWNER, f"{NAME}女士", [PHONE]), by=by)
    services.set_identity(residence.resident_id, CARD, by=by)
    services.add_vehicle(home.pk, PLATE, "", by=by)
    return residence


def everything(house: House, canary: Residence, client: Client, who: str) -> list[tuple[str, str]]:
    """Every page's answer to this person: its address and its text, workbooks unpacked."""
    ticket = house.signed(MORNING, severity="important", resident=canary.resident, unit=canary.unit)
    of_visitor = house.signed(MORNING, unit=None, resident=None, visitor_name=NAME, visitor_phone=VISITOR)
    Ticket.objects.filter(pk=of_visitor.pk).update(reported_by=ApiAccount.objects.create(phone=APP))
    archive = (
        in_the_archive(house)
        | in_the_library(house)
        | on_a_visit(house, canary)
        | in_the_bar(house)
        | in_the_reports(house)
        | {"unit": canary.unit.uuid, "resident": canary.resident.uuid}
    )
    addresses = [
        address.format_map(Blanks(number=ticket.number, callback=1, **archive))
        for method, address, _allowed in PAGES.values()
        if method == "get"
    ]
    addresses += [f"/tickets/{ticket.number}/?do={slug}" for slug in STEPS]
    addresses += [of_visitor.url, f"{of_visitor.url}preview/"]
    addresses += [*SEARCHES, f"/nowhere/{who}/", "/tickets/YJW-19990101-0001/", "/queue/?after=nonsense"]
    return [(address, text_of(client.get(address))) for address in addresses]


class Blanks(dict[str, Any]):
    """Addresses of other apps may name rows that this test has no need of."""

    def __missing__(self, key: str) -> str:
        return "1"


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return f"{content.decode('utf-8', 'replace')}{dict(answer.headers)}"


@pytest.mark.parametrize("who", [*STAFF, "neighbour", "anonymous"])
def test_nobody_is_shown_what_is_not_theirs(house: House, canary: Residence, who: str) -> None:
    client = Client(raise_request_exception=False)
    if who != "anonymous":
        client.force_login(house.people[who])
    seen = everything(house, canary, client, who)
    assert who != "reception" or any(NAME in said for _address, said in seen), "the bird is not even there"
    for address, said in seen:
        assert not [number for number in NUMBERS if number in said], f"{who} {address}"
        if who in {*SEES_NOBODY, "anonymous"}:
            assert NAME not in said.replace(f"q={NAME}", "").replace(f"“{NAME}”", "").replace(f'value="{NAME}"', ""), (
                f"{who} {address}"
            )


def test_another_residents_token_opens_nothing_of_the_canarys(house: House, canary: Residence) -> None:
    ticket = house.signed(MORNING, resident=canary.resident, unit=canary.unit)
    _stored, token = issue_token("13800000002")
    api = Client(headers={"authorization": f"Bearer {token}"})
    for address in ("me/", "tickets/", "notices/", "categories/", f"tickets/{ticket.uuid}/"):
        said = text_of(api.get(f"/api/v1/{address}"))
        assert not [secret for secret in (NAME, *NUMBERS, ticket.number) if secret in said], address


def test_logs_messages_mails_and_the_queue_name_nobody(
    house: House, canary: Residence, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[Any] = []
    monkeypatch.setattr("celery.app.task.Task.apply_async", lambda *args, **named: published.append((args, named)))
    client = Client(raise_request_exception=False)
    client.force_login(house.reception)
    with caplog.at_level(logging.DEBUG):
        everything(house, canary, client, "reception")
        client.post("/residents/show/", {"what": "phone", "id": canary.resident.phones.get().pk, "reason": "ticket"})
        client.post("/residents/show/", {"what": "phone", "id": "x" * 30, "reason": PHONE})
        sweeping.sweep()
        sender.send_waiting()
    told = json.dumps(list(Message.objects.values_list("key", "kind", "params", "link")), default=str)
    sent = "".join(f"{one.subject}{one.body}{one.extra_headers}" for one in mail.outbox)
    assert Message.objects.exists()
    for secret in (NAME, *NUMBERS):
        ours = "\n".join(line.getMessage() for line in caplog.records if line.name.split(".")[0] in OUR_LOGS)
        assert secret not in ours
        assert secret not in told + sent + str(published)


OUR_LOGS = {"portal", "complaints", "residents", "django", "celery", "axes"}
