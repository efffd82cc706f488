"""The bar's promises and what happened to them."""

from __future__ import annotations

from django.db import models

from bar_service.models.house import Matter
from portal.audit.models import APPEND_ONLY
from portal.promises.models import (
    Timer,
    TimerEvent,
    TimerQuerySet,
    once_per_level,
    timer_constraints,
    timer_indexes,
)


class BarTimer(Timer):
    """A promise about a matter of the bar: a round is a turn of its own."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="timers", db_index=False)

    objects = TimerQuerySet.as_manager()

    class Meta:
        constraints = timer_constraints("matter")
        indexes = timer_indexes("matter")


class BarTimerStep(TimerEvent):
    timer = models.ForeignKey(BarTimer, models.PROTECT, related_name="events")

    class Meta:
        ordering = ("pk",)
        constraints = (once_per_level(),)
        triggers = (APPEND_ONLY,)
