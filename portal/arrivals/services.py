"""A press counts once, however often it is sent, and with the moment at which it was made."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from portal.arrivals.models import Arrival
from portal.organization.models import User
from portal.promises import clock


class NotTaken(Exception):
    """A press that will never be taken: its writer is told why. ``status`` is that of the answer."""

    def __init__(self, user_message: str, status: int) -> None:
        super().__init__(user_message)
        self.user_message = user_message
        self.status = status


def has_arrived(key: UUID, *, by: User) -> bool:
    """Whether this person's press is there already. Raises NotTaken for somebody else's key."""
    owner = Arrival.objects.filter(key=key).values_list("by", flat=True).first()
    if owner is not None and owner != by.pk:
        raise somebody_elses()
    return owner is not None


def once(key: UUID | None, *, by: User) -> bool:
    """True for the first arrival of this key, and where there is none; False where the work is done already.

    To be asked first inside the transaction of the work: a refusal then leaves the key free, and of two at once the
    second waits here for the first. Raises NotTaken for somebody else's key.
    """
    if key is None:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO arrivals_arrival (key, by_id, at) VALUES (%s, %s, %s) ON CONFLICT (key) DO NOTHING",
            [key, by.pk, clock.now()],
        )
        first = cursor.rowcount == 1
    return first or not has_arrived(key, by=by)


def somebody_elses() -> NotTaken:
    return NotTaken(_("This was written by somebody else."), 403)
