"""Finding anyone in one box, and confidential numbers that are shown one by one, on record (R2, R3)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditAction, AuditEntry
from portal.notifications.models import Message
from portal.promises import clock
from residents import integrity, services
from residents.calling import calling
from residents.finding import find_residents, find_units
from residents.models import IdentityNumber, Phone, Relation, Resident, Vehicle
from residents.services import Newcomer, weekly
from residents.services.revealing import MOST
from residents.spelling import is_abbreviated

CARD = "990101197901202463"


@pytest.fixture
def desk(house: Any) -> Client:
    client = Client()
    client.force_login(house.people["reception"])
    return client


@pytest.fixture
def newcomer(house: Any) -> Resident:
    """单雪 at the first home, whose surname reads shàn, dān or chán, with a phone, a card and a car."""
    home = house.homes[0].unit
    by = house.people["reception"]
    residence = services.move_in(home.pk, Newcomer("单雪", Relation.FAMILY, "单女士", ["13912345678"]), by=by)
    services.set_identity(residence.resident_id, CARD, by=by)
    services.add_vehicle(home.pk, "粤B9H2K7", "B2-117", by=by)
    return residence.resident


def names(text: str, house: Any, who: str = "reception") -> set[str]:
    return {found.resident.name for found in find_residents(text, house.people[who])}


@pytest.mark.parametrize("typed", ["单雪", "sx", "dx", "cx", "5678", "139 1234 5678", "9h2", "粤B9H"])
def test_anyone_is_found_by_name_initials_phone_or_plate(house: Any, newcomer: Resident, typed: str) -> None:
    assert "单雪" in names(typed, house)
    assert "单雪" not in names(typed, house, "neighbour" if "neighbour" in house.people else "bar")


@pytest.mark.parametrize("typed", ["811203", "8-1-1203", "8栋1单元1203室", "8 1 1203", "８－１－１２０３"])
def test_a_room_is_found_in_any_spelling(house: Any, typed: str) -> None:
    assert [unit.room for unit in find_units(typed, house.people["reception"])] == ["8-1-1203"]


@pytest.mark.parametrize("typed", ["", "单", "%", "__", "\x00\x00", "' or 1=1", "a" * 500, "\ud800", "((((", "0" * 60])
def test_odd_texts_find_nobody_and_break_nothing(desk: Client, newcomer: Resident, typed: str) -> None:
    safe = typed.encode("utf-8", "surrogatepass")
    for address in ("/find/", "/residents/", "/tickets/new/residents/"):
        assert desk.get(address, {"q": safe}).status_code == 200


def test_every_way_to_read_a_surname_is_known() -> None:
    assert all(is_abbreviated("单雪", typed) for typed in ("sx", "dx", "cx"))
    assert not is_abbreviated("单雪", "xs")
    assert is_abbreviated("Anna Smith", "as")


def test_who_moved_out_is_found_in_the_archive_and_no_longer_at_the_counter(house: Any, newcomer: Resident) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    services.move_out(newcomer.residences.get().pk, yesterday, by=house.people["reception"])
    assert "单雪" not in names("单雪", house)
    found = find_residents("单雪", house.people["reception"], moved_out=True)
    assert [one.resident for one in found] == [newcomer]


def test_numbers_are_masked_on_every_page_until_somebody_says_why(desk: Client, house: Any, newcomer: Resident) -> None:
    phone = newcomer.phones.get()
    for address in (
        f"/residents/units/{house.homes[0].unit.uuid}/",
        f"/residents/people/{newcomer.uuid}/",
        "/residents/?q=单雪",
        "/find/?q=单雪",
    ):
        said = desk.get(address).content.decode()
        assert "单雪" in said
        assert not re.search(f"{phone.number}|{CARD}|9H2K7", said), address

    asked = {"what": "phone", "id": phone.pk, "back": "/residents/"}
    assert desk.post("/residents/show/", {**asked, "reason": "other", "words": " "}).status_code == 422
    assert not AuditEntry.objects.filter(action=AuditAction.REVEALED).exists()

    shown = desk.post("/residents/show/", {**asked, "reason": "identify"})

    assert phone.number in shown.content.decode()
    assert shown["Refresh"].startswith("60;")
    assert "no-store" in shown["Cache-Control"]
    entry = AuditEntry.objects.get(action=AuditAction.REVEALED)
    for odd in ("/residents/\r\nX: 1", "/residents/\n", "//elsewhere.example/", "/\u2028"):
        again = desk.post("/residents/show/", {**asked, "reason": "identify", "back": odd})
        assert (again.status_code, again["Refresh"]) == (200, "60; url=/residents/")
    assert (entry.by, entry.fields, entry.reason) == (house.people["reception"], ["phone"], "identify")
    assert phone.number not in f"{entry.subject}{entry.reason}"


def test_without_its_line_in_the_record_nothing_is_shown(
    desk: Client, newcomer: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_record(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the audit is down")

    monkeypatch.setattr("residents.services.revealing.record", no_record)
    desk.raise_request_exception = False
    asked = {"what": "phone", "id": newcomer.phones.get().pk, "reason": "ticket"}
    answer = desk.post("/residents/show/", asked)
    assert answer.status_code == 500
    assert newcomer.phones.get().number not in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "what", "status"),
    [
        ("reception", "phone", 200),
        ("reception", "plate", 200),
        ("reception", "identity", 404),
        ("supervisor", "identity", 200),
        ("gm", "identity", 200),
        ("bar", "phone", 404),
        ("sales", "plate", 404),
        ("engineer", "phone", 404),
        ("admin", "phone", 404),
        ("admin", "identity", 404),
    ],
)
def test_numbers_are_shown_by_role(house: Any, newcomer: Resident, who: str, what: str, status: int) -> None:
    rows = {"phone": newcomer.phones.get, "identity": IdentityNumber.objects.get, "plate": Vehicle.objects.get}
    client = Client()
    client.force_login(house.people[who])
    answer = client.post("/residents/show/", {"what": what, "id": rows[what]().pk, "reason": "identify"})
    assert answer.status_code == status
    secrets = {"phone": "13912345678", "identity": CARD, "plate": "粤B9H2K7"}
    assert (secrets[what] in answer.content.decode()) == (status == 200)


def test_who_reads_in_bulk_is_reported_and_then_stopped(desk: Client, house: Any, newcomer: Resident) -> None:
    asked = {"what": "phone", "id": newcomer.phones.get().pk, "reason": "ticket"}
    answers = [desk.post("/residents/show/", asked).status_code for _ in range(MOST + 5)]
    assert answers == [200] * MOST + [429] * 5
    assert Message.objects.filter(kind="residents.many_reveals", recipient=house.people["supervisor"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_tabs_at_once_do_not_get_past_the_brake(
    house: Any, newcomer: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("residents.services.revealing.MOST", 5)
    phone, user = newcomer.phones.get().pk, house.people["reception"]

    def look(_n: int) -> int:
        client = Client()
        client.force_login(user)
        try:
            asked = {"what": "phone", "id": phone, "reason": "ticket"}
            return client.post("/residents/show/", asked).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as tabs:
        answers = list(tabs.map(look, range(24)))
    assert answers.count(200) == 5

    # The control: without taking turns, more of them count the same few.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_auditentry WHERE action = 'revealed'")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")
    together = Barrier(8, timeout=20)

    def counted_without_turns(by: Any, now: datetime) -> int:
        seen = AuditEntry.objects.filter(by=by, action=AuditAction.REVEALED).count()
        together.wait()  # all have counted before one of them writes
        return seen

    monkeypatch.setattr("residents.services.revealing._seen_within_the_hour", counted_without_turns)
    with ThreadPoolExecutor(8) as tabs:
        assert list(tabs.map(look, range(24))).count(200) > 5


def test_the_supervisor_gets_last_weeks_list_once(house: Any, newcomer: Resident, desk: Client) -> None:
    desk.post("/residents/show/", {"what": "phone", "id": newcomer.phones.get().pk, "reason": "visit"})
    today = timezone.localdate()
    monday = datetime.combine(today + timedelta(days=7 - today.weekday()), time(0), UTC)
    for hour in (0.5, 1, 2, 30):  # in UTC: half an hour after eight in Shanghai, and again and again
        with clock.standing_at(monday + timedelta(hours=hour)):
            weekly.tell_supervisors()
    told = Message.objects.filter(kind="residents.week_of_reveals", recipient=house.people["supervisor"])
    assert [message.params["count"] for message in told if message.channel == "in_app"][:1] == [1]
    assert told.values("key").distinct().count() == 1
    page = Client()
    page.force_login(house.people["supervisor"])
    said = page.get("/residents/shown/").content.decode()
    assert "单雪" in said
    assert "13912345678" not in said


def test_identity_numbers_move_to_a_new_key_and_open_under_it_alone(newcomer: Resident, settings: Any) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_keys", stdout=StringIO())
    settings.FIELD_KEYS = [new]
    from portal import sealing

    kept = IdentityNumber.objects.get()
    assert sealing.unseal(kept.sealed.encode()).decode() == CARD
    assert kept.fingerprint == sealing.fingerprint(CARD)


def test_nobody_is_called_at_night_or_in_their_quiet_hours(house: Any) -> None:
    site = house.site
    quiet = [{"start": "12:00", "end": "14:00"}]

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 21, hour, minute, tzinfo=site.zone)

    def opens(moment: datetime) -> datetime | None:
        return calling(moment, site.pk, site.time_zone, quiet).opens_at

    assert calling(at(9), site.pk, site.time_zone, quiet).open
    assert opens(at(8, 59)) == at(9)
    assert opens(at(12)) == at(14)
    assert calling(at(19, 59), site.pk, site.time_zone, quiet).open
    assert opens(at(20)) == at(9) + timedelta(days=1)


def test_pages_of_the_archive_cost_the_same_for_one_person_and_for_ten(
    desk: Client, house: Any, newcomer: Resident, django_assert_max_num_queries: Any
) -> None:
    home = house.homes[0].unit
    address = f"/residents/units/{home.uuid}/"
    desk.get(address)
    with django_assert_max_num_queries(15) as few:
        desk.get(address)
    for number in range(10):
        person = Newcomer(f"王{number}", Relation.FAMILY, "", [f"1391000000{number}"])
        services.move_in(home.pk, person, by=house.people["reception"])
    with django_assert_max_num_queries(len(few)):
        desk.get(address)


def test_a_second_click_adds_nobody_twice(desk: Client, house: Any) -> None:
    home = house.homes[0].unit
    typed = {"name": "赵敏", "relation": "tenant", "number": "13900001111"}
    for _ in range(2):
        assert desk.post(f"/residents/units/{home.uuid}/move-in/", typed).status_code == 302
    assert Resident.objects.filter(name="赵敏").count() == 1
    assert Phone.objects.filter(number="13900001111").count() == 1


def test_whoever_cannot_be_found_any_more_is_named_by_the_integrity_check(newcomer: Resident) -> None:
    assert list(integrity.findings()) == []
    Resident.objects.filter(pk=newcomer.pk).update(name="王雪")
    assert [str(newcomer.uuid) in found for found in integrity.findings()] == [True]


@pytest.mark.parametrize("typed", ["/", "、", "NaN", "无", "#N/A", f"{CARD}/{CARD}", "990101197901202464"])
def test_what_is_no_single_card_or_plate_is_refused_with_a_sentence(
    desk: Client, house: Any, newcomer: Resident, typed: str
) -> None:
    kept = IdentityNumber.objects.get().sealed
    assert desk.post(f"/residents/people/{newcomer.uuid}/identity/", {"number": typed}).status_code == 422
    assert IdentityNumber.objects.get().sealed == kept
    plates = f"/residents/units/{house.homes[0].unit.uuid}/vehicle/"
    assert desk.post(plates, {"plate": typed[:12], "space": ""}).status_code == 422
    assert Vehicle.objects.count() == 1
