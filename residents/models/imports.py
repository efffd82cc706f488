"""How an owners' register comes in: the file and its course, what was wrong in it, and what it changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.organization.models import Site
from portal.organization.roles import Role

if TYPE_CHECKING:
    from portal.organization.models import User

# Who may bring a register in, and take it back: those who run the desk, and who sets the portal up.
IMPORTERS = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER, Role.ADMINISTRATOR})


class ImportState(models.TextChoices):
    WAITING = "waiting", _("waiting to be read")
    READING = "reading", _("being read")
    TRIED = "tried", _("tried, nothing written yet")
    APPROVED = "approved", _("about to go in")
    ENTERING = "entering", _("going in")
    DONE = "done", _("imported")
    UNDONE = "undone", _("taken back")
    FAILED = "failed", _("could not be read")


# What the worker takes up, again after a kill too.
UNFINISHED = (ImportState.WAITING, ImportState.READING, ImportState.APPROVED, ImportState.ENTERING)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> ImportRunQuerySet:
        everywhere, sites = user.scope.sites_as(IMPORTERS)
        return self if everywhere else self.filter(site_id__in=sites)


class ImportRun(models.Model):
    """One file on its way into the archive of one site.

    ``sealed_file`` is there until the rows are in (it holds identity numbers). ``columns``: what was understood, as
    [{"sheet", "readable", "columns": [{"header", "field": null where unknown}]}]; ``counts``: the figures of
    ``import_units``, and ``together``: rows about a home that an earlier row was about; ``rows_done`` of ``rows_total``
    is for the progress bar.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    sealed_file = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.WAITING)
    columns = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    buildings = models.JSONField(
        default=dict
    )  # what somebody said about sheets that do not name theirs: by their titles
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=30, blank=True)  # the code of why it could not be read
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (
            models.Index(fields=["made_at"], condition=models.Q(state__in=UNFINISHED), name="import_unfinished"),
        )


class ImportProblem(models.Model):
    """A row that was refused, or one that goes in without a value that could not be read. ``row`` is Excel's."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    refused = models.BooleanField()
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    room = models.CharField(max_length=30, blank=True)
    column = models.CharField(max_length=60, blank=True)
    cell = models.CharField(max_length=60, blank=True)  # what stands there, long numbers masked
    code = models.CharField(max_length=30)

    class Meta:
        ordering = ("pk",)


class ColumnMeaning(models.Model):
    """What a header of this site's files means, where the list of synonyms does not know it; "" is: not read."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    header = models.CharField(max_length=60)
    field = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "header"], name="column_meaning_once"),)


class ChangedByImport(models.Model):
    """What stood in a row that an import changed, so that the import can be taken back."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20)  # the table: unit or residence
    row_id = models.BigIntegerField()
    before = models.JSONField()
