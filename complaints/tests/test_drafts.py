"""What is typed is never lost: kept on the server, offered on any device, gone when its form is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from complaints import services
from complaints.models import Attachment, Callback, Ticket, TicketEvent
from complaints.states import EventKind
from complaints.tests.house import House
from portal.drafts import services as drafts
from portal.drafts.models import Draft
from portal.files.services import sweep_orphans
from portal.files.tests.photos import photo
from portal.promises import clock

WORDS = "业主说到一半 <b>&\n第二行"


def _client(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def _save(client: Client, key: str, version: int = 0, **fields: str) -> Any:
    return client.post("/me/drafts/save/", {"draft": key, "draft_version": version, **fields})


def test_a_form_closed_in_mid_sentence_is_offered_on_another_device(house: House) -> None:
    key = str(uuid4())
    first = {"description": WORDS, "room": "8-1-1203", "severity": "important", "request_key": key}
    saved = _save(_client(house), "register", **first)
    assert saved.json()["version"] == 1
    assert saved.json()["words"].startswith("草稿已保存 ")
    assert _save(_client(house), "register", 1, **first).json()["version"] == 2

    other = _client(house)
    page = other.get("/tickets/new/").content.decode()
    assert "业主说到一半 &lt;b&gt;&amp;" in page
    assert f'value="{key}"' in page
    assert 'value="important" checked' in page
    assert "的草稿" in page
    assert "业主说到一半" in other.get("/me/drafts/").content.decode()
    assert WORDS not in _client(house, "reception_b").get("/tickets/new/").content.decode()

    form = {"kind": "complaint", "channel": "counter", "category": "power3", "dispatch_now": "1"}
    assert other.post("/tickets/new/", {**first, **form}).status_code == 302
    assert not Draft.objects.exists()
    assert Ticket.objects.get().description.replace("\r", "") == WORDS
    late = _save(other, "register", 2, **first)  # the first device's tab is still open
    assert late.status_code == 409
    assert "另一个标签页" in late.json()["words"]
    assert not Draft.objects.exists()


def test_a_second_tab_is_told_and_overwrites_nothing(house: House) -> None:
    ticket = house.report()
    key = f"ticket:{ticket.number}:note"
    one, two = _client(house), _client(house)
    _save(one, key, 0, text="第一个")
    refused = _save(two, key, 0, text="第二个")
    assert refused.status_code == 409
    assert refused.json()["version"] == 1
    assert Draft.objects.get().typed()["text"] == "第一个"
    assert _save(two, key, 1, text="第二个").status_code == 200  # by its own decision


def test_every_composer_and_step_form_opens_with_its_draft(house: House) -> None:
    ticket = house.signed(clock.now())
    engineer = _client(house, "engineer")
    for slug in ("note", "progress", "wait", "resolve", "send-back"):
        assert _save(engineer, f"ticket:{ticket.number}:{slug}", text=f"未完 {slug}").status_code == 200
        assert f"未完 {slug}" in engineer.get(f"{ticket.url}?do={slug}").content.decode()
    assert engineer.get("/me/drafts/").content.decode().count("未完") == 5
    ticket.refresh_from_db()
    engineer.post(f"{ticket.url}progress/", {"text": "未完 progress, 完了", "version": ticket.version})
    assert not Draft.objects.filter(key__endswith=":progress").exists()
    assert Draft.objects.count() == 4


def test_the_remarks_of_a_call_are_kept_too(house: House) -> None:
    told = house.informed(clock.now() - timedelta(hours=3))
    callback = Callback.objects.get(ticket=told)
    caller = _client(house, "reception_b")
    _save(caller, f"callback:{callback.pk}", remarks="说到柜子")
    assert "说到柜子" in caller.get(f"/callbacks/?call={callback.pk}").content.decode()
    caller.post(
        f"/callbacks/{callback.pk}/", {"outcome": "s5", "remarks": "说到柜子", "tried": "0", "they_called": "on"}
    )
    assert not Draft.objects.exists()


def test_photos_wait_with_the_draft_and_a_retry_makes_no_second_one(house: House) -> None:
    ticket = house.report(clock.now())
    client, key, upload = _client(house), f"ticket:{ticket.number}:note", str(uuid4())
    for _ in range(2):
        answer = client.post("/me/drafts/files/", {"draft": key, "upload": upload, "file": photo("灯.jpg")})
        assert answer.status_code == 201
    facts = answer.json()
    assert _save(client, key, 0, text="见照片").status_code == 200  # the photo came first, the words go with it
    page = client.get(ticket.url).content.decode()
    assert page.count(facts["remove"]) == 2
    preview = client.get(facts["preview"])
    assert len(list(preview.streaming_content)) == 1
    assert _client(house, "reception_b").get(facts["preview"]).status_code == 404

    with clock.standing_at(clock.now() + timedelta(days=2)):
        assert sweep_orphans() == 0
    client.post(f"{ticket.url}note/", {"text": "见照片", "version": ticket.version})
    assert Attachment.objects.get().event.text == "见照片"


def test_a_bad_file_is_refused_in_words_and_a_tenth_too(house: House) -> None:
    client = _client(house)
    bad = client.post("/me/drafts/files/", {"draft": "register", "file": photo("x.jpg", b"MZ")})
    assert (bad.status_code, "此文件都不是" in bad.json()["words"]) == (400, True)
    for _ in range(9):
        assert client.post("/me/drafts/files/", {"draft": "register", "file": photo()}).status_code == 201
    assert client.post("/me/drafts/files/", {"draft": "register", "file": photo()}).status_code == 400


def test_a_file_taken_out_and_a_draft_discarded_are_gone(house: House) -> None:
    client = _client(house)
    facts = client.post("/me/drafts/files/", {"draft": "register", "file": photo()}).json()
    sent = {"draft": "register", "draft_version": "0", "description": WORDS}
    assert client.post(facts["remove"], sent)["Location"] == "/tickets/new/"  # by a plain form: its words are kept
    draft = Draft.objects.get()
    assert (draft.typed()["description"].replace("\r", ""), draft.files.count()) == (WORDS, 0)
    assert client.post("/me/drafts/discard/", {"draft": "register"})["Location"] == "/tickets/new/"
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "key", ["", "elsewhere", "register:x", "ticket:1:note", "callback:x", "ticket:../:note", "x" * 99]
)
def test_only_forms_of_ours_have_drafts(house: House, key: str) -> None:
    assert _save(_client(house), key, text="x").status_code == 404


def test_nobody_fills_the_house_with_drafts(house: House) -> None:
    client = _client(house)
    assert _save(client, "register", description="字" * 60_000).status_code == 413
    for n in range(drafts.MOST_DRAFTS + 3):
        drafts.save(house.reception, f"callback:{n + 1}", [("remarks", "x")], 0)
    assert Draft.objects.count() == drafts.MOST_DRAFTS


def test_a_draft_is_forgotten_after_thirty_days(house: House) -> None:
    _save(_client(house), "register", description=WORDS)
    with clock.standing_at(clock.now() + timedelta(days=29, hours=23)):
        assert drafts.forget_old() == 0
    with clock.standing_at(clock.now() + timedelta(days=30, hours=1)):
        assert drafts.forget_old() == 1


def test_a_session_that_ends_loses_neither_the_draft_nor_the_sent_form(house: House) -> None:
    ticket = house.report()
    key, client = f"ticket:{ticket.number}:note", _client(house)
    _save(client, key, text="之前")
    client.logout()
    assert _save(client, key, 1, text="之后").status_code == 302  # nothing of it goes through the door
    door = client.post(f"{ticket.url}note/", {"text": "之后", "draft": key, "draft_version": "1"})
    assert (door.status_code, "之后" in door.content.decode()) == (403, True)
    client.force_login(house.reception)
    assert "之前" in client.get(ticket.url).content.decode()
    client.post(f"{ticket.url}note/", {"text": "之后", "draft": key})
    assert not Draft.objects.exists()


def test_who_else_is_writing_is_said_and_what_they_write_is_not(house: House) -> None:
    ticket = house.report()
    _save(_client(house, "leader"), f"ticket:{ticket.number}:note", text="只有我看")
    desk = _client(house)
    presence = f"{ticket.url}presence/"
    assert desk.get(presence).json()["words"] == "leader正在填写"
    page = desk.get(ticket.url).content.decode()
    assert "leader正在填写" in page
    assert "只有我看" not in page
    assert _client(house, "leader").get(presence).json()["words"] == ""
    with clock.standing_at(clock.now()):
        Draft.objects.update(saved_at=clock.now() - timedelta(minutes=5))
    assert desk.get(presence).json()["words"] == ""


def test_a_stale_form_shows_both_and_keeps_what_was_typed(house: House) -> None:
    ticket = house.signed(clock.now())
    ticket.refresh_from_db()
    seen = ticket.events.latest("pk").pk
    services.note_handling(ticket.pk, "同事先写了", by=house.engineer_b)
    engineer = _client(house, "engineer")
    for slug, typed in {
        "progress": {"text": WORDS},
        "wait": {"text": WORDS},
        "resolve": {"text": WORDS},
    }.items():
        answer = engineer.post(f"{ticket.url}{slug}/", {**typed, "version": ticket.version, "seen": seen})
        body = answer.content.decode()
        assert answer.status_code == 409, slug
        assert "同事先写了" in body
        assert "业主说到一半 &lt;b&gt;&amp;" in body
    assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.NOTE).count() == 1
