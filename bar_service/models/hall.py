"""Parties at tables and what they drink (B3, B4, B6)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bar_service.models.house import Bar, BarTable, Matter
from bar_service.models.stock import Product

USER = settings.AUTH_USER_MODEL


class PartyQuerySet(models.QuerySet["Party"]):
    def at_tables(self) -> PartyQuerySet:
        """Those who sit, or left and were not cleared yet."""
        return self.filter(cleared_at=None, withdrawn_at=None)

    def standing(self) -> PartyQuerySet:
        return self.filter(withdrawn_at=None)


class Party(models.Model):
    """People who sit down together, with the last moment of each attention."""

    class NoDrinks(models.TextChoices):
        LEAVING = "leaving", _("They leave at once")
        WAVED_OFF = "waved_off", _("The salesperson waves off")
        DECLINED = "declined", _("They want none")

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="parties", db_index=False)
    table = models.ForeignKey(BarTable, models.PROTECT, related_name="parties")
    size = models.PositiveSmallIntegerField()
    brought_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    greeted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    seated_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    no_drinks = models.CharField(max_length=10, choices=NoDrinks.choices, blank=True)
    poured_at = models.DateTimeField(null=True)  # served or refilled last
    refills = models.PositiveSmallIntegerField(default=0)
    ashtray_at = models.DateTimeField(null=True)
    round_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    matter = models.OneToOneField(Matter, models.PROTECT, null=True, related_name="party")

    objects = PartyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["table"], name="one_party_at_a_table", condition=Q(cleared_at=None, withdrawn_at=None)
            ),
            models.CheckConstraint(name="party_has_people", condition=Q(size__gte=1)),
            models.CheckConstraint(
                name="party_left_after_it_sat", condition=Q(left_at=None) | Q(left_at__gte=F("seated_at"))
            ),
            models.CheckConstraint(
                name="party_cleared_once_it_left", condition=Q(cleared_at=None) | Q(left_at__isnull=False)
            ),
        )
        indexes = (models.Index(fields=["bar", "seated_at"], name="party_when"),)

    @property
    def attended_at(self) -> Any:
        """The last attention of any kind."""
        return max(moment for moment in self._attentions if moment is not None)

    @property
    def _attentions(self) -> tuple[Any, ...]:
        return (self.seated_at, self.offered_at, self.poured_at, self.ashtray_at, self.round_at)


class DrinkOrder(models.Model):
    """So many of one drink, for one party: placed, then served or cancelled."""

    class Status(models.TextChoices):
        PLACED = "placed", _("placed")
        SERVED = "served", _("served")
        CANCELLED = "cancelled", _("cancelled")

    party = models.ForeignKey(Party, models.PROTECT, related_name="orders")
    product = models.ForeignKey(Product, models.PROTECT, related_name="orders", db_index=False)
    quantity = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLACED)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    served_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("placed_at", "pk")
        constraints = (
            models.CheckConstraint(name="drink_order_of_something", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="drink_order_served_has_a_moment",
                condition=Q(status="served", served_at__isnull=False) | (~Q(status="served") & Q(served_at=None)),
            ),
        )
        indexes = (models.Index(fields=["placed_at"], name="drink_order_when"),)
