"""Photos and documents of a ticket: the desk's with its steps, the resident's by the API, and who sees which."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from complaints.models import Attachment, Ticket
from complaints.states import EventKind
from complaints.tests.house import House, move_in
from complaints.tests.test_the_residents_api import FIRST, SECOND, Phone
from portal.drafts.models import Draft
from portal.files.models import StoredFile
from portal.files.tests.photos import PDF, photo


def _send(phone: Phone, ticket_id: str, file: Any, **headers: str) -> Any:
    return phone.client.post(f"/api/v1/tickets/{ticket_id}/attachments/", {"file": file}, headers=headers)


def _desk(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


@pytest.fixture
def phone(house: House) -> Phone:
    return Phone(FIRST)


def test_a_resident_adds_photos_and_reads_them_back(house: House, phone: Phone) -> None:
    made = phone.report()
    answer = _send(phone, made["id"], photo("楼道.jpg"))
    assert answer.status_code == 201, answer.content
    facts = answer.json()
    assert set(facts) == {"id", "name", "size", "content_type", "url"}
    assert (facts["name"], facts["content_type"]) == ("楼道.jpg", "image/jpeg")
    ticket = phone.get(f"tickets/{made['id']}/").json()
    assert ticket["attachments"] == [facts]
    assert ticket["timeline"][-1]["kind"] == "attached"

    file = phone.client.get(facts["url"])
    assert (file.status_code, file["Content-Type"]) == (200, "image/jpeg")
    assert len(b"".join(file.streaming_content)) == facts["size"]
    move_in(house.site, "8-1-1209", "13800000077", "无关的人")
    for other in (Phone(SECOND), Phone("13800000077")):
        assert other.client.get(facts["url"]).status_code == 404
    assert Client().get(facts["url"]).status_code == 401


def test_nine_are_taken_and_a_tenth_is_not_possible(phone: Phone) -> None:
    made = phone.report()
    for _ in range(8):
        assert _send(phone, made["id"], photo()).status_code == 201
    assert "attach" in phone.get(f"tickets/{made['id']}/").json()["can"]
    assert _send(phone, made["id"], photo("a.pdf", PDF)).status_code == 201
    assert "attach" not in phone.get(f"tickets/{made['id']}/").json()["can"]
    assert "attach" not in phone.get("tickets/").json()["results"][0]["can"]
    assert _send(phone, made["id"], photo()).status_code == 409


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"file": "words"}, 400),
        ({"file": b"MZ\x90"}, 400),
        ({"file": b""}, 400),
        ({"file": b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024 + 1)}, 413),
        ({"file": b"\xff\xd8\xff" + b"\0" * (12 * 1024 * 1024)}, 413),
    ],
)
def test_what_is_no_photo_is_a_problem_in_words(phone: Phone, sent: dict[str, Any], status: int) -> None:
    made = phone.report()
    body = {name: photo("a.jpg", one) if isinstance(one, bytes) else one for name, one in sent.items()}
    answer = phone.client.post(f"/api/v1/tickets/{made['id']}/attachments/", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    if status == 400:
        assert answer.json()["errors"]["file"]
    assert not Attachment.objects.exists()


def test_json_is_not_understood_there_and_a_foreign_ticket_does_not_exist(house: House, phone: Phone) -> None:
    made = phone.report()
    assert phone.post(f"tickets/{made['id']}/attachments/", {"file": "x"}).status_code == 415
    assert _send(Phone(SECOND), made["id"], photo()).status_code == 404
    assert _send(phone, str(uuid4()), photo()).status_code == 404
    phone.post(f"tickets/{made['id']}/withdraw/")
    assert _send(phone, made["id"], photo()).status_code == 409


def test_the_same_key_sends_a_photo_once_and_another_photo_never(phone: Phone) -> None:
    made = phone.report()
    first = _send(phone, made["id"], photo(), **{"Idempotency-Key": "k1"})
    again = _send(phone, made["id"], photo(), **{"Idempotency-Key": "k1"})
    large = PDF.replace(b"%%EOF", b"%" * 3_000_000 + b"\n%%EOF")  # read from the disk, not from memory
    other = _send(phone, made["id"], photo("a.pdf", large), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert Attachment.objects.count() == 1


def test_the_desks_photos_stay_inside_unless_they_go_with_an_answer(house: House, phone: Phone) -> None:
    made = phone.report()
    ticket = Ticket.objects.get()
    desk = _desk(house)
    inner = desk.post(f"{ticket.url}note/", {"text": "", "version": 1, "files": [photo("inside.jpg"), photo("b.jpg")]})
    assert inner.status_code == 302
    ticket.refresh_from_db()
    desk.post(f"{ticket.url}reply/", {"text": "已换好", "version": ticket.version, "files": photo("mended.jpg")})

    assert [one["name"] for one in phone.get(f"tickets/{made['id']}/").json()["attachments"]] == ["mended.jpg"]
    hidden = Attachment.objects.get(file__name="inside.jpg")
    assert hidden.event.kind == EventKind.INTERNAL_NOTE
    address = f"/api/v1/tickets/{made['id']}/attachments/{hidden.file.uuid}/"
    assert phone.client.get(address).status_code == 404
    page = desk.get(ticket.url).content.decode()
    assert page.count("/preview/") == 3
    assert _desk(house, "neighbour").get(f"{ticket.url}files/{hidden.file.uuid}/").status_code == 404
    file = desk.get(f"{ticket.url}files/{hidden.file.uuid}/preview/")
    assert (file["Content-Type"], file["Cache-Control"]) == ("image/webp", "private, no-store")
    assert len(list(file.streaming_content)) == 1


def test_a_photo_of_a_refused_form_waits_in_its_draft(house: House) -> None:
    ticket = house.signed()
    engineer = _desk(house, "engineer")
    answer = engineer.post(f"{ticket.url}resolve/", {"text": "", "files": photo("meter.jpg")})
    assert answer.status_code == 422
    assert "meter.jpg" in answer.content.decode()
    ticket.refresh_from_db()
    assert engineer.post(f"{ticket.url}resolve/", {"text": "换好了", "version": ticket.version}).status_code == 302
    assert Attachment.objects.get().event.kind == EventKind.RESOLVED
    assert not Draft.objects.exists()


def test_a_note_undone_with_its_photo_can_be_written_again_with_it(house: House) -> None:
    ticket = house.report()
    desk = _desk(house)
    for _ in range(2):
        desk.post(f"{ticket.url}note/", {"text": "见照片", "files": photo()})  # twice: a double click without script
    desk.post(f"{ticket.url}undo/")
    desk.post(f"{ticket.url}note/", {"text": "见照片", "files": photo()})
    assert Attachment.objects.count() == 2
    assert not Draft.objects.exists()


def test_a_bad_file_is_named_and_the_words_are_kept(house: House) -> None:
    ticket = house.report()
    answer = _desk(house).post(f"{ticket.url}note/", {"text": "很长的话", "files": photo("a.exe", b"MZ")})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "此文件都不是" in body
    assert "很长的话" in body
    assert not StoredFile.objects.exists()


def test_a_form_larger_than_all_files_together_is_refused_before_it_is_read(house: House) -> None:
    ticket = house.report()
    answer = _desk(house).post(f"{ticket.url}note/", {"text": "x"}, CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert answer.status_code == 413
    assert not ticket.events.filter(kind=EventKind.INTERNAL_NOTE).exists()


def test_photos_of_the_counter_come_with_the_ticket(house: House) -> None:
    form = {
        "request_key": str(uuid4()),
        "kind": "complaint",
        "channel": "counter",
        "room": "8-1-1203",
        "category": "power3",
        "severity": "minor",
        "description": "灯不亮",
        "dispatch_now": "1",
        "files": photo("灯.jpg"),
    }
    desk = _desk(house)
    assert desk.post("/tickets/new/", form).status_code == 302
    again = desk.post("/tickets/new/", {**form, "files": photo("灯.jpg")})  # a double click without script
    assert again.status_code == 302
    attached = Attachment.objects.get()
    assert (attached.file.name, attached.event.kind) == ("灯.jpg", EventKind.REGISTERED)
    assert Ticket.objects.count() == 1
