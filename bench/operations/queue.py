"""(b) The queue page: the first, the last, and narrowed by each of its filters."""

from __future__ import annotations

from urllib.parse import quote

from bench.clients import Request
from bench.operations.stage import Bench
from bench.peer import asking

SITE = "(SELECT id FROM organization_site WHERE code = 'YJW')"
OPEN = "status NOT IN ('closed', 'withdrawn', 'merged')"
LAST_PAGE = 51


def measure(bench: Bench) -> None:
    for size in bench.sizes:
        ours, floor = bench.ours(size), bench.floor(size)
        headers = bench.signed_in(ours)
        for name, mark, floor_mark, peer in (
            ("queue, first page", "", "", asking.rows(bench, size)),
            ("queue, last page", "&after=" + last_mark(bench, size), "?after=" + last_floor_mark(bench, size), {}),
        ):
            bench.measure(
                name,
                size,
                {
                    "floor": (floor, [Request(f"/queue/{floor_mark}")]),
                    "ours": (ours, [Request(f"/queue/?tab=all{mark}", headers=headers)]),
                    **peer,
                },
                profile=True,
            )
        zipped = Request("/queue/?tab=all", headers=headers | {"Accept-Encoding": "gzip"})
        bench.measure("queue, first page, compressed", size, {"ours": (ours, [zipped])}, profile=False)
        if shell := asking.shell(bench, size):  # the rows come by a second request, measured above
            bench.measure("queue shell", size, shell, profile=False)


def measure_filters(bench: Bench) -> None:
    for size in bench.sizes:
        ours = bench.ours(size)
        headers = bench.signed_in(ours)
        asked = {name: Request(f"/queue/?{query}", headers=headers) for name, query in filters(bench, size).items()}
        bench.measure_each(size, ours, {f"queue by {name}": request for name, request in asked.items()})
        if peer := asking.search(bench, size):
            found = {"ours": (ours, [asked["text: name"]]), **peer}
            bench.measure("queue by text", size, found, profile=False)


def filters(bench: Bench, size: int) -> dict[str, str]:
    """One filter each, with a value that somebody would choose."""
    name = bench.databases.ours(size)
    ((department,),) = bench.databases.query(
        name,
        "SELECT department_id FROM complaints_ticket WHERE department_id IS NOT NULL AND "
        f"site_id = {SITE} GROUP BY 1 ORDER BY count(*) LIMIT 1",
    )
    ((number, room, who),) = bench.databases.query(
        name,
        "SELECT t.number, u.room, r.name FROM complaints_ticket t JOIN residents_unit u ON u.id = t.unit_id "
        "JOIN residents_resident r ON r.id = t.resident_id "
        f"WHERE t.site_id = {SITE} AND t.{OPEN} ORDER BY t.id DESC LIMIT 1",
    )
    tabs = ("mine", "to_dispatch", "to_sign", "to_acknowledge", "in_progress", "to_inform", "to_call_back", "overtime")
    return {
        **{f"tab {tab}": f"tab={tab}" for tab in tabs},
        "severity major": "tab=all&severity=major",
        "department": f"tab=all&department={department}",
        "late": "tab=all&late=over",
        "text: number": f"tab=all&q={number}",
        "text: room": f"tab=all&q={room}",
        "text: name": f"tab=all&q={quote(who)}",
        "text: nobody": f"tab=all&q={quote('龘龘')}",
    }


def last_mark(bench: Bench, size: int) -> str:
    """Where the last whole page of the site begins."""
    ((moment, pk),) = bench.databases.query(
        bench.databases.ours(size),
        f"SELECT (extract(epoch FROM queue_at) * 1000000)::bigint, id FROM complaints_ticket WHERE site_id = {SITE} "
        f"AND {OPEN} ORDER BY queue_at DESC, id DESC OFFSET {LAST_PAGE - 1} LIMIT 1",
    )
    return f"{moment}-{pk}"


def last_floor_mark(bench: Bench, size: int) -> str:
    ((moment,),) = bench.databases.query(
        bench.databases.floor(size),
        "SELECT next_deadline FROM floor_ticket WHERE site_id = 1 AND status <> 'closed' "
        f"ORDER BY next_deadline DESC, id DESC OFFSET {LAST_PAGE - 1} LIMIT 1",
    )
    return quote(moment.isoformat())
