"""Photos and documents of a ticket: the desk's come with a step or a note, the resident's one by one (C19)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, TransitionNotAllowed
from complaints.models import Attachment, TicketEvent
from complaints.services.change import changing
from complaints.states import OVER, EventKind
from portal.files.models import StoredFile
from portal.organization.models import User
from portal.organization.roles import Role
from residents.models import ApiAccount

MOST_OF_RESIDENTS = 9  # that residents see, of one ticket


def attach_to_step(
    ticket_id: int,
    files: Sequence[StoredFile],
    *,
    by: User,
    for_resident: bool = False,
    kind: EventKind | None = None,
) -> None:
    """The files of a form, with the entry that its step has just written; within the caller's transaction.

    ``kind`` names the entry where the step may have been taken before. A form sent twice without script brings its
    files twice: what the entry has already is left out.
    """
    if not files:
        return
    mine = TicketEvent.objects.filter(ticket=ticket_id, by=by)
    # A step may write several entries at one moment: its files belong to the first, which is the step itself.
    event = mine.filter(kind=kind).latest("pk") if kind else mine.filter(at=mine.latest("pk").at).earliest("pk")
    there = set(event.attachments.values_list("file__sha256", flat=True))
    Attachment.objects.bulk_create(
        Attachment(ticket_id=ticket_id, event=event, file=file, for_resident=for_resident)
        for file in files
        if file.sha256 not in there
    )


@transaction.atomic
def attach_as_resident(ticket_id: int, file: StoredFile, *, resident: ApiAccount) -> Attachment:
    """A photo or document from the resident. Raises TransitionNotAllowed once it is over, NotPossible for a tenth."""
    with changing(ticket_id, resident=resident) as change:
        ticket = change.ticket
        if ticket.status in OVER:
            raise TransitionNotAllowed(_("%(number)s is over.") % {"number": ticket.number}, ticket)
        if ticket.attachments.filter(for_resident=True).count() >= MOST_OF_RESIDENTS:
            raise NotPossible(
                _("A ticket takes at most %(count)d photos and documents.") % {"count": MOST_OF_RESIDENTS}, ticket
            )
        change.note(EventKind.ATTACHED)
        change.tell([Role.RECEPTIONIST], "attached")
    return Attachment.objects.create(ticket=ticket, event=change.events[-1], file=file, for_resident=True)
