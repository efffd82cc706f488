"""The figures of months, counted each night, for a time longer than a quarter; every row can be counted again."""

from __future__ import annotations

from django.db import models


class MonthCounted(models.Model):
    """A month of reception and when its figures were counted last."""

    month = models.DateField(unique=True)  # its first day
    counted_at = models.DateTimeField(null=True)


class MonthFigures(models.Model):
    """What was promised about the tickets of one month, and how it was kept; a row for each of the combinations."""

    month = models.DateField()
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    target = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    department = models.ForeignKey(
        "organization.Department", models.PROTECT, null=True, related_name="+", db_index=False
    )
    category = models.ForeignKey("complaints.Category", models.PROTECT, null=True, related_name="+", db_index=False)
    shift = models.CharField(max_length=10)
    all = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    kept_at_first = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    running = models.PositiveIntegerField()

    class Meta:
        indexes = (
            models.Index(
                fields=["month", "target"],
                include=["site", "department", "all", "kept", "kept_at_first", "late", "running"],
                name="month_figures",
            ),
        )
