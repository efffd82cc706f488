"""A department's note that waited on the phone for a line: it arrives once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from complaints.errors import NotYours
from complaints.models import SentLater, Ticket
from complaints.services.attaching import attach_to_step
from complaints.services.handling import note_handling
from complaints.services.telling import note_inside
from portal.files.models import StoredFile
from portal.organization.models import User
from portal.promises import clock

PROGRESS, NOTE = "progress", "note"


def has_arrived(key: UUID, *, by: User) -> bool:
    """Whether this person's note is there already. Raises NotYours for somebody else's key."""
    owner = SentLater.objects.filter(key=key).values_list("by", flat=True).first()
    if owner is not None and owner != by.pk:
        raise NotYours(_("This was written by somebody else."))
    return owner is not None


def note_sent_later(ticket: Ticket, slug: str, text: str, files: Sequence[StoredFile], *, key: UUID, by: User) -> bool:
    """Write the note down with its photos, all or nothing; False when it had arrived before.

    Raises what the step itself raises. Two at once with one key: the second waits for the first and changes nothing.
    """
    try:
        with transaction.atomic():
            SentLater.objects.create(key=key, by=by, ticket=ticket, at=clock.now())
            if slug == PROGRESS:
                note_handling(ticket.pk, text, by=by)
            else:
                note_inside(ticket.pk, text, by=by, with_files=bool(files))
            attach_to_step(ticket.pk, files, by=by)
    except IntegrityError:
        if has_arrived(key, by=by):
            return False
        raise
    return True
