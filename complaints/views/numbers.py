"""The phones of a ticket: masked, each to be shown 显示 or dialled 拨打 by who may, and when (R2, K2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints import calling
from complaints.models import Ticket, TicketQuerySet
from portal.organization.models import User
from residents import phones
from residents.models import Phone
from residents.services.revealing import What


def with_phones(tickets: TicketQuerySet) -> TicketQuerySet:
    """Each with its resident's phones, as ``held``; in the same statement."""
    of_resident = Phone.objects.filter(resident=OuterRef("resident")).order_by("pk")
    return tickets.annotate(held=ArraySubquery(of_resident.values(json=JSONObject(id="pk", number="number"))))


def numbers_of(ticket: Ticket, held: Iterable[dict[str, Any]], user: User, now: datetime) -> dict[str, Any]:
    """What templates/complaints/_numbers.html shows."""
    held = list(held)
    lines = [_line(What.PHONE, one["id"], one["number"], _("phone")) for one in held]
    if ticket.visitor_phone:
        lines.append(_line(What.VISITOR, ticket.pk, ticket.visitor_phone, _("phone")))
    app = ticket.reported_by.phone if ticket.reported_by else ""
    if app and app not in {one["number"] for one in held}:
        lines.append(_line(What.ACCOUNT, ticket.pk, app, _("phone")) | {"note": pgettext("whose phone", "of the app")})
    return {
        "lines": lines,
        "name": ticket.who,
        "open": calling.is_for(user, ticket),
        "call": calling.call_of(ticket, now),
        "urgent": calling.cannot_wait(ticket),
    }


def _line(what: What, row_id: int, number: str, label: str) -> dict[str, Any]:
    return {"what": what.value, "id": row_id, "masked": phones.masked(number), "label": label}
