"""(f) Finding residents: as many as there are tickets, by somebody who sees every site."""

from __future__ import annotations

from urllib.parse import quote

from bench.clients import Request
from bench.operations.stage import Bench

USER = "service-manager"


def measure(bench: Bench) -> None:
    for size in bench.sizes:
        ours = bench.ours(size)
        headers = bench.signed_in(ours, USER)
        asked = _texts(bench, size).items()
        bench.measure_each(
            size, ours, {f"find {name}": Request(f"/find/?q={quote(text)}", headers=headers) for name, text in asked}
        )


def _texts(bench: Bench, residents: int) -> dict[str, str]:
    """Of somebody in the middle of the archive what one would type."""
    ((name, phone, room),) = bench.databases.query(
        bench.databases.ours(residents),
        "SELECT r.name, p.number, u.room FROM residents_resident r JOIN residents_phone p ON p.resident_id = r.id "
        "JOIN residents_residence l ON l.resident_id = r.id JOIN residents_unit u ON u.id = l.unit_id "
        "WHERE length(r.name) = 3 ORDER BY r.id OFFSET %(middle)s LIMIT 1",
        {"middle": residents // 4},
    )
    return {
        "a name of three": name,
        "two characters in the middle": name[1:],
        "the last four of a phone": phone[-4:],
        "a room": room.replace("-", ""),
    }
