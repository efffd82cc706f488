"""What a resident's app does: prove a phone, report, follow, comment, rate, withdraw."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from gunicorn.http.errors import InvalidChunkSize

from complaints import services
from complaints.models import Callback, Ticket
from complaints.states import Decision, Status
from complaints.tests.house import House, move_in
from portal.promises import clock
from residents.access import forget_old, issue_token
from residents.models import IdempotentAnswer, OneTimeCode, Residence

FIRST, SECOND, THIRD, ELSEWHERE = "13800000001", "13800000002", "13800000003", "13800000004"


class Phone:
    """A resident's app."""

    def __init__(self, number: str) -> None:
        self.number = number
        _stored, self.token = issue_token(number)
        self.client = Client(headers={"authorization": f"Bearer {self.token}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1/{path}", json.dumps(body or {}), "application/json", headers=headers)

    def report(self, description: str = "楼道灯不亮", kind: str = "complaint", **body: Any) -> dict[str, Any]:
        answer = self.post("tickets/", {"kind": kind, "description": description, **body})
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def phone(house: House) -> Phone:
    return Phone(FIRST)


def test_a_code_opens_a_token_once(house: House, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert client.post("/api/v1/auth/code/", {"phone": "138 0000 0001"}, "application/json").status_code == 202
    code = re.search(r"one-time code (\d{6}) for 138\*\*\*\*0001", capsys.readouterr().out)[1]  # type: ignore[index]
    proof = {"phone": FIRST, "code": code}

    first = client.post("/api/v1/auth/token/", proof, "application/json")
    again = client.post("/api/v1/auth/token/", proof, "application/json")

    assert first.status_code == 200
    me = client.get("/api/v1/me/", headers={"authorization": f"Bearer {first.json()['token']}"}).json()
    assert (me["phone"], [unit["room"] for unit in me["units"]]) == ("138****0001", ["8-1-1203"])
    assert again.status_code == 400


def test_wrong_burnt_expired_and_unknown_codes_get_one_and_the_same_answer(house: House, client: Client) -> None:
    def tried(phone: str, code: str = "000000") -> bytes:
        answer = client.post("/api/v1/auth/token/", {"phone": phone, "code": code}, "application/json")
        assert answer.status_code == 400
        return bytes(answer.content)

    client.post("/api/v1/auth/code/", {"phone": FIRST}, "application/json")
    client.post("/api/v1/auth/code/", {"phone": "13911112222"}, "application/json")
    answers = {tried(FIRST) for _ in range(7)} | {tried("13911112222")}
    OneTimeCode.objects.update(expires_at=timezone.now(), tries=0)
    answers.add(tried(FIRST))

    assert len(answers) == 1
    assert not OneTimeCode.objects.filter(phone="13911112222").exists()


def test_a_second_code_within_a_minute_has_to_wait(house: House, client: Client) -> None:
    answers = [client.post("/api/v1/auth/code/", {"phone": FIRST}, "application/json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 429]
    assert 0 < int(answers[1]["Retry-After"]) <= 60


def test_a_report_is_there_as_it_was_written_with_its_promise_and_what_can_be_done(phone: Phone) -> None:
    words = "  楼道灯坏了\n\t第三次报 🔧 <b>急</b> "
    answer = phone.post(
        "tickets/", {"kind": "complaint", "description": words, "category": "power3", "severity": "major"}
    )

    body = answer.json()
    assert body["description"] == words
    assert re.fullmatch(r"YJW-\d{8}-\d{4}", body["number"])
    assert (body["status"], body["can"], body["promise"]["reply_by"]) == (
        "registered",
        ["comment", "attach", "withdraw"],
        None,
    )
    assert Ticket.objects.get().severity == "minor", "a resident sets no severity"
    again = phone.get(f"tickets/{body['id']}/")
    assert again.content == answer.content
    assert answer["Location"].endswith(f"/api/v1/tickets/{body['id']}/")
    assert phone.get(f"tickets/{body['id']}/", **{"if-none-match": again["ETag"]}).status_code == 304
    assert again["ETag"].startswith('"')


class NoChunks(BytesIO):
    """What the web server raises for a body that is none."""

    def read(self, _size: int | None = -1) -> bytes:
        raise InvalidChunkSize(b"zz")


def test_a_body_in_chunks_is_read_like_any_other_and_no_further_than_it_may_go(phone: Phone) -> None:
    def send(body: bytes) -> Any:
        chunked = {
            "CONTENT_LENGTH": "",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input_terminated": True,
            "wsgi.input": BytesIO(body),
        }
        return phone.client.generic("POST", "/api/v1/tickets/", body, "application/json", **chunked)

    assert send(json.dumps({"kind": "complaint", "description": "灯不亮"}).encode()).status_code == 201
    assert send(json.dumps({"kind": "complaint", "description": "x" * 2**21}).encode()).status_code == 413
    broken = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": NoChunks()}
    assert phone.client.generic("POST", "/api/v1/tickets/", b"x", "", CONTENT_LENGTH="", **broken).status_code == 400
    assert Ticket.objects.get().description == "灯不亮"


def test_a_stale_change_is_412_and_a_fresh_one_goes_through(phone: Phone) -> None:
    ticket = phone.report()
    path = f"tickets/{ticket['id']}/"
    old = phone.get(path)["ETag"]
    phone.post(f"{path}comments/", {"text": "在家"})

    assert phone.post(f"{path}withdraw/", {}, **{"if-match": old}).status_code == 412
    assert phone.post(f"{path}withdraw/", {}, **{"if-match": phone.get(path)["ETag"]}).json()["status"] == "withdrawn"


def test_the_neighbours_ticket_and_one_that_never_was_are_the_same_404(phone: Phone, house: House) -> None:
    foreign = Phone(SECOND).report()["id"]
    absent = "00000000-0000-4000-8000-000000000000"
    for path in ("", "comments/", "rating/", "withdraw/"):
        ask = phone.get if path == "" else (lambda p: phone.post(p, {"text": "x", "satisfaction": 5, "solved": True}))
        theirs, nobodys = ask(f"tickets/{foreign}/{path}"), ask(f"tickets/{absent}/{path}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content == nobodys.content


def test_who_moved_out_sees_nothing_of_the_home_any_more(phone: Phone, house: House) -> None:
    ticket = phone.report()
    Residence.objects.filter(resident__phones__number=FIRST).update(until=timezone.localdate() - timedelta(days=1))

    assert phone.get("tickets/").json()["results"] == []
    assert phone.get(f"tickets/{ticket['id']}/").status_code == 404
    assert phone.get("me/").json()["units"] == []
    assert phone.post("tickets/", {"kind": "complaint", "description": "x"}).status_code == 403


def test_with_several_homes_one_has_to_be_named(house: House) -> None:
    move_in(house.next_door, "1-1-102", FIRST, "王建国")
    phone = Phone(FIRST)
    _here, there = phone.get("me/").json()["units"]

    unsaid = phone.post("tickets/", {"kind": "complaint", "description": "x"})
    assert (unsaid.status_code, list(unsaid.json()["errors"])) == (400, ["unit"])
    assert phone.report(unit=there["id"])["number"].startswith("RQG-")
    foreign = Phone(THIRD).get("me/").json()["units"][0]["id"]
    assert phone.post("tickets/", {"kind": "complaint", "description": "x", "unit": foreign}).status_code == 400


def test_rating_counts_as_the_callback_once_and_not_solved_reopens(phone: Phone, house: House) -> None:
    made = phone.report()
    path, ticket = f"tickets/{made['id']}/rating/", Ticket.objects.get()
    assert phone.post(path, {"satisfaction": 5, "solved": True}).status_code == 409
    services.answer_on_the_spot(ticket.pk, "已修", by=house.reception)
    services.inform_resident(ticket.pk, services.How.PHONE, "已修", by=house.reception)
    assert "rate" in phone.get(f"tickets/{made['id']}/").json()["can"]

    answer = phone.post(path, {"satisfaction": 2, "solved": False, "remarks": "还是不亮"}).json()

    assert (answer["status"], answer["round"]) == ("registered", 2)
    assert Callback.objects.get().outcome == "rated"
    assert phone.post(path, {"satisfaction": 5, "solved": True}).status_code == 409
    said = [entry["text"] for entry in answer["timeline"] if entry["kind"] == "rated"]
    assert said == ["还是不亮"]


def test_residents_read_what_was_said_to_them_and_nothing_from_inside(phone: Phone, house: House) -> None:
    made = phone.report()
    ticket = Ticket.objects.get()
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    services.note_handling(ticket.pk, "CANARY 业主脾气大", by=house.engineer)
    services.note_inside(ticket.pk, "CANARY 内部", by=house.reception)
    services.reply_to_resident(ticket.pk, "明天上午修好", by=house.reception)

    body = phone.get(f"tickets/{made['id']}/").content.decode()

    assert "明天上午修好" in body
    assert "CANARY" not in body
    assert not any(user.name in body for user in house.people.values())


def test_own_tickets_newest_first_in_pages(phone: Phone) -> None:
    numbers = [phone.report()["number"] for _ in range(5)][::-1]

    first = phone.get("tickets/?page_size=3").json()
    second = phone.client.get(first["next"]).json()

    assert [row["number"] for row in first["results"] + second["results"]] == numbers
    assert "timeline" not in first["results"][0]
    assert phone.get("tickets/?status=closed").json()["results"] == []


# --- the same request again -------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_bytes_and_one_ticket(phone: Phone) -> None:
    body = {"kind": "complaint", "description": "电梯异响"}
    first = phone.post("tickets/", body, **{"idempotency-key": "k1"})
    again = phone.post("tickets/", dict(reversed(body.items())), **{"idempotency-key": "k1"})

    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert not first.has_header("Idempotent-Replayed")
    assert Ticket.objects.count() == 1
    other = phone.post("tickets/", {**body, "place": "3号楼"}, **{"idempotency-key": "k1"})
    assert other.status_code == 422


def test_a_key_is_ones_own_and_a_refused_request_frees_it(phone: Phone, house: House) -> None:
    key = {"idempotency-key": "k1"}
    assert phone.post("tickets/", {"kind": "complaint"}, **key).status_code == 400
    assert phone.post("tickets/", {"kind": "complaint", "description": "x"}, **key).status_code == 201
    assert Phone(SECOND).post("tickets/", {"kind": "complaint", "description": "x"}, **key).status_code == 201
    assert (
        phone.post("tickets/", {"kind": "complaint", "description": "x"}, **{"idempotency-key": "键"}).status_code
        == 400
    )


def test_a_kept_answer_and_a_code_are_forgotten_after_their_day(phone: Phone, client: Client) -> None:
    phone.post("tickets/", {"kind": "complaint", "description": "x"}, **{"idempotency-key": "k1"})
    client.post("/api/v1/auth/code/", {"phone": SECOND}, "application/json")

    forget_old()
    assert (IdempotentAnswer.objects.count(), OneTimeCode.objects.count()) == (1, 1)
    with clock.standing_at(timezone.now() + timedelta(hours=25)):
        forget_old()
    assert (IdempotentAnswer.objects.count(), OneTimeCode.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_twenty_at_once_with_one_key_make_one_ticket(
    protected: bool, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    """With its control: without the key's lock and row there are more."""
    House.build()
    phone = Phone(FIRST)
    if not protected:
        monkeypatch.setattr("residents.api.idempotency._take", lambda _scope: None)
        monkeypatch.setattr("residents.api.idempotency._keep", lambda *_kept: None)

    def send(_n: int) -> int:
        try:
            client = Phone.__new__(Phone)
            client.client = Client(headers={"authorization": f"Bearer {phone.token}"})
            answer = client.post("tickets/", {"kind": "complaint", "description": "x"}, **{"idempotency-key": "k"})
            return int(answer.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))

    assert set(answers) <= {201, 409}
    assert (Ticket.objects.count() == 1) is protected


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_a_report_costs_at_most_ten_statements_also_with_key_and_hand_up(phone: Phone) -> None:
    body = {"kind": "complaint", "description": "电梯困人", "category": "lift1"}
    phone.post("tickets/", body)  # what a process remembers is warm

    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert phone.post("tickets/", body, **{"idempotency-key": "k"}).status_code == 201

    counted = [s["sql"] for s in statements if not s["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(counted) <= 10, "\n".join(counted)


# --- a day as residents write it --------------------------------------------------------------------------------------


@pytest.fixture
def a_days_reports() -> list[dict[str, Any]]:
    from pathlib import Path

    lines = (Path(__file__).parent / "day.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.mark.django_db(transaction=True)
def test_a_days_reports_sent_by_everybody_at_once_are_there_once_and_as_written(
    transactional_db: None, a_days_reports: list[dict[str, Any]]
) -> None:
    house = House.build()
    there = set(Residence.objects.values_list("resident__phones__number", flat=True))
    for place, number in enumerate(sorted({report["phone"] for report in a_days_reports} - there)):
        move_in(house.site, f"9-1-{place + 101}", number, "住户")

    def send_all(number: str) -> list[tuple[int, dict[str, Any]]]:
        try:
            phone = Phone(number)
            unit = phone.get("me/").json()["units"][0]["id"]
            sent = []
            for n, report in enumerate(a_days_reports):
                if report["phone"] == number:
                    body = {"unit": unit} | {
                        name: value for name, value in report.items() if name not in {"at", "phone"}
                    }
                    answer = phone.post("tickets/", body, **{"idempotency-key": f"day-{n}"})
                    sent.append((answer.status_code, answer.json()))
            return sent
        finally:
            connections.close_all()

    numbers = sorted({report["phone"] for report in a_days_reports})
    for _again in range(2):
        with ThreadPoolExecutor(8) as pool:
            answers = [answer for sent in pool.map(send_all, numbers) for answer in sent]
        assert [status for status, _body in answers] == [201] * 120
        assert Ticket.objects.count() == 120

    assert sorted(Ticket.objects.values_list("description", flat=True)) == sorted(
        r["description"] for r in a_days_reports
    )
    assert len(numbers) == 54
    for ticket in Ticket.objects.prefetch_related("timers"):
        targets = {timer.target for timer in ticket.timers.all()}
        assert ticket.status == Status.REGISTERED
        assert targets == (set() if ticket.kind == "praise" else {"dispatch", "resolve"})
    from portal import integrity

    assert list(integrity.findings()) == []


def test_more_time_and_promises_are_read_and_what_was_refused_is_not(house: House, phone: Phone) -> None:
    reported = phone.report("漏水")
    ticket = Ticket.objects.get(number=reported["number"])
    now = clock.now()
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    for decision, by in ((Decision.REFUSED, house.manager), (Decision.GRANTED, house.manager)):
        services.ask_for_overtime(ticket.pk, now + timedelta(days=6), "等配件", by=house.engineering_head)
        services.decide_overtime(ticket.pk, decision, "内部意见", by=by)
    services.promise_resident(ticket.pk, "四点给您电话", now + timedelta(hours=2), by=house.reception)

    seen = phone.get(f"tickets/{reported['id']}/").json()

    texts = {entry["kind"]: entry["text"] for entry in seen["timeline"]}
    assert [entry["kind"] for entry in seen["timeline"]].count("overtime_decided") == 1
    assert texts["promised"] == "四点给您电话"
    assert "内部意见" not in str(seen)
    assert datetime.fromisoformat(seen["promise"]["resolve_by"]) == now + timedelta(days=6)
