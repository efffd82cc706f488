"""A department's note that waited on the phone for a line: it arrives once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from complaints.models import Ticket
from complaints.services.attaching import attach_to_step
from complaints.services.handling import note_handling
from complaints.services.telling import note_inside
from portal.arrivals.services import once
from portal.files.models import StoredFile
from portal.organization.models import User

PROGRESS, NOTE = "progress", "note"


@transaction.atomic
def note_sent_later(
    ticket: Ticket, slug: str, text: str, files: Sequence[StoredFile], *, key: UUID | None, by: User
) -> None:
    """Write the note down with its photos, all or nothing, once. Raises what the step itself raises, and NotTaken."""
    if not once(key, by=by):
        return
    if slug == PROGRESS:
        note_handling(ticket.pk, text, by=by)
    else:
        note_inside(ticket.pk, text, by=by, with_files=bool(files))
    attach_to_step(ticket.pk, files, by=by)
