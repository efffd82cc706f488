"""Policies and their versions, the shape of a timer and of its events, and the dead man's row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.audit.models import APPEND_ONLY
from portal.promises.limits import Level, Limit, Rule


class Policy(models.Model):
    """To what a set of limits applies. Blank fits all; of those that fit, the one with the highest rank counts."""

    code = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey("organization.Site", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20)
    severity = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=30, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)


class PolicyVersion(models.Model):
    """What a policy said from one moment on. A running timer keeps the version it began with."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),)
        triggers = (APPEND_ONLY,)


class PolicyTarget(models.Model):
    """One limit of a policy version. ``levels``: [{"name", "to": [roles], "percent" | "after" in seconds}] in order."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="targets")
    target = models.CharField(max_length=40)
    first_turn = models.PositiveSmallIntegerField(default=1)  # the callback's later turns have a rule of their own
    rule = models.CharField(max_length=20, choices=[(rule.value, rule.value) for rule in Rule])
    amount = models.DurationField(default=timedelta)
    calendar = models.CharField(max_length=20, default="round_the_clock")
    pausable = models.BooleanField(default=False)
    levels = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["version", "target", "first_turn"], name="policy_target_once"),
            models.CheckConstraint(name="policy_amount_is_not_negative", condition=Q(amount__gte=timedelta())),
        )
        triggers = (APPEND_ONLY,)

    def as_limit(self) -> Limit:
        levels = tuple(
            Level(
                name=level["name"],
                roles=tuple(level["to"]),
                percent=level.get("percent"),
                after=timedelta(seconds=level.get("after", 0)),
            )
            for level in self.levels
        )
        return Limit(self.target, Rule(self.rule), self.amount, self.pausable, levels)


class TimerState(models.TextChoices):
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    MET = "met", _("met")
    CANCELLED = "cancelled", _("cancelled")


T = TypeVar("T", bound="Timer")


class TimerQuerySet(models.QuerySet[T]):
    def due(self, now: datetime) -> TimerQuerySet[T]:
        """Running timers of which something is due now: a level to fire, or a deadline that has just passed."""
        return self.filter(state=TimerState.RUNNING, next_check_at__lte=now)

    def open(self) -> TimerQuerySet[T]:
        return self.filter(state__in=[TimerState.RUNNING, TimerState.PAUSED])

    def late(self, now: datetime) -> TimerQuerySet[T]:
        return self.filter(state=TimerState.RUNNING, due_at__lt=now)


class Timer(models.Model):
    """One promise as a row. An app adds the foreign key to what the promise is about."""

    target = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    term = models.PositiveSmallIntegerField(default=1)
    policy_target = models.ForeignKey(PolicyTarget, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    fixed_due_at = models.DateTimeField(null=True)  # a deadline that somebody set: the date a resident wished
    due_at = models.DateTimeField(null=True)  # null while paused without an end
    moments = ArrayField(models.DateTimeField(), default=list)  # when each level of this term is due
    state = models.CharField(max_length=10, choices=TimerState.choices, default=TimerState.RUNNING)
    paused_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)  # the deadline that passed, not the moment somebody noticed
    next_level = models.PositiveSmallIntegerField(default=0)  # the first level of this term that has not fired
    levels_fired = models.PositiveSmallIntegerField(default=0)  # the most that any term has fired
    next_check_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def warn_at(self) -> datetime | None:
        """From when on it is due soon: its first level, where that lies before the deadline."""
        if self.due_at is None:
            return None
        return min(self.moments[0], self.due_at) if self.moments else self.due_at

    @property
    def is_open(self) -> bool:
        return self.state in {TimerState.RUNNING, TimerState.PAUSED}


class TimerEventKind(models.TextChoices):
    STARTED = "started", _("started")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    MET = "met", _("met")
    BREACHED = "breached", _("breached")
    LEVEL_FIRED = "level_fired", _("level fired")
    RECOMPUTED = "recomputed", _("recomputed")
    CANCELLED = "cancelled", _("cancelled")
    UNDONE = "undone", _("undone")  # its details name the events that no longer count


class TimerEvent(models.Model):
    """What happened to a timer. An app adds ``timer``, and the constraint that a level fires once."""

    kind = models.CharField(max_length=20, choices=TimerEventKind.choices)
    at = models.DateTimeField()
    term = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10, blank=True)
    occurrence = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True)  # of a level its moment, otherwise the deadline from here on
    details = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True


def timer_constraints(subject: str) -> tuple[models.BaseConstraint, ...]:
    """What always holds of a timer table whose rows are about ``subject``."""
    return (
        models.UniqueConstraint(fields=[subject, "target", "round", "turn"], name="%(class)s_once"),
        models.CheckConstraint(
            name="%(class)s_paused_has_no_deadline",
            condition=~Q(state=TimerState.PAUSED) | Q(due_at=None, paused_at__isnull=False, next_check_at=None),
        ),
        models.CheckConstraint(
            name="%(class)s_running_has_a_deadline", condition=~Q(state=TimerState.RUNNING) | Q(due_at__isnull=False)
        ),
        models.CheckConstraint(
            name="%(class)s_due_after_start", condition=Q(due_at=None) | Q(due_at__gte=F("started_at"))
        ),
        models.CheckConstraint(
            name="%(class)s_met_has_a_moment", condition=~Q(state=TimerState.MET) | Q(met_at__isnull=False)
        ),
        models.CheckConstraint(
            name="%(class)s_is_over_without_checks",
            condition=~Q(state__in=[TimerState.MET, TimerState.CANCELLED]) | Q(next_check_at=None),
        ),
    )


def timer_indexes(subject: str) -> tuple[models.Index, ...]:
    return (
        # serves the sweep: its cost follows what is due, not what exists
        models.Index(
            fields=["next_check_at", "id"],
            name="%(class)s_due",
            condition=Q(state="running", next_check_at__isnull=False),
        ),
    )


def once_per_level() -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["timer", "term", "level", "occurrence"],
        name="%(class)s_level_once",
        condition=Q(kind=TimerEventKind.LEVEL_FIRED),
    )


class Heartbeat(models.Model):
    """When a recurring pass began and finished last, by the database's clock."""

    name = models.CharField(max_length=20, primary_key=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)


def as_json(moment: datetime | None) -> Any:
    return moment.isoformat() if moment else None
