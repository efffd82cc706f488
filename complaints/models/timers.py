"""The promises about tickets, and what happened to them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When

from complaints.models.tickets import Ticket
from complaints.states import Target
from portal.audit.models import APPEND_ONLY
from portal.promises.models import (
    Timer,
    TimerEvent,
    TimerQuerySet,
    TimerState,
    once_per_level,
    timer_constraints,
    timer_indexes,
)

if TYPE_CHECKING:
    from portal.organization.models import User


class TicketTimerQuerySet(TimerQuerySet["TicketTimer"]):
    def visible_to(self, user: User) -> TicketTimerQuerySet:
        return self.filter(ticket__in=Ticket.objects.visible_to(user))

    def counted(self) -> TicketTimerQuerySet:
        """Without those of tickets made by mistake: no figure counts them (C24)."""
        return self.exclude(ticket__in=Ticket.objects.void())


class Outcome(IntEnum):
    """What became of a promise. A running one whose limit has passed is late before a sweep says so."""

    RUNNING = 0
    PAUSED = 1
    KEPT = 2
    KEPT_AFTER_A_CHANGE = 3  # the resolution, in time, its limit changed meanwhile: more time may have been granted
    LATE = 4
    LAPSED = 5


class TicketTimer(Timer):
    """A promise about a ticket: one row for each target, round and turn."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="timers", db_index=False)
    # The ticket's own, which never change: the figures of a month read one range of an index, and no ticket.
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    # What figures count, in ten bytes: they read this of every promise of a month.
    outcome = models.GeneratedField(
        expression=Case(
            When(breached_at__isnull=False, then=Value(Outcome.LATE.value)),
            When(
                state=TimerState.MET, target=Target.RESOLVE, term__gt=1, then=Value(Outcome.KEPT_AFTER_A_CHANGE.value)
            ),
            When(state=TimerState.MET, then=Value(Outcome.KEPT.value)),
            When(state=TimerState.PAUSED, then=Value(Outcome.PAUSED.value)),
            When(state=TimerState.CANCELLED, then=Value(Outcome.LAPSED.value)),
            default=Value(Outcome.RUNNING.value),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    took_seconds = models.GeneratedField(
        expression=Case(
            When(
                state=TimerState.MET,
                then=Func(
                    Value("epoch"),
                    F("met_at") - F("started_at"),
                    function="DATE_PART",
                    output_field=models.FloatField(),
                ),
            )
        ),
        output_field=models.FloatField(),
        db_persist=True,
    )

    objects = TicketTimerQuerySet.as_manager()

    class Meta:
        constraints = timer_constraints("ticket")
        indexes = (
            *timer_indexes("ticket"),
            models.Index(
                fields=["target", "received_at"],
                include=["outcome", "ticket", "site", "took_seconds", "due_at"],
                name="timer_kept",
            ),
            # the few of which figures have to ask whether more time was granted
            models.Index(
                fields=["received_at"], name="timer_changed", condition=Q(outcome=Outcome.KEPT_AFTER_A_CHANGE.value)
            ),
        )


class TimerStep(TimerEvent):
    """What happened to a ticket's timer; append-only, and each level of a term once."""

    timer = models.ForeignKey(TicketTimer, models.PROTECT, related_name="events")

    class Meta:
        ordering = ("pk",)
        constraints = (once_per_level(),)
        triggers = (APPEND_ONLY,)
