"""Showing a confidential number 显示: a deliberate act, by role, with a reason, on record, and not in bulk (R2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


# Who else may call a resident: floors above say so (a department, say, while it works on their ticket).
MaySee = Callable[[User, int], bool]
_others: list[MaySee] = []


def register_callers(may_call: MaySee) -> None:
    """``may_call(user, resident_id)``: whether this person's work needs the resident's phone now."""
    _others.append(may_call)


@transaction.atomic
def reveal(what: What, row_id: int, reason: Reason, words: str = "", *, by: User, request: HttpRequest) -> Shown:
    """The number itself. Raises NotYours, TooMany, Refused, or the row's DoesNotExist; without its line in the audit
    nothing is shown."""
    if reason == Reason.OTHER and not words.strip():
        raise Refused(_("Say why: the reason goes on record with your name."))
    value, subject, site_ids, resident_id = _find(what, row_id)
    if not _may_see(by, what, site_ids, resident_id):
        raise NotYours(_("This number is not shown to your role."))
    now = clock.now()
    seen = _seen_within_the_hour(by, now)
    if seen >= MOST:
        raise TooMany(_("You have looked at many numbers within the hour. Ask your supervisor."))
    said = words.strip() if reason == Reason.OTHER else reason.value
    record(AuditAction.REVEALED, by=by, subject=subject, fields=[what.value], reason=said, request=request)
    if seen == ALARM_FROM:
        _alarm(by, site_ids, now)
    return Shown(value, now + HIDDEN_AGAIN_AFTER)


def _find(what: What, row_id: int) -> tuple[str, str, list[int], int | None]:
    """The value, what the record calls it, the sites it belongs to, and whose it is."""
    if what == What.PLATE:
        vehicle = Vehicle.objects.select_related("unit").get(pk=row_id)
        return vehicle.plate, f"unit {vehicle.unit.uuid}", [vehicle.unit.site_id], None
    if what == What.PHONE:
        phone = Phone.objects.select_related("resident").get(pk=row_id)
        value, resident = phone.number, phone.resident
    else:
        identity = IdentityNumber.objects.select_related("resident").get(pk=row_id)
        value, resident = _opened(identity), identity.resident
    homes = Residence.objects.filter(resident=resident).values_list("unit__site_id", flat=True)
    return value, f"resident {resident.uuid}", list(homes), resident.pk


def _opened(identity: IdentityNumber) -> str:
    try:
        return sealing.unseal(identity.sealed.encode()).decode()
    except sealing.Unreadable:
        raise Refused(_("Its key is not among FIELD_KEYS any more. Ask the administrator.")) from None


def _may_see(by: User, what: What, site_ids: list[int], resident_id: int | None) -> bool:
    roles = SEE_IDENTITIES if what == What.IDENTITY else DESK | MANAGEMENT
    if any(by.scope.holds(roles, site_id=site) for site in site_ids):
        return True
    return what == What.PHONE and resident_id is not None and any(may(by, resident_id) for may in _others)


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
        )
    )
