"""A visit, who goes, who called, and what happened."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.audit.models import APPEND_ONLY
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT
from visits.planner import Band
from visits.states import AHEAD, OPEN, OVER, CallOutcome, EventKind, How, Kind, Status, Target

if TYPE_CHECKING:
    from portal.organization.models import User

VISITORS = DESK | MANAGEMENT  # who arranges visits and sees all of a site; others see those that they are on


class HomeVisitQuerySet(models.QuerySet["HomeVisit"]):
    def visible_to(self, user: User) -> HomeVisitQuerySet:
        """Those of the sites at whose desk one works or which one manages; a department's people: what they go to."""
        everywhere, sites = user.scope.sites_as(VISITORS)
        if everywhere:
            return self
        seen = Q(site_id__in=sites)
        if user.scope.holds(DEPARTMENT):
            seen |= Q(pk__in=Assignment.objects.filter(user=user, released_at=None).values("visit"))
        return self.filter(seen)

    def of_resident(self, phone: str) -> HomeVisitQuerySet:
        """What this phone asked for, and where its owner was visited, in homes to which it still belongs."""
        from django.utils import timezone

        from residents.models import Residence

        homes = Residence.objects.current(timezone.localdate()).of_phone(phone)
        theirs = Q(asked_by__phone=phone) | Q(resident__in=homes.values("resident"))
        return self.filter(theirs, unit__in=homes.values("unit"))

    def open(self) -> HomeVisitQuerySet:
        return self.filter(status__in=OPEN)

    def of_day(self, on: date, zone: tzinfo) -> HomeVisitQuerySet:
        """Planned or agreed for that day and still open, or made on it: the day's route, and the figure of it."""
        midnight = datetime.combine(on, time(), tzinfo=zone)
        made = Q(started_at__gte=midnight, started_at__lt=midnight + timedelta(days=1))
        return self.filter(Q(planned_on=on, status__in=OPEN) | made)

    def missed(self, today: date, now: datetime) -> HomeVisitQuerySet:
        """Agreed and not gone to, nobody home and not booked again, or planned for a day that has passed."""
        from visits.models.timers import VisitTimer

        late = VisitTimer.objects.late(now).filter(visit=OuterRef("pk"), target__in=[Target.COME, Target.REBOOK])
        return self.filter(
            Q(Exists(late)) | Q(planned_on__lt=today) | Q(follows__status=Status.NOBODY_HOME, starts_at=None),
            status__in=AHEAD - {Status.ASKED},
        )

    def with_people(self) -> HomeVisitQuerySet:
        """Each with its home, whom one meets there, who goes and the calls: what a line shows, in three statements."""
        return self.select_related("unit__entrance__building", "resident", "ticket").prefetch_related(
            models.Prefetch("assignments", Assignment.objects.select_related("user").order_by("pk")),
            models.Prefetch("calls", CallRecord.objects.order_by("pk")),
        )


class HomeVisit(models.Model):
    """One going to one home. Booked again it is another row that ``follows`` this one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("residents.Unit", models.PROTECT, related_name="home_visits", db_index=False)
    resident = models.ForeignKey("residents.Resident", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.PLANNED)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PLANNED)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    round = models.ForeignKey("visits.VisitRound", models.PROTECT, null=True, related_name="visits")
    ticket = models.ForeignKey("complaints.Ticket", models.PROTECT, null=True, related_name="+")
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")
    attempt = models.PositiveSmallIntegerField(default=1)  # the third is by phone before anybody goes
    planned_on = models.DateField(null=True)
    band = models.CharField(max_length=10, choices=[(band.value, band.value) for band in Band], blank=True)
    starts_at = models.DateTimeField(null=True)  # the agreed time
    minutes = models.PositiveSmallIntegerField(default=30)
    asked_by = models.ForeignKey("residents.ApiAccount", models.PROTECT, null=True, related_name="+")
    preferred_times = models.JSONField(default=list)  # [{"start", "end"}] of who asks through the app
    started_at = models.DateTimeField(null=True)
    uncalled_reason = models.CharField(max_length=300, blank=True)
    knocks = models.PositiveSmallIntegerField(default=0)
    knocked_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    alone_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    remarks = models.TextField(blank=True)
    note_left = models.BooleanField(default=False)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (
            models.Index(fields=["site", "starts_at"], name="visit_by_agreed_time"),
            models.Index(fields=["site", "planned_on"], name="visit_by_planned_day"),
            models.Index(fields=["site", "ended_at"], name="visit_archive"),
            models.Index(fields=["unit", "-ended_at"], name="visit_of_unit"),
            # A new round looks at what is open; the day's page at what was missed.
            models.Index(fields=["site", "status"], condition=Q(status__in=OPEN), name="visit_open"),
        )
        constraints = (
            models.CheckConstraint(
                name="visit_appointed_has_a_time", condition=~Q(status=Status.APPOINTED) | Q(starts_at__isnull=False)
            ),
            models.CheckConstraint(
                name="visit_over_has_an_end", condition=~Q(status__in=OVER) | Q(ended_at__isnull=False)
            ),
            models.CheckConstraint(
                name="visit_is_started_by_call_or_reason",
                condition=Q(started_at=None) | Q(starts_at__isnull=False) | ~Q(uncalled_reason=""),
            ),
            models.CheckConstraint(
                name="visit_satisfaction_is_1_to_5", condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5))
            ),
            # A home is asked for once at a time by the rounds; two rounds at once cannot both draw it.
            models.UniqueConstraint(
                fields=["unit"],
                name="visit_planned_once_per_unit",
                condition=Q(kind=Kind.PLANNED, status__in=OPEN),
            ),
        )

    def __str__(self) -> str:
        return f"visit {self.uuid}"

    @property
    def url(self) -> str:
        return f"/visits/{self.uuid}/"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_ahead(self) -> bool:
        return self.status in AHEAD

    @property
    def who(self) -> str:
        return self.resident.name if self.resident else ""

    @property
    def going(self) -> list[User]:
        """Who goes, or went; of the rows that were read along."""
        rows = list(self.assignments.all())
        kept = [row for row in rows if row.released_at is None] or [row for row in rows if row.went]
        return [row.user for row in kept]

    def local(self, zone: ZoneInfo) -> datetime | None:
        return self.starts_at.astimezone(zone) if self.starts_at else None


class Assignment(models.Model):
    """That somebody goes to a visit. While a time is agreed it is theirs: ``during`` meets no other of them."""

    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    during = DateTimeRangeField(null=True)
    released_at = models.DateTimeField(null=True)  # the visit is over, or somebody else goes
    went = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["visit", "user"], name="assigned_once", condition=Q(released_at__isnull=True)
            ),
            # What no page and no service can get round: nobody is in two homes at once (V6).
            ExclusionConstraint(
                name="nobody_is_booked_twice",
                expressions=[("user", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(released_at__isnull=True),
            ),
        )


class CallRecord(models.Model):
    """Who called when, and what came of it (V2)."""

    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    how = models.CharField(max_length=12, choices=How.choices, default=How.PHONE)
    outcome = models.CharField(max_length=10, choices=CallOutcome.choices)
    agreed_at = models.DateTimeField(null=True)
    remarks = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                name="call_that_agrees_names_a_time",
                condition=~Q(outcome=CallOutcome.AGREED) | Q(agreed_at__isnull=False),
            ),
        )
        triggers = (APPEND_ONLY,)


class VisitEvent(models.Model):
    """One thing that happened to a visit: ``at`` as it was pressed, ``noted_at`` as it arrived. It stays."""

    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    at = models.DateTimeField()
    noted_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(name="visit_event_is_noted_after_it", condition=Q(noted_at__gte=F("at"))),
        )
        triggers = (APPEND_ONLY,)
