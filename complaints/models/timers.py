"""The promises about tickets, and what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from complaints.models.tickets import Ticket
from portal.audit.models import APPEND_ONLY
from portal.promises.models import (
    Timer,
    TimerEvent,
    TimerQuerySet,
    once_per_level,
    timer_constraints,
    timer_indexes,
)

if TYPE_CHECKING:
    from portal.organization.models import User


class TicketTimerQuerySet(TimerQuerySet["TicketTimer"]):
    def visible_to(self, user: User) -> TicketTimerQuerySet:
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class TicketTimer(Timer):
    """A promise about a ticket: one row for each target, round and turn."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="timers", db_index=False)
    # The ticket's own, which never change: the figures of a month read one range of an index, and no ticket.
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()

    objects = TicketTimerQuerySet.as_manager()

    class Meta:
        constraints = timer_constraints("ticket")
        indexes = (
            *timer_indexes("ticket"),
            models.Index(
                fields=["target", "received_at"],
                include=["ticket", "site", "round", "state", "started_at", "due_at", "met_at", "breached_at"],
                name="timer_kept",
            ),
        )


class TimerStep(TimerEvent):
    """What happened to a ticket's timer; append-only, and each level of a term once."""

    timer = models.ForeignKey(TicketTimer, models.PROTECT, related_name="events")

    class Meta:
        ordering = ("pk",)
        constraints = (once_per_level(),)
        triggers = (APPEND_ONLY,)
