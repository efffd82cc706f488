"""A ticket that is an incident 突发事件: to whom it was reported, and what was written about it (C16)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.models.tickets import Ticket
from complaints.states import Severity

if TYPE_CHECKING:
    from portal.organization.models import User


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> IncidentQuerySet:
        return self.filter(ticket__in=Ticket.objects.visible_to(user)).exclude(ticket__in=Ticket.objects.void())


class Incident(models.Model):
    """What happened, from when its limits run, and what became of them."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="incident")
    what = models.TextField()
    severity = models.CharField(max_length=10, choices=Severity.choices)
    happened_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    reported_to = models.CharField(max_length=200, blank=True)
    reported_to_group = models.CharField(max_length=200, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    cause = models.TextField(blank=True)
    course = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    losses = models.TextField(blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="incident_reported_to_somebody", condition=Q(reported_at=None) | ~Q(reported_to="")
            ),
            models.CheckConstraint(
                name="major_incident_reported_to_the_group",
                condition=Q(reported_at=None) | ~Q(severity=Severity.MAJOR) | ~Q(reported_to_group=""),
            ),
            models.CheckConstraint(
                name="incident_report_has_words", condition=Q(written_at=None) | (~Q(cause="") & ~Q(course=""))
            ),
        )
        indexes = (models.Index(fields=["-noticed_at"], name="incident_newest"),)

    @property
    def began_at(self) -> datetime:
        """From when the limits run: the happening, if unknown the noticing."""
        return self.happened_at or self.noticed_at

    @property
    def is_major(self) -> bool:
        return self.severity == Severity.MAJOR
