"""What people hand in: photos and documents, checked and made anew before they are kept."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """One file, whoever refers to it. ``path`` and ``preview`` are random names in the storage, never the sender's."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()  # bytes
    content_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True)
    preview = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField(db_index=True)  # serves the hourly look for what nobody refers to
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @property
    def is_image(self) -> bool:
        return bool(self.preview)
