from __future__ import annotations

from django.conf import settings
from django.db import models


class Arrival(models.Model):
    """A press that has arrived. The same key again changes nothing."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
