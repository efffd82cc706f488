"""What a phone without a line kept and sent later: each once, by the key that the phone gave it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from complaints.models.tickets import Ticket


class SentLater(models.Model):
    """A note that has arrived. The same key again writes nothing."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
