"""The promises about visits, and what happened to them."""

from __future__ import annotations

from django.db import models

from portal.audit.models import APPEND_ONLY
from portal.promises.models import Timer, TimerEvent, TimerQuerySet, once_per_level, timer_constraints, timer_indexes
from visits.models.visits import HomeVisit


class VisitTimer(Timer):
    """A promise about a visit: to answer who asks, to come, to book again."""

    visit = models.ForeignKey(HomeVisit, models.PROTECT, related_name="timers", db_index=False)

    objects = TimerQuerySet["VisitTimer"].as_manager()

    class Meta:
        constraints = timer_constraints("visit")
        indexes = timer_indexes("visit")


class VisitTimerStep(TimerEvent):
    timer = models.ForeignKey(VisitTimer, models.PROTECT, related_name="events")

    class Meta:
        ordering = ("pk",)
        constraints = (once_per_level(),)
        triggers = (APPEND_ONLY,)
