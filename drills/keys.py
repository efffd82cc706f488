"""C1: one POST with one Idempotency-Key, again in every way that an app repeats it, at the live web server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from itertools import count as numbers

from django.db import connection

from complaints.models import Ticket
from drills import counting, wounds
from drills.at_once import at_once
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Answer, Resident

AT_ONCE = 20
BODY = {"kind": "complaint", "description": "电梯异响"}
_key = numbers(1)


def run(machine: Machine, options: Options) -> list[Outcome]:
    times = options.times or 20
    machine.fresh("keys")
    web = machine.start_web()
    outcomes = []
    for what, repeat in REPEATS.items():
        outcome = Outcome("C1", f"one key: {what}")
        for _ in range(times):
            outcome.times += 1
            before = Ticket.objects.count()
            faults, expected = repeat(machine, f"drill-{next(_key)}")
            made = Ticket.objects.count() - before
            outcome.lost += max(0, expected - made)
            outcome.double += max(0, made - expected)
            outcome.faults = sorted({*outcome.faults, *faults})
        outcome.add(counting.count_after_a_sweep())
        say(f"  {outcome.what}: {outcome.times} times")
        outcomes.append(outcome.done())
    web.stop()
    machine.start_web(bend=wounds.without_idempotency)
    before = Ticket.objects.count()
    _twenty_at_once(machine, "control")
    outcomes[-1].control = Ticket.objects.count() - before > 1
    return outcomes


Repeat = Callable[[Machine, str], tuple[list[str], int]]


def _again(machine: Machine, key: str) -> tuple[list[str], int]:
    phone = Resident(machine.port)
    first, *repeats = [phone.post("tickets/", BODY, Idempotency_Key=key) for _ in range(3)]
    same = all((r.status, r.body) == (201, first.body) for r in repeats)
    marked = all(r.headers.get("idempotent-replayed") == "true" for r in repeats)
    return _unless(same and marked, "a repeat was not the same bytes"), 1


def _another(machine: Machine, key: str) -> tuple[list[str], int]:
    """Another body is 422; another user and another path are no repeats."""
    phone, neighbour = Resident(machine.port), Resident(machine.port, "13800000002")
    made = phone.post("tickets/", BODY, Idempotency_Key=key)
    statuses = [
        phone.post("tickets/", {**BODY, "place": "3号楼"}, Idempotency_Key=key).status,
        neighbour.post("tickets/", BODY, Idempotency_Key=key).status,
        phone.post(f"tickets/{made.json['id']}/comments/", {"text": "在家"}, Idempotency_Key=key).status,
    ]
    return _unless(statuses == [422, 201, 201], f"another body, user, path: {statuses}"), 2


def _after_a_refusal(machine: Machine, key: str) -> tuple[list[str], int]:
    phone = Resident(machine.port)
    statuses = [phone.post("tickets/", body, Idempotency_Key=key).status for body in ({"kind": "complaint"}, BODY)]
    return _unless(statuses == [400, 201], f"after a refusal: {statuses}"), 1


def _after_a_day(machine: Machine, key: str) -> tuple[list[str], int]:
    """Just within the day it is the same answer, after it a new report."""
    phone = Resident(machine.port)
    first = phone.post("tickets/", BODY, Idempotency_Key=key)
    _make_older("23 hours 59 minutes")
    within = phone.post("tickets/", BODY, Idempotency_Key=key)
    _make_older("1 minute")
    after = phone.post("tickets/", BODY, Idempotency_Key=key)
    right = (within.body, after.status, after.body == first.body) == (first.body, 201, False)
    return _unless(right, "a key is kept for a day and no longer"), 2


def _make_older(by: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE residents_idempotentanswer SET made_at = made_at - %s::interval", [by])


def _after_a_crash(machine: Machine, key: str) -> tuple[list[str], int]:
    """The app hears nothing, because its connection broke or the server died; it sends the same again."""
    phone = Resident(machine.port)
    line = http.client.HTTPConnection("127.0.0.1", machine.port, timeout=10)
    sent = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json", "Idempotency-Key": key}
    line.request("POST", "/api/v1/tickets/", json.dumps(BODY), sent)
    line.close()
    machine.kill_a_web_worker()
    answer = _until_settled(phone, key)
    return _unless(answer.status == 201, f"after a crash: {answer.status}"), 1


def _until_settled(phone: Resident, key: str) -> Answer:
    """As an app does it: again while the first is running, and while the server is away."""
    found: list[Answer] = []

    def settled() -> bool:
        try:
            found.append(phone.post("tickets/", BODY, Idempotency_Key=key))
        except (OSError, http.client.HTTPException):
            return False
        return found[-1].status != 409

    until(settled, "an answer that settles it")
    return found[-1]


def _twenty_at_once(machine: Machine, key: str) -> tuple[list[str], int]:
    phones = [Resident(machine.port) for _ in range(AT_ONCE)]
    answers = at_once(*(lambda p=phone: p.post("tickets/", BODY, Idempotency_Key=key) for phone in phones))
    statuses = {answer.status if isinstance(answer, Answer) else repr(answer) for answer in answers}
    bodies = {answer.body for answer in answers if isinstance(answer, Answer) and answer.status == 201}
    return _unless(statuses <= {201, 409} and len(bodies) == 1, f"at once: {statuses}"), 1


def _unless(held: bool, words: str) -> list[str]:
    return [] if held else [words]


REPEATS: dict[str, Repeat] = {
    "first, repeat, repeat": _again,
    "with another body, by another user, at another path": _another,
    "after a refusal": _after_a_refusal,
    "within and after 24 hours": _after_a_day,
    "after a crash": _after_a_crash,
    f"{AT_ONCE} at once": _twenty_at_once,
}
