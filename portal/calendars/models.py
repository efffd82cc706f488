"""The calendars of a site as rows: weekly hours, days off, and dates with hours of their own (make-up workdays)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteCalendar(models.Model):
    """A calendar that limits may run on. Without a site it serves every site that has none of that code."""

    site = models.ForeignKey("organization.Site", models.CASCADE, null=True, blank=True, related_name="calendars")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    round_the_clock = models.BooleanField(_("round the clock"), default=False)
    keeps_holidays = models.BooleanField(_("closed on statutory holidays"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["site", "code"], name="calendar_once_per_site", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from portal.calendars.services import build

        super().clean()
        if self.pk:
            try:
                build(self, "UTC")
            except ValueError as refusal:
                raise ValidationError(_("This calendar never opens: give it some hours.")) from refusal


class WeeklyHours(models.Model):
    calendar = models.ForeignKey(SiteCalendar, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))  # 0 is Monday
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))  # 00:00 is midnight at the end of the day

    class Meta:
        ordering = ("weekday", "opens")
        constraints = (
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="weekly_hours_once"),
            models.CheckConstraint(name="weekday_is_one", condition=models.Q(weekday__lte=6)),
        )


class DateHours(models.Model):
    """Hours that replace the week and the holiday on one date; no hours at all closes it."""

    calendar = models.ForeignKey(SiteCalendar, models.CASCADE, related_name="date_hours")
    on = models.DateField(_("date"))
    opens = models.TimeField(_("from"), null=True, blank=True)
    closes = models.TimeField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=60, blank=True)

    class Meta:
        ordering = ("on", "opens")
        constraints = (
            models.UniqueConstraint(fields=["calendar", "on", "opens"], name="date_hours_once", nulls_distinct=False),
        )


class Holiday(models.Model):
    """A statutory day off, or a make-up workday 调休 (``works``), of the country's arrangement for its year."""

    on = models.DateField(_("date"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    works = models.BooleanField(_("make-up workday"), default=False)

    class Meta:
        ordering = ("on",)

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


def covered_years() -> set[int]:
    """The years whose arrangement is known; for others weekends count alone, and the calendar's page says so."""
    found: Any = Holiday.objects.values_list("on__year", flat=True).distinct().order_by()
    return set(found)
