"""The same operations as django-helpdesk does them; each is empty where the peer is left out or the size is beyond it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence

from bench.clients import Request
from bench.comparing import Contender
from bench.operations.stage import Bench, as_json
from bench.peer.environment import run
from bench.peer.filling import USER
from bench.saying import say

MOST_TICKETS = 100_000  # its list takes seconds there
Asked = dict[str, tuple[Contender, Sequence[Request]]]


def queue(bench: Bench, size: int) -> Asked:
    """Fifty open tickets by due date: the page, then the rows that its script asks for."""
    return _asked(bench, size, lambda headers: [_list(headers, "")])


def ticket(bench: Bench, size: int) -> Asked:
    return _asked(bench, size, lambda headers: [Request(f"/tickets/{n}/", headers=headers) for n in range(2, 42, 2)])


def create(bench: Bench, size: int) -> Asked:
    return _asked(bench, size, lambda headers: [_report(headers)])


def search(bench: Bench) -> None:
    """Tickets by a part of an e-mail address, at each size."""
    for size in bench.sizes:
        asked = _asked(bench, size, lambda headers, size=size: [_list(headers, f"resident{size // 2}@")])
        if asked:
            bench.measure("search by text", size, asked, profile=False)


def escalate(bench: Bench) -> None:
    """``escalate_tickets``, beside the sweep of as many timers."""
    if bench.options.without_peer:
        return
    size = max(size for size in (*bench.sizes, 10_000) if size <= MOST_TICKETS)
    env = bench.databases.env(bench.peer_database(size))
    for due, words in ((1_000, "sweep, 1k due"), (10_000, "sweep, 10k due")):
        if due == 1_000 or (bench.pace.rounds > 1 and size > due):
            found = json.loads(run(bench.state, env, "bench.peer.escalating", str(due)))
            rate = found["escalated"] / found["seconds"]
            say(f"{words}, django-helpdesk: {rate:.0f}/s")
            bench.report.note(words, bench.sizes[-1], "peer", {"per_second": rate, **found})


def _asked(bench: Bench, size: int, requests: Callable[[dict[str, str]], Sequence[Request]]) -> Asked:
    if bench.options.without_peer or size > MOST_TICKETS:
        return {}
    peer = bench.peer(size)
    return {"peer": (peer, requests(bench.signed_in(peer, USER)))}


def _list(headers: dict[str, str], text: str) -> Request:
    query = {
        "filtering": {"status__in": [1, 2]},
        "filtering_null": {},
        "sorting": "due_date",
        "sortreverse": False,
        "search_string": text,
    }
    packed = b64encode(json.dumps(query).encode()).decode()
    rows = Request(f"/datatables_ticket_list/{packed}?draw=1&start=0&length=50", headers=headers)
    return Request("/tickets/?sort=due_date&status=1&status=2", headers=headers, then=rows) if not text else rows


def _report(headers: dict[str, str]) -> Request:
    token = headers["Cookie"].split("csrftoken=", 1)[1].split(";", 1)[0]
    body = as_json(
        queue=1, title="Ceiling light", description="客厅顶灯不亮", submitter_email="a@example.com", priority=3
    )
    sent = headers | {"Content-Type": "application/json", "X-CSRFToken": token}
    return Request("/api/tickets/", "POST", sent, body, status=201)
