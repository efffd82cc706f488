"""What the audit keeps about an account, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.houses import departments, sites

FIELDS = ("username", "name", "phone", "email")


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
