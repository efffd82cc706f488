"""The one way into the audit table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portal.addresses import client_address
from portal.audit.models import AuditAction, AuditEntry

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portal.organization.models import User


def record(
    action: AuditAction,
    *,
    by: User | None = None,
    subject: str = "",
    fields: Sequence[str] = (),
    reason: str = "",
    request: HttpRequest | None = None,
) -> AuditEntry:
    """Write one line. Raises when it cannot: what must be on record does not happen without it."""
    return AuditEntry.objects.create(
        action=action,
        by=by,
        subject=subject[:100],
        fields=list(fields),
        reason=reason[:200],
        address=client_address(request) if request is not None else None,
    )
