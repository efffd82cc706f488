"""Who lives there: people, their numbers, and who belongs where since when. Confidential."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from residents import phones
from residents.models.places import Unit


class Contact(models.TextChoices):
    PHONE = "phone", _("Phone call")
    MESSAGE = "message", _("Message")
    VISIT = "visit", _("Visit")


class Resident(models.Model):
    """A person. ``do_not_call``: [{"start": "12:00", "end": "14:00"}] in the site's wall-clock time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    form_of_address = models.CharField(_("form of address"), max_length=30, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    contact = models.CharField(
        _("prefers to be reached by"), max_length=10, choices=Contact.choices, default=Contact.PHONE
    )
    do_not_call = models.JSONField(_("do not call"), default=list, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    # What somebody changed here, which no file changes back: fields, the names of before, numbers (as fingerprints).
    by_hand = ArrayField(models.CharField(max_length=20), editable=False, default=list, db_default=[])
    former_names = ArrayField(models.CharField(max_length=60), editable=False, default=list, db_default=[])
    dropped_numbers = ArrayField(models.CharField(max_length=64), editable=False, default=list, db_default=[])
    # What the find box looks through (residents/spelling.py): the name and the last four digits; pairs of the name, as
    # a trigram index cannot serve the two-character name, which is the common one, and the letters of its initials.
    search_text = models.TextField(editable=False, default="")
    search_pairs = ArrayField(models.CharField(max_length=2), editable=False, default=list)
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="residents", db_index=False
    )

    class Meta:
        indexes = (
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="resident_by_text"),
            GinIndex(fields=["search_pairs"], name="resident_by_pairs"),
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="resident_by_import"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def addressed(self) -> str:
        """How one speaks to them: the form of address, never the bare name where there is one."""
        return self.form_of_address or self.name

    @property
    def masked_phone(self) -> str:
        numbers = sorted(self.phones.all(), key=lambda phone: phone.pk)
        return phones.masked(numbers[0].number) if numbers else ""


class Phone(models.Model):
    """A number of a resident. Shown masked only; the bare one leaves this table where a call or a message is made."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="phones")
    number = models.CharField(_("phone"), max_length=20)
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="phones", db_index=False
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["resident", "number"], name="phone_once_per_resident"),)
        indexes = (
            models.Index(fields=["number"], name="phone_by_number"),
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="phone_by_import"),
        )

    @property
    def masked(self) -> str:
        return phones.masked(self.number)


class IdentityNumber(models.Model):
    """The number of a resident's identity card or passport, sealed; ``fingerprint`` tells whether two are the same."""

    resident = models.OneToOneField(Resident, models.CASCADE, related_name="identity")
    sealed = models.TextField()
    fingerprint = models.CharField(max_length=64)
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="identity_numbers", db_index=False
    )

    class Meta:
        indexes = (
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="identity_by_import"),
        )


class Relation(models.TextChoices):
    OWNER = "owner", _("owner")
    TENANT = "tenant", _("tenant")
    FAMILY = "family", _("family")


class ResidenceQuerySet(models.QuerySet["Residence"]):
    def current(self, on: date) -> ResidenceQuerySet:
        """Who belongs to a unit on that day; the last day counts."""
        return self.filter(Q(until=None) | Q(until__gte=on), Q(since=None) | Q(since__lte=on))

    def of_phone(self, number: str) -> ResidenceQuerySet:
        return self.filter(resident__phones__number=number)


class Residence(models.Model):
    """A resident's relation to a unit, with its days. History stays; who moved out sees nothing any more."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="residences")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="residences")
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="residences", db_index=False
    )

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="residence_by_import"),
        )
        constraints = (
            models.CheckConstraint(
                name="residence_ends_after_it_begins",
                condition=Q(until=None) | Q(since=None) | Q(until__gte=models.F("since")),
            ),
        )


# A parking space without its separators: B2-117, B2 117 and b2117 alike.
SPACE = Upper(Replace(Replace("space", Value("-")), Value(" ")))


class Vehicle(models.Model):
    """A vehicle of a home, by its plate without separators. The plate is shown masked, like a phone."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="vehicles")
    plate = models.CharField(_("plate"), max_length=12)
    space = models.CharField(_("parking space"), max_length=30, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    arrived_with = models.ForeignKey(
        "residents.ImportRun", models.PROTECT, null=True, related_name="vehicles", db_index=False
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "plate"], name="plate_once_per_unit"),)
        indexes = (
            GinIndex(OpClass("plate", "gin_trgm_ops"), name="vehicle_by_plate"),
            models.Index(SPACE, condition=~Q(space=""), name="vehicle_by_space"),
            models.Index(fields=["arrived_with"], condition=Q(arrived_with__isnull=False), name="vehicle_by_import"),
        )

    @property
    def masked(self) -> str:
        return phones.masked_plate(self.plate)
