"""What tickets are about, what is said to residents, and the day's numbers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.states import Severity


class Category(models.Model):
    """What a ticket is about, in two levels; it suggests a severity and a department."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.MINOR)
    department_code = models.CharField(_("department"), max_length=30, blank=True)
    urgent = models.BooleanField(_("urgent repair"), default=False)
    # Gas, trapped, fire, burst pipe, falling object: at least urgent or important, whoever reports it (C21).
    dangerous = models.BooleanField(_("dangerous"), default=False, db_default=False)
    kinds = models.JSONField(_("kinds"), default=list)
    rank = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("rank", "code")

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Phrase(models.Model):
    """What to say, ready to read out 礼貌用语. Tokens in braces are filled by the portal."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    text = models.TextField(_("Chinese"))
    text_en = models.TextField(_("English"))

    def __str__(self) -> str:
        return self.text_en if (get_language() or "").startswith("en") else self.text


class DayNumber(models.Model):
    """The last ticket number of a site's local day: numbers are never used twice."""

    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "day"], name="day_number_once"),)
