"""What has to add up about the archive, beyond what the database itself refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from portal.promises import clock
from residents.models import ImportRun, Resident
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
    stuck = ImportRun.objects.filter(state__in=UNFINISHED, made_at__lt=clock.now() - STUCK_AFTER)
    for uuid, state in stuck.values_list("uuid", "state"):
        yield f"import {uuid} has been {state} for more than an hour"
