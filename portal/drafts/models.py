"""What somebody has typed and not sent: one row for each person and form, seen by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

if TYPE_CHECKING:
    from portal.organization.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        return self.filter(user=user)

    def about(self, prefix: str) -> DraftQuerySet:
        """Drafts of the forms whose keys begin so: whose they are may be told, what stands in them may not."""
        return self.filter(key__startswith=prefix)

    def with_files(self) -> DraftQuerySet:
        """Each with what its page shows of its files, as ``held``; in the same statement."""
        facts = JSONObject(uuid="file__uuid", name="file__name", size="file__size", preview="file__preview")
        of_draft = DraftFile.objects.filter(draft=OuterRef("pk")).order_by("pk")
        return self.annotate(held=ArraySubquery(of_draft.values(json=facts)))


class Draft(models.Model):
    """``fields``: [[name, value]] as sent. ``version`` grows with every save; a file alone has 0."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=80)
    fields = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(db_index=True)  # serves the hourly look for what is forgotten

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="draft_once"),)
        # serves a ticket's page: who is writing there
        indexes = (models.Index(OpClass(F("key"), "varchar_pattern_ops"), name="draft_about"),)

    def typed(self) -> dict[str, str]:
        """The last value of each field."""
        return {str(name): str(value) for name, value in self.fields}


class DraftFile(models.Model):
    """A file that waits for its form to be sent. ``upload`` is the browser's own id: a retry makes no second one."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, related_name="+")
    upload = models.UUIDField()

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["draft", "upload"], name="draft_upload_once"),)
