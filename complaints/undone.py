"""Which entries of a ticket's history still count: an undone one stays readable and means nothing any more."""

from __future__ import annotations

from collections.abc import Iterable

from complaints.models import TicketEvent
from complaints.states import EventKind


def undone_ids(events: Iterable[TicketEvent]) -> set[int]:
    return {pk for event in events if event.kind == EventKind.UNDONE for pk in event.details["undone"]}


def standing(events: Iterable[TicketEvent]) -> list[TicketEvent]:
    """Those that count, without the undoing itself."""
    found = list(events)
    gone = undone_ids(found)
    return [event for event in found if event.pk not in gone and event.kind != EventKind.UNDONE]
