"""What has to add up about the archive, beyond what the database itself refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.promises import clock
from residents import rooms
from residents.models import ImportRun, Resident, Unit
from residents.models.imports import UNFINISHED
from residents.spelling import search_pairs, search_text

BATCH = 2000
STUCK_AFTER = timedelta(hours=1)


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    for resident in Resident.objects.prefetch_related("phones").iterator(BATCH):
        words = search_text(resident.name, (phone.number for phone in resident.phones.all()))
        # The order of the numbers is no matter.
        if sorted(words.split()) != sorted(resident.search_text.split()):
            yield f"resident {resident.uuid} is not found by what they are called and dialled"
        elif resident.search_pairs != search_pairs(resident.name):
            yield f"resident {resident.uuid} is not found by two characters of the name"
    yield from homes_of_one_room()
    stuck = ImportRun.objects.filter(state__in=UNFINISHED, made_at__lt=clock.now() - STUCK_AFTER)
    for uuid, state in stuck.values_list("uuid", "state"):
        yield f"import {uuid} has been {state} for more than an hour"


def homes_of_one_room() -> Iterator[str]:
    """Homes that are kept apart and are one, part by part (3栋 and 3, 0101 and 101); homes that hang elsewhere."""
    known: dict[tuple[int, str], str] = {}
    columns = ("uuid", "site_id", "room", "number", "entrance__building__code", "entrance__code")
    for uuid, site, room, number, building, entrance in Unit.objects.values_list(*columns).iterator(BATCH):
        if room != str(rooms.Room(building, entrance, number)):
            yield f"unit {uuid} ({room}) hangs under building {building or '-'}, entrance {entrance or '-'}"
        same = known.setdefault((site, _one_spelling(room)), room)
        if same != room:
            yield f"units {same} and {room} of site {site} are one room"


def _one_spelling(room: str) -> str:
    try:
        parts = rooms.parts_of(room)
    except rooms.Unclear:
        return room
    return str(rooms.Room(parts.building or parts.lead, parts.entrance, parts.number))
