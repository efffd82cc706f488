"""What the bar has, as movements, and what a drink is made of (B1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bar_service.models.house import Bar, in_reader_language
from portal.audit.models import APPEND_ONLY


class StockItem(models.Model):
    """Something on the shelf, counted in one unit."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="stock_items")
    name = models.CharField(_("name"), max_length=30)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=10)
    unit_en = models.CharField(_("unit in English"), max_length=12, blank=True)
    is_cup = models.BooleanField(_("cup or dish: as many as servings, comes back"), default=False)
    rank = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("rank", "pk")
        constraints = (
            models.UniqueConstraint(fields=["bar", "name"], name="stock_item_name_once", condition=Q(retired_at=None)),
        )

    def __str__(self) -> str:
        return in_reader_language(self.name, self.name_en)

    @property
    def unit_words(self) -> str:
        return in_reader_language(self.unit, self.unit_en)


class Product(models.Model):
    """A drink or snack by name, with its recipe card."""

    class Kind(models.TextChoices):
        DRINK = "drink", _("Drink")
        SNACK = "snack", _("Snack")

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="products")
    kind = models.CharField(pgettext_lazy("product", "kind"), max_length=10, choices=Kind.choices, default=Kind.DRINK)
    name = models.CharField(_("name"), max_length=30)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    method = models.TextField(_("how it is made"), max_length=500, blank=True)
    method_en = models.TextField(_("how it is made, in English"), max_length=700, blank=True)
    rank = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("rank", "pk")
        constraints = (
            models.UniqueConstraint(fields=["bar", "name"], name="product_name_once", condition=Q(retired_at=None)),
        )

    def __str__(self) -> str:
        return in_reader_language(self.name, self.name_en)

    @property
    def method_words(self) -> str:
        return in_reader_language(self.method, self.method_en)


class RecipeLine(models.Model):
    """What one serving uses."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="recipe")
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["product", "item"], name="recipe_line_once"),
            models.CheckConstraint(name="recipe_line_uses_something", condition=Q(amount__gte=1)),
        )


class Lot(models.Model):
    """What came in together and expires together. ``left`` is the balance; the database keeps it from going below 0."""

    item = models.ForeignKey(StockItem, models.PROTECT, related_name="lots")
    came_at = models.DateTimeField()
    expires_on = models.DateField(null=True)
    left = models.IntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(name="lot_is_never_below_zero", condition=Q(left__gte=0)),)
        # serves the balance and what is used first
        indexes = (
            models.Index(fields=["item", "expires_on", "id"], name="lot_with_something", condition=Q(left__gt=0)),
        )


class Movement(models.Model):
    """A change of a lot; append-only. Their sum is what is left."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", pgettext_lazy("stock", "bought in")
        SERVE = "serve", pgettext_lazy("stock", "served")
        WASTE = "waste", pgettext_lazy("stock", "thrown away")
        COUNT = "count", pgettext_lazy("stock", "counted")

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.IntegerField()
    at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(
        "bar_service.DrinkOrder", models.PROTECT, null=True, related_name="movements", db_index=False
    )
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, related_name="taken_back_by")
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(name="movement_moves_something", condition=~Q(amount=0)),)
        indexes = (
            models.Index(fields=["at"], name="movement_when"),
            models.Index(fields=["order"], name="movement_of_order", condition=Q(order__isnull=False)),
        )
        triggers = (APPEND_ONLY,)
