"""The bar of a site's sales office: its tables, its checklists, and what its promises are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bar_service.roles import EVERYBODY
from portal.audit.models import APPEND_ONLY
from portal.organization.models import Site

if TYPE_CHECKING:
    from portal.organization.models import User


def in_reader_language(name: str, name_en: str) -> str:
    return name_en if name_en and (get_language() or "").startswith("en") else name


def every_day() -> list[int]:
    return list(range(7))


class BarQuerySet(models.QuerySet["Bar"]):
    def visible_to(self, user: User) -> BarQuerySet:
        everywhere, sites = user.scope.sites_as(EVERYBODY)
        here = self.filter(retired_at=None)
        return here if everywhere else here.filter(site__in=sites)


class Bar(models.Model):
    """Whoever changes something at a bar locks this row first: two tablets take turns."""

    site = models.OneToOneField(Site, models.PROTECT, related_name="bar")
    name = models.CharField(_("name"), max_length=40)
    servings_per_seat = models.PositiveSmallIntegerField(pgettext_lazy("bar", "servings kept for each seat"), default=2)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=every_day)  # on which it opens, 0 = Monday
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = BarQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class BarTable(models.Model):
    """A negotiation table 洽谈桌 or a VIP room 贵宾室."""

    class Kind(models.TextChoices):
        TABLE = "table", _("Negotiation table")
        VIP = "vip", _("VIP room")

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="tables")
    kind = models.CharField(pgettext_lazy("table", "kind"), max_length=10, choices=Kind.choices, default=Kind.TABLE)
    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("English name"), max_length=20, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    smoking = models.BooleanField(_("has an ashtray"), default=True)
    rank = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-kind", "rank", "pk")
        constraints = (
            models.UniqueConstraint(fields=["bar", "name"], name="bar_table_name_once", condition=Q(retired_at=None)),
            models.CheckConstraint(name="bar_table_has_seats", condition=Q(seats__gte=1)),
        )

    def __str__(self) -> str:
        return in_reader_language(self.name, self.name_en)

    @property
    def is_vip(self) -> bool:
        return self.kind == self.Kind.VIP


class CheckItem(models.Model):
    """A line of a checklist, or a place of the patrol."""

    class Checklist(models.TextChoices):
        OPEN = "open", _("Opening checklist")
        CLOSE = "close", _("Closing checklist")
        PATROL = "patrol", _("Patrol")

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="check_items")
    checklist = models.CharField(max_length=10, choices=Checklist.choices)
    number = models.PositiveSmallIntegerField(pgettext_lazy("checklist", "number"))
    text = models.CharField(_("text"), max_length=120)
    text_en = models.CharField(_("English text"), max_length=160, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("checklist", "number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["bar", "checklist", "number"], name="check_item_number_once", condition=Q(retired_at=None)
            ),
        )

    def __str__(self) -> str:
        return in_reader_language(self.text, self.text_en)


class Matter(models.Model):
    """What a promise of the bar is about: a party in a VIP room, a checklist, a loan, a request."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    bar = models.ForeignKey(Bar, models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)  # what people called it: a room, a hat's number, a day

    def __str__(self) -> str:
        return f"bar {self.bar_id} {self.label}"


class Act(models.Model):
    """One press at the bar, by whom and when; append-only. An undo is an act of its own."""

    bar = models.ForeignKey(Bar, models.PROTECT, related_name="acts", db_index=False)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()  # of the press
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    table = models.ForeignKey(BarTable, models.PROTECT, null=True, related_name="+", db_index=False)
    party = models.ForeignKey("bar_service.Party", models.PROTECT, null=True, related_name="acts")
    about = models.CharField(max_length=40)  # whose later acts stand in the way of an undo
    words = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        indexes = (
            # serves the day's and the month's figures, and the newest act of a person
            models.Index(fields=["bar", "at"], name="bar_act_when"),
            models.Index(fields=["bar", "about", "-id"], name="bar_act_about"),
        )
        triggers = (APPEND_ONLY,)
