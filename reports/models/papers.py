"""A report from the day it is planned to its editions, each frozen for good."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from portal.audit.models import APPEND_ONLY
from portal.organization.roles import LEADERSHIP
from portal.promises.models import Timer, TimerEvent, TimerQuerySet, once_per_level, timer_constraints, timer_indexes
from reports.papers.kinds import FORMS, Form, PaperKind
from reports.periods import Period, period

if TYPE_CHECKING:
    from portal.organization.models import User


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """Those of the sites whose leaders one is among: a report shows all departments side by side."""
        everywhere, sites = user.scope.sites_as(LEADERSHIP)
        return self if everywhere else self.filter(site_id__in=sites)


class Report(models.Model):
    """One kind of report of one site and one period. Figures and texts are those of the paper in hand, if any."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("report", "Planned")
        DRAFT = "draft", pgettext_lazy("report", "Draft")
        PREPARED = "prepared", pgettext_lazy("report", "To review")
        REVIEWED = "reviewed", pgettext_lazy("report", "To approve")
        ISSUED = "issued", pgettext_lazy("report", "Frozen")

    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=PaperKind.choices)
    period_code = models.CharField(max_length=10)
    number = models.CharField(max_length=30, unique=True)
    first = models.DateField()
    makes_at = models.DateTimeField()  # from then on the clock counts it
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)

    # the paper in hand, until it is issued
    figures = models.TextField(blank=True)  # reports.papers.document, as JSON
    counted_at = models.DateTimeField(null=True)
    texts = models.JSONField(default=dict, blank=True)
    signed = models.JSONField(default=list, blank=True)  # [{"step", "user", "name", "at"}]
    reason = models.CharField(max_length=300, blank=True)  # why there is another edition

    published_edition = models.PositiveSmallIntegerField(null=True)  # to the owners
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["site", "kind", "first"], name="report_once"),
            models.CheckConstraint(
                name="report_in_hand_has_figures",
                condition=Q(status__in=["planned", "issued"], figures="") | ~Q(figures=""),
            ),
            models.CheckConstraint(
                name="report_published_as_an_edition",
                condition=Q(published_at=None, published_edition=None) | Q(published_edition__isnull=False),
            ),
        )
        indexes = (models.Index(fields=["makes_at"], name="report_to_make", condition=Q(status="planned")),)

    def __str__(self) -> str:
        return self.number

    @property
    def url(self) -> str:
        return f"/reports/{self.number}/"

    @property
    def rounds(self) -> int:
        """How often it has been promised to be issued: once, and again for each correction begun."""
        return self.events.filter(kind=ReportEvent.Kind.CORRECTION).count() + 1

    @property
    def form(self) -> Form:
        return FORMS[PaperKind(self.kind)]

    @property
    def period(self) -> Period:
        return period(self.period_code, ZoneInfo(self.site.time_zone))


class Edition(models.Model):
    """An issued report: its bytes, their hash, who issued it and when. It is never changed and never taken away."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["report", "number"], name="edition_once"),)
        triggers = (APPEND_ONLY,)


class ReportEvent(models.Model):
    """One thing that was done to a report. It stays."""

    class Kind(models.TextChoices):
        MADE = "made", pgettext_lazy("report", "Counted by the clock")
        COUNTED = "counted", pgettext_lazy("report", "Counted again")
        SIGNED = "signed", pgettext_lazy("report", "Signed")
        SENT_BACK = "sent_back", pgettext_lazy("report", "Sent back")
        ISSUED = "issued", pgettext_lazy("report", "Issued")
        CORRECTION = "correction", pgettext_lazy("report", "Correction begun")
        DROPPED = "dropped", pgettext_lazy("report", "Correction dropped")
        PUBLISHED = "published", pgettext_lazy("report", "Published to the owners")

    report = models.ForeignKey(Report, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("pk",)
        triggers = (APPEND_ONLY,)


class ReportTimer(Timer):
    """A promise about a report: to be counted at its time, to be issued in time."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="timers", db_index=False)

    objects = TimerQuerySet["ReportTimer"].as_manager()

    class Meta:
        constraints = timer_constraints("report")
        indexes = timer_indexes("report")


class ReportTimerStep(TimerEvent):
    timer = models.ForeignKey(ReportTimer, models.PROTECT, related_name="events")

    class Meta:
        ordering = ("pk",)
        constraints = (once_per_level(),)
        triggers = (APPEND_ONLY,)
