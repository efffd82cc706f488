"""Hard hats 安全帽 and rain boots 雨鞋, lent by name (B5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bar_service.models.hall import Party
from bar_service.models.house import Bar, Matter

USER = settings.AUTH_USER_MODEL


class Gear(models.Model):
    class Kind(models.TextChoices):
        HAT = "hat", _("Hard hat")
        BOOTS = "boots", _("Rain boots")

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("gear", "ready")
        DIRTY = "dirty", pgettext_lazy("gear", "to clean")
        DAMAGED = "damaged", pgettext_lazy("gear", "damaged")
        LOST = "lost", pgettext_lazy("gear", "lost")

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="gear")
    kind = models.CharField(pgettext_lazy("gear", "kind"), max_length=10, choices=Kind.choices)
    size = models.CharField(_("size"), max_length=6)
    number = models.CharField(_("number"), max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-kind", "number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["bar", "kind", "number"], name="gear_number_once", condition=Q(retired_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class LoanQuerySet(models.QuerySet["Loan"]):
    def out(self) -> LoanQuerySet:
        return self.filter(back_at=None, withdrawn_at=None)


class Loan(models.Model):
    """A hat or a pair of boots that is out. The name may follow; without one the bar does not close."""

    gear = models.ForeignKey(Gear, models.PROTECT, related_name="loans")
    to = models.CharField(max_length=40, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+", db_index=False)
    lent_at = models.DateTimeField()
    lent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    back_at = models.DateTimeField(null=True)
    back_as = models.CharField(max_length=10, choices=Gear.State.choices, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    matter = models.OneToOneField(Matter, models.PROTECT, null=True, related_name="loan")

    objects = LoanQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["gear"], name="one_open_loan_of_an_item", condition=Q(back_at=None, withdrawn_at=None)
            ),
        )
        indexes = (models.Index(fields=["lent_at"], name="loan_when"),)
