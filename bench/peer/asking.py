"""What is asked of the peer where the portal is asked the same; empty where the peer is left out."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from bench.clients import Request
from bench.comparing import Contender
from bench.peer import PASSWORD, SEARCHED, TOKEN, USER

if TYPE_CHECKING:
    from bench.operations.stage import Bench

Asked = dict[str, tuple[Contender, list[Request]]]

OPEN = [1, 2]  # the status of open tickets and of those that were opened again
ROWS = 50


def shell(bench: Bench, size: int) -> Asked:
    """The page of the queue as it comes first, without its rows."""
    return _get(bench, size, "/helpdesk/tickets/?status=1&status=2&sort=due_date")


def rows(bench: Bench, size: int, *, text: str = "") -> Asked:
    """What the page of the queue then asks for: fifty open tickets by due date."""
    wanted = {"filtering": {"status__in": OPEN}, "filtering_null": {}, "sorting": "due_date", "search_string": text}
    query = quote(b64encode(json.dumps(wanted).encode()).decode(), safe="")
    return _get(bench, size, f"/helpdesk/datatables_ticket_list/{query}?draw=1&start=0&length={ROWS}")


def search(bench: Bench, size: int) -> Asked:
    """The same for a part of somebody's e-mail address."""
    return rows(bench, size, text=SEARCHED)


def ticket(bench: Bench, size: int, *, sample: int) -> Asked:
    return _get(bench, size, *(f"/helpdesk/tickets/{n * 10}/" for n in range(1, sample)))


def create(bench: Bench, size: int, description: str) -> Asked:
    peer = bench.peer(size)
    if peer is None:
        return {}
    body = {
        "queue": 1,
        "title": description,
        "description": description,
        "submitter_email": "resident1@example.com",
        "priority": 3,
    }
    headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
    raw = json.dumps(body, ensure_ascii=False).encode()
    return {"peer": (peer, [Request("/helpdesk/api/tickets/", "POST", headers, raw, status=201)])}


def _get(bench: Bench, size: int, *paths: str) -> Asked:
    peer = bench.peer(size)
    if peer is None:
        return {}
    headers = bench.signed_in(peer, USER, PASSWORD, "/helpdesk/login/")
    return {"peer": (peer, [Request(path, headers=headers) for path in paths])}
