"""What the audit keeps about an account, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.houses import departments, sites

FIELDS = ("username", "name", "phone", "email")


# What the owner of an account looks at to see whether somebody else was in it.
SIGN_INS = (
    AuditAction.SIGNED_IN,
    AuditAction.SIGNED_OUT,
    AuditAction.SIGN_IN_REFUSED,
    AuditAction.LINK_GIVEN,
    AuditAction.LINK_ASKED,
    AuditAction.PASSWORD_SET,
    AuditAction.PIN_SET,
)
SIGN_INS_SHOWN = 20


def sign_ins_of(user: User) -> list[dict[str, Any]]:
    """The newest of one's own sign-ins, refused ones by whomever among them."""
    mine = Q(by=user, subject="") | Q(subject=f"user {user.pk}")
    found = AuditEntry.objects.filter(mine, action__in=SIGN_INS).select_related("by").order_by("-at")
    return lines(found[:SIGN_INS_SHOWN])


def lines(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """One line for each entry: when, what, of what, by whom, from where."""
    zone = timezone.get_current_timezone()
    return [
        {
            "iso": moments.iso(entry.at),
            "at": moments.short(entry.at, zone),
            "what": AuditAction(entry.action).label,
            "of": _("; ").join(_field(str(field)) for field in entry.fields),
            "by": entry.by.name if entry.by else "",
            "address": entry.address or "",
        }
        for entry in entries
    ]


def _field(code: str) -> str:
    if code in FIELDS:
        return str(User._meta.get_field(code).verbose_name)
    role, at, where = code.partition("@")
    if not at or role not in Role.values:
        return code
    site, _colon, department = where.partition(":")
    place = sites()[int(site)].name if site.isdigit() and int(site) in sites() else _("every site")
    if department.isdigit() and int(department) in departments():
        place = f"{place} · {departments()[int(department)]}"
    return _("%(role)s (%(where)s)") % {"role": Role(role).label, "where": place}
