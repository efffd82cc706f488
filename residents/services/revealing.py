"""Showing a confidential number 显示: a deliberate act, by role, with a reason, on record, and not in bulk (R2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import sealing
from portal.audit.models import AuditAction, AuditEntry
from portal.audit.services import record
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT, Role
from portal.promises import clock
from residents.calling import calling
from residents.errors import NotYours, Refused, TooMany
from residents.models import IdentityNumber, Phone, Residence, Vehicle

HIDDEN_AGAIN_AFTER = timedelta(seconds=60)
WITHIN = timedelta(hours=1)
ALARM_FROM, MOST = 30, 60  # numbers shown to one person within the hour
LOCKS = 7302  # the first half of the advisory locks that count one person's reveals at a time

SEE_IDENTITIES = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER, Role.SITE_DIRECTOR, Role.GENERAL_MANAGER})


class What(models.TextChoices):
    PHONE = "phone", _("phone")
    IDENTITY = "identity", _("identity number")
    PLATE = "plate", _("plate")
    VISITOR = "visitor", _("a visitor's phone")  # of a ticket, as are the numbers of
    ACCOUNT = "account", _("phone of the app")


TO_DIAL = frozenset({What.PHONE, What.VISITOR, What.ACCOUNT})


class Reason(models.TextChoices):
    TICKET = "ticket", _("Work on a ticket")
    VISIT = "visit", _("Arrange a visit")
    IDENTIFY = "identify", _("Check who it is")
    CALL = "call", _("Call")
    OTHER = "other", _("Another reason")


@dataclass(frozen=True)
class Shown:
    """The number, and until when a page may show it."""

    value: str
    until: datetime


@dataclass(frozen=True)
class Number:
    """A confidential number, and what decides who may see and dial it."""

    value: str
    subject: str  # what the record calls it
    places: list[tuple[int, str]]  # the sites it belongs to, each with its time zone
    do_not_call: list[dict[str, str]] = field(default_factory=list)
    also: Callable[[User], bool] = lambda user: False  # who else may see it, beside the desk and the managers
    urgent: Callable[[User], bool] = lambda user: False  # whether it may be dialled at any hour, with a reason

    @property
    def site_ids(self) -> list[int]:
        return [site for site, _zone in self.places]


# Floors above say whose work needs a resident's phone, and which numbers of their own are shown by this same act.
OfResident = Callable[[User, int], bool]
Find = Callable[[int], Number]
_callers: list[OfResident] = []
_urgent: list[OfResident] = []
_finders: dict[What, Find] = {}


def register_callers(may_call: OfResident, may_not_wait: OfResident) -> None:
    """``may_call(user, resident_id)``: whether this person's work needs the resident's phone now;
    ``may_not_wait(user, resident_id)``: whether it is so grave that neither the hour nor a wish stands against it."""
    _callers.append(may_call)
    _urgent.append(may_not_wait)


def register_number(what: What, find: Find) -> None:
    """``find(row_id)`` gives the number, or raises the row's DoesNotExist."""
    _finders[what] = find


@transaction.atomic
def reveal(what: What, row_id: int, reason: Reason, words: str = "", *, by: User, request: HttpRequest) -> Shown:
    """The number itself. Raises NotYours, TooMany, Refused, or the row's DoesNotExist; without its line in the audit
    nothing is shown."""
    words = words.strip()
    if reason == Reason.OTHER and not words:
        raise Refused(_("Say why: the reason goes on record with your name."))
    number = _finders[what](row_id)
    if not _may_see(by, what, number):
        raise NotYours(_("This number is not shown to your role."))
    now = clock.now()
    if reason == Reason.CALL:
        _ensure_may_be_called(number, words, by, now)
    seen = _seen_within_the_hour(by, now)
    if seen >= MOST:
        raise TooMany(_("You have looked at many numbers within the hour. Ask your supervisor."))
    said = words or reason.value  # Enter in the field of words presses the first button, whatever was typed
    record(AuditAction.REVEALED, by=by, subject=number.subject, fields=[what.value], reason=said, request=request)
    if seen == ALARM_FROM:
        _alarm(by, number.site_ids, now)
    return Shown(number.value, now + HIDDEN_AGAIN_AFTER)


def _ensure_may_be_called(number: Number, words: str, by: User, now: datetime) -> None:
    """Polite hours and do-not-call times, also for a page that was opened before they began."""
    may = [calling(now, site, zone, number.do_not_call) for site, zone in number.places]
    if not may or any(one.open for one in may):
        return
    if not number.urgent(by):
        raise Refused(_("Not now: %(when)s.") % {"when": may[0].words})
    if not words:
        raise Refused(_("Say why this call cannot wait: the reason goes on record with your name."))


def _phone(row_id: int) -> Number:
    phone = Phone.objects.select_related("resident").get(pk=row_id)
    resident = phone.resident
    return Number(
        phone.number,
        f"resident {resident.uuid}",
        _homes(resident.pk),
        resident.do_not_call,
        also=lambda user: any(may(user, resident.pk) for may in _callers),
        urgent=lambda user: any(may(user, resident.pk) for may in _urgent),
    )


def _identity(row_id: int) -> Number:
    identity = IdentityNumber.objects.select_related("resident").get(pk=row_id)
    return Number(_opened(identity), f"resident {identity.resident.uuid}", _homes(identity.resident_id))


def _plate(row_id: int) -> Number:
    vehicle = Vehicle.objects.select_related("unit__site").get(pk=row_id)
    return Number(vehicle.plate, f"unit {vehicle.unit.uuid}", [(vehicle.unit.site_id, vehicle.unit.site.time_zone)])


def _homes(resident_id: int) -> list[tuple[int, str]]:
    homes = Residence.objects.filter(resident=resident_id).order_by("pk")
    return list(homes.values_list("unit__site_id", "unit__site__time_zone"))


register_number(What.PHONE, _phone)
register_number(What.IDENTITY, _identity)
register_number(What.PLATE, _plate)


def _opened(identity: IdentityNumber) -> str:
    try:
        return sealing.unseal(identity.sealed.encode()).decode()
    except sealing.Unreadable:
        raise Refused(_("Its key is not among FIELD_KEYS any more. Ask the administrator.")) from None


def _may_see(by: User, what: What, number: Number) -> bool:
    roles = SEE_IDENTITIES if what == What.IDENTITY else DESK | MANAGEMENT
    return any(by.scope.holds(roles, site_id=site) for site in number.site_ids) or number.also(by)


def _seen_within_the_hour(by: User, now: datetime) -> int:
    """Counted one at a time for each person: sixty requests at once are counted as sixty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, by.pk])
    return AuditEntry.objects.filter(by=by, at__gt=now - WITHIN, action=AuditAction.REVEALED).count()


def _alarm(by: User, site_ids: list[int], now: datetime) -> None:
    told = {
        person.user_id
        for site in site_ids
        for _role, people in people_for([Role.SUPERVISOR], site_id=site, department_id=None, at=now)
        for person in people
    }
    outbox.put(
        outbox.messages_for(
            told,
            key=f"reveals:{by.pk}:{now:%Y%m%d%H}",
            kind="residents.many_reveals",
            params={"name": by.name, "count": ALARM_FROM},
            link="/residents/shown/",
            now=now,
        ),
        told_before=True,
    )
