"""The call after a resident was told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.tickets import Ticket
from complaints.states import CALLED_BACK, CallbackOutcome, Status
from portal.organization.roles import DESK, MANAGEMENT

if TYPE_CHECKING:
    from portal.organization.models import User


class CallbackQuerySet(models.QuerySet["Callback"]):
    def visible_to(self, user: User) -> CallbackQuerySet:
        """The calls of the sites whose desk or management one is; departments make none.

        Without a subquery: a month's calls are many.
        """
        everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
        return self if everywhere else self.filter(ticket__site_id__in=sites)

    def open(self) -> CallbackQuerySet:
        return self.filter(finished_at=None)

    def told_from(self, begins: datetime, ends: datetime) -> CallbackQuerySet:
        """One for each telling of a ticket that is called back, or could have been: what the rates count.

        Not of a ticket made by mistake, nor where nobody left a name.
        """
        told = self.filter(told_at__gte=begins, told_at__lt=ends, ticket__kind__in=CALLED_BACK)
        return told.exclude(ticket__status=Status.VOID).exclude(outcome=CallbackOutcome.NOBODY)

    def of_resident_since(self, resident_id: int, midnight: datetime) -> CallbackQuerySet:
        """What that resident is still to be called about, and was called about since ``midnight``."""
        called = Q(last_tried_at__gte=midnight) & ~Q(outcome=CallbackOutcome.RATED)
        return self.filter(Q(finished_at=None) | called, ticket__resident_id=resident_id)

    def for_caller(self) -> CallbackQuerySet:
        """Who to call next, in the order in which it was promised, with everything the caller's list shows."""
        return self.select_related(
            "ticket__site",
            "ticket__unit",
            "ticket__resident",
            "ticket__category",
            "ticket__department",
            "ticket__reported_by",
        ).order_by("due_at", "pk")


class Callback(models.Model):
    """The call after a resident was told: one for each round (K1–K3), also where none was drawn."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="callbacks", db_index=False)
    round = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField()
    not_before = models.DateTimeField()  # the next try belongs to another half-day
    due_at = models.DateTimeField()
    moved = models.CharField(max_length=12, blank=True)  # call_plan.Moved: why it is not due by the plain limit
    outcome = models.CharField(max_length=12, choices=CallbackOutcome.choices, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    solved = models.BooleanField(null=True)
    remarks = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    last_tried_at = models.DateTimeField(null=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket", "round"], name="callback_once_per_round"),
            models.CheckConstraint(
                name="callback_finished_has_an_outcome",
                condition=Q(finished_at=None, outcome="") | (Q(finished_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="callback_satisfaction_from_1_to_5",
                condition=Q(satisfaction=None) | Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], name="callback_open", condition=Q(finished_at=None)),
            models.Index(fields=["told_at"], name="callback_told"),  # serves the draw and the month's rates
        )


class Goal(models.Model):
    """A share that the house wants to reach, in percent; without a site it holds for every site that has none."""

    class Code(models.TextChoices):
        REQUESTS_CALLED = "requests_called", _("Service requests called back")
        SATISFIED = "satisfied", _("Satisfied at the callback")
        IN_LIMIT = "in_limit", _("Promises kept within their limit")

    code = models.CharField(max_length=20, choices=Code.choices)
    site = models.ForeignKey("organization.Site", models.PROTECT, null=True, blank=True, related_name="+")
    percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "site"], name="goal_once_per_site", nulls_distinct=False),
            models.CheckConstraint(name="goal_is_a_share", condition=Q(percent__lte=100)),
        )
