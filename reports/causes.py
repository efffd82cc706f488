"""To whom late promises are put down: who had the ticket longest while each ran (P2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from complaints.models import TicketEvent, TicketTimer
from complaints.states import EventKind
from complaints.undone import standing
from portal.pages.houses import site_of
from reports import lost_time
from reports.lost_time import Had

MOST = 3000  # histories that one page reads; of more, those of the newest
TOLD = [*lost_time.PASSES_TO, EventKind.WAITING, EventKind.CHASED, EventKind.RESUMED, EventKind.UNDONE]


class Late(NamedTuple):
    pk: int
    ticket_id: int
    site_id: int
    received_at: datetime
    started_at: datetime
    met_at: datetime | None


def histories(ticket_ids: Collection[int]) -> dict[int, list[TicketEvent]]:
    """Of each ticket what moved it from one to another, in order and without what was undone; one statement."""
    events = TicketEvent.objects.filter(ticket__in=ticket_ids, kind__in=TOLD).only("ticket", "kind", "at", "details")
    found: dict[int, list[TicketEvent]] = {}
    for event in events.order_by("at", "pk"):
        found.setdefault(event.ticket_id, []).append(event)
    return {pk: standing(history) for pk, history in found.items()}


def causes(late: QuerySet[TicketTimer], now: datetime) -> dict[Had | None, list[int]]:
    """The newest late promises by who had each longest, the most first; two statements.

    None: nobody, the resident had been told and was to be called back.
    """
    newest = late.order_by("-received_at", "-pk").values_list(*Late._fields)[:MOST]
    return _by_cause([Late(*row) for row in newest], now)


def _by_cause(late: Iterable[Late], now: datetime) -> dict[Had | None, list[int]]:
    rows = list(late)
    of_tickets = histories({one.ticket_id for one in rows})
    found: dict[Had | None, list[int]] = {}
    for one in rows:
        until = one.met_at or now
        parts = lost_time.parts(of_tickets.get(one.ticket_id, []), one.received_at, until, site_of(one.site_id).zone)
        found.setdefault(lost_time.who_had_most(parts, one.started_at, until), []).append(one.pk)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0] or "")))
