"""What happened to a ticket: entries that stay, their photos, and how the last step is taken back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from complaints.models.tickets import Ticket
from complaints.states import EventKind
from portal.audit.models import APPEND_ONLY


class TicketEvent(models.Model):
    """One thing that happened to a ticket, by whom and when. Cannot be edited or deleted (C20)."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    by_resident = models.ForeignKey("residents.ApiAccount", models.PROTECT, null=True, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["ticket", "at", "id"], name="ticket_event_history"),)
        triggers = (APPEND_ONLY,)

    @property
    def message_key(self) -> str:
        """Of the outbox's rows that tell of it; once it is written."""
        return f"ticketevent:{self.pk}"


class Attachment(models.Model):
    """A photo or document of a ticket, with the entry of its history that it came with."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attachments")
    event = models.ForeignKey(TicketEvent, models.PROTECT, related_name="attachments")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, related_name="+")
    for_resident = models.BooleanField(default=False)  # of the desk: inside the house unless it said otherwise

    class Meta:
        ordering = ("pk",)


class LastStep(models.Model):
    """How a ticket stood before its last step that can be undone, while nobody has acted on it since.

    ``before``: what the step changed of the ticket, its timers and its callback, and what it wrote (services/undoing).
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="last_step")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField()  # of the ticket after the step: any other means that somebody acted
    events = ArrayField(models.BigIntegerField())
    before = models.JSONField()
