"""The day's opening and closing, the goods handed over, what salespeople ask for, and enquiries (B2, B7, B8)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bar_service.models.house import Bar, BarTable, CheckItem, Matter
from portal.audit.models import APPEND_ONLY

USER = settings.AUTH_USER_MODEL


class Run(models.Model):
    """A checklist of one day. The opening's is the day's opening, the closing's its close."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="runs", db_index=False)
    day = models.DateField()
    checklist = models.CharField(max_length=10, choices=CheckItem.Checklist.choices)
    ticked = ArrayField(models.PositiveIntegerField(), default=list)  # ids of the lines that are done
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    matter = models.OneToOneField(Matter, models.PROTECT, related_name="run")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bar", "day", "checklist"], name="one_checklist_a_day"),)


class GoodsHandover(models.Model):
    """What was counted in person, signed by the attendant and the night guard; append-only."""

    run = models.OneToOneField(Run, models.PROTECT, related_name="handover")
    counted = models.JSONField()  # [[what, how many, of which unit]] as it stood
    remarks = models.CharField(max_length=300, blank=True)
    attendant = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    guard = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(name="handover_has_two_people", condition=~Q(attendant=F("guard"))),)
        triggers = (APPEND_ONLY,)


class SalesRequestQuerySet(models.QuerySet["SalesRequest"]):
    def waiting(self) -> SalesRequestQuerySet:
        return self.filter(ready_at=None, withdrawn_at=None)


class SalesRequest(models.Model):
    """What a salesperson asks for from the phone: a party of four, two hats size L, in ten minutes."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="requests")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    wanted_at = models.DateTimeField()
    size = models.PositiveSmallIntegerField(default=0)
    vip = models.BooleanField(default=False)
    hats = models.PositiveSmallIntegerField(default=0)
    hat_size = models.CharField(max_length=6, blank=True)
    boots = models.PositiveSmallIntegerField(default=0)
    boots_size = models.CharField(max_length=6, blank=True)
    note = models.CharField(max_length=200, blank=True)
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)
    matter = models.OneToOneField(Matter, models.PROTECT, related_name="request")

    objects = SalesRequestQuerySet.as_manager()

    class Meta:
        ordering = ("wanted_at", "pk")


class Enquiry(models.Model):
    """A question at the bar: answered, or passed to sales."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="enquiries")
    table = models.ForeignKey(BarTable, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=300)
    answer = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    passed_to = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
