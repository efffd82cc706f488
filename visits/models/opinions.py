"""What was heard: opinions and suggestions by topic, each a ticket where somebody made it one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from visits.models.visits import HomeVisit


class Opinion(models.Model):
    """Its topic is a category of the tickets, so that both are counted in the same words."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="opinions")
    topic = models.ForeignKey("complaints.Category", models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("opinion"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    ticket = models.OneToOneField("complaints.Ticket", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["at"], name="opinion_by_moment"),)
