"""Rounds, the guide at the door, and the figures that a company has set itself."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from visits.models.visits import VISITORS

if TYPE_CHECKING:
    from portal.organization.models import User


class VisitRoundQuerySet(models.QuerySet["VisitRound"]):
    def visible_to(self, user: User) -> VisitRoundQuerySet:
        everywhere, sites = user.scope.sites_as(VISITORS)
        return self if everywhere else self.filter(site_id__in=sites)


class VisitRound(models.Model):
    """A planned round 走访: some days on which homes are visited, drawn by the rule of ``planner``."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    begins_on = models.DateField(_("begins on"))
    days = models.PositiveSmallIntegerField(_("days"), default=2)
    led_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    objects = VisitRoundQuerySet.as_manager()

    class Meta:
        ordering = ("-begins_on", "-pk")
        indexes = (models.Index(fields=["site", "-begins_on"], name="round_of_site"),)
        constraints = (models.CheckConstraint(name="round_lasts_1_to_14_days", condition=Q(days__range=(1, 14))),)


class VisitGoal(models.Model):
    """A figure of the rule as data: for a site, or without one for every site."""

    class Code(models.TextChoices):
        COVERAGE = "coverage", pgettext_lazy("visit goal", "coverage of the year, %")
        ROUNDS = "rounds", pgettext_lazy("visit goal", "rounds a month")
        A_DAY = "a_day", pgettext_lazy("visit goal", "visits a person and day")
        TRIES = "tries", pgettext_lazy("visit goal", "tries in a row")
        REST_DAYS = "rest_days", pgettext_lazy("visit goal", "days of rest after them")
        DOOR_WAIT = "door_wait", pgettext_lazy("visit goal", "wait at the door, s")

    site = models.ForeignKey("organization.Site", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=12, choices=Code.choices)
    amount = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["site", "code"], name="visit_goal_once", nulls_distinct=False),
            models.CheckConstraint(
                name="visit_coverage_is_a_share", condition=~Q(code="coverage") | Q(amount__range=(1, 100))
            ),
        )


class DoorStep(models.Model):
    """One step of the guide at the door 上门指引, one a screen."""

    number = models.PositiveSmallIntegerField(unique=True)
    text = models.CharField(_("Chinese"), max_length=200)
    text_en = models.CharField(_("English"), max_length=200)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return self.text_en if (get_language() or "").startswith("en") else self.text
