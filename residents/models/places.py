"""Where people live: buildings down to units, and what staff must know about a unit."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from portal.organization.roles import DESK, MANAGEMENT

if TYPE_CHECKING:
    from portal.organization.models import User


class Building(models.Model):
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="buildings")
    code = models.CharField(_("building"), max_length=20)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "code"], name="building_once_per_site"),)


class Entrance(models.Model):
    building = models.ForeignKey(Building, models.PROTECT, related_name="entrances")
    code = models.CharField(_("entrance"), max_length=20, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["building", "code"], name="entrance_once_per_building"),)


class UnitStatus(models.TextChoices):
    UNSOLD = "unsold", _("unsold")
    VACANT = "vacant", _("vacant")
    NOT_COLLECTED = "not_collected", _("not collected")
    HANDED_OVER = "handed_over", _("handed over")
    OCCUPIED = "occupied", _("occupied")
    RENOVATING = "renovating", _("under renovation")
    SHOP = "shop", _("shop")
    SHOW_FLAT = "show_flat", _("show flat")
    SET_OFF = "set_off", _("set off against building costs")
    LENT_OUT = "lent_out", _("lent to the builders")


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: User) -> UnitQuerySet:
        """The units of the sites at whose desk this person works, or which they manage."""
        everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
        return self if everywhere else self.filter(site_id__in=sites)


class Unit(models.Model):
    """A home or shop 户. It is the one with this number in this entrance of this building, part by part.

    ``room`` is how people write the three, ``digits`` a key to look it up by: several homes may share it.
    ``by_hand``: which of its fields a person set; no file changes these.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="units")
    entrance = models.ForeignKey(Entrance, models.PROTECT, related_name="units")
    room = models.CharField(_("room"), max_length=30)
    number = models.GeneratedField(
        expression=Func(F("room"), Value("^.*-"), Value(""), function="regexp_replace"),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    digits = models.CharField(max_length=30)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    area = models.DecimalField(_("area, m²"), max_digits=8, decimal_places=2, null=True, blank=True)
    layout = models.CharField(_("layout"), max_length=30, blank=True)
    use = models.CharField(_("use"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=UnitStatus.choices, default=UnitStatus.OCCUPIED)
    remarks = models.TextField(_("remarks"), blank=True)
    by_hand = ArrayField(models.CharField(max_length=20), editable=False, default=list, db_default=[])
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="units", db_index=False
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["site", "room"], name="room_once_per_site"),
            models.UniqueConstraint(fields=["entrance", "number"], name="number_once_per_entrance"),
        )
        indexes = (
            models.Index(fields=["site", "room"], name="unit_by_room", opclasses=["int8_ops", "text_pattern_ops"]),
            models.Index(fields=["site", "number"], name="unit_by_number", opclasses=["int8_ops", "text_pattern_ops"]),
            models.Index(fields=["site", "digits"], name="unit_by_digits", opclasses=["int8_ops", "text_pattern_ops"]),
            # Undoing an import.
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="unit_by_import"),
        )

    def __str__(self) -> str:
        return self.room


class UnitNoteQuerySet(models.QuerySet["UnitNote"]):
    def valid(self, on: date) -> UnitNoteQuerySet:
        """What staff must see on that day; the last day counts."""
        return self.filter(Q(until=None) | Q(until__gte=on), ended_at=None)


class UnitNote(models.Model):
    """What staff must know before they knock or call, with the day it ends or is looked at again."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="notes")
    text = models.CharField(_("note"), max_length=300)
    until = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = UnitNoteQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
