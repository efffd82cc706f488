"""The residents' archive 业主档案: buildings down to units, people, and who belongs where since when. Confidential."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from portal.organization.roles import DESK, MANAGEMENT
from residents import phones

if TYPE_CHECKING:
    from portal.organization.models import User


class Building(models.Model):
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="buildings")
    code = models.CharField(_("building"), max_length=10)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "code"], name="building_once_per_site"),)


class Entrance(models.Model):
    building = models.ForeignKey(Building, models.PROTECT, related_name="entrances")
    code = models.CharField(_("entrance"), max_length=10, blank=True)

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


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: User) -> UnitQuerySet:
        """The units of the sites at whose desk this person works, or which they manage."""
        everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
        return self if everywhere else self.filter(site_id__in=sites)


class Unit(models.Model):
    """A home or shop 户. ``room`` is how people write it, ``digits`` the same without its separators."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="units")
    entrance = models.ForeignKey(Entrance, models.PROTECT, related_name="units")
    room = models.CharField(_("room"), max_length=30)
    digits = models.CharField(max_length=30)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    area = models.DecimalField(_("area, m²"), max_digits=8, decimal_places=2, null=True, blank=True)
    layout = models.CharField(_("layout"), max_length=30, blank=True)
    use = models.CharField(_("use"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=UnitStatus.choices, default=UnitStatus.OCCUPIED)

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "room"], name="room_once_per_site"),)
        indexes = (
            models.Index(fields=["site", "digits"], name="unit_by_digits", opclasses=["int8_ops", "text_pattern_ops"]),
        )

    def __str__(self) -> str:
        return self.room


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

    class Meta:
        constraints = (models.UniqueConstraint(fields=["resident", "number"], name="phone_once_per_resident"),)
        indexes = (models.Index(fields=["number"], name="phone_by_number"),)

    @property
    def masked(self) -> str:
        return phones.masked(self.number)


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

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="residence_ends_after_it_begins",
                condition=Q(until=None) | Q(since=None) | Q(until__gte=models.F("since")),
            ),
        )


class ApiAccount(models.Model):
    """Whoever holds a phone number and has proved it: what a resident's token belongs to."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.CharField(max_length=20, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    is_authenticated = True
    is_anonymous = False

    def get_username(self) -> str:
        return str(self.uuid)


class ApiToken(AbstractAuthToken):
    """A resident's token, stored hashed (knox), 30 days."""

    user = models.ForeignKey(ApiAccount, models.CASCADE, related_name="auth_token_set")


class OneTimeCode(models.Model):
    """Six digits sent to a phone; kept hashed, five minutes, five tries."""

    phone = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["phone", "-made_at"], name="code_by_phone"),)


class IdempotentAnswer(models.Model):
    """The 2xx answer to a resident's POST with an Idempotency-Key, kept 24 hours to be given again byte for byte."""

    scope = models.CharField(max_length=64, unique=True)  # hash of phone, method, path and key
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["made_at"], name="idempotent_answer_age"),)
