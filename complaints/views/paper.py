"""Paper: the slip 受理单 that a resident leaves with (80 mm) and the complaint form 住户投诉意见表 (A4).

Ordinary pages; the style sheet makes paper of them. The QR code holds the ticket's number and nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Ticket, TicketEvent
from complaints.states import EventKind, Kind, Severity
from complaints.undone import standing
from complaints.views import history
from complaints.views.asking import the_desk, user_of, who_see_tickets
from complaints.views.offering import PROMISED_TO_RESIDENTS, limits_in_words
from complaints.views.ticket import found_by
from portal.organization.models import User
from portal.organization.roles import DESK
from residents import phones
from residents.models import Contact

LINES_TO_WRITE_ON = 4
LONG_FIELDS = 3  # where it was, whom it is about, what is asked for
# The handling as the form shows it; notes inside the house never leave it on paper.
ON_THE_FORM = frozenset(EventKind) - {
    EventKind.REGISTERED,
    EventKind.INTERNAL_NOTE,
    EventKind.ATTACHED,
    EventKind.UNDONE,
    EventKind.ACKNOWLEDGED,
    EventKind.MANAGER_CALLED,
    EventKind.REMINDED,
    EventKind.GROUPED,
    EventKind.CORRECTED,  # what stood there wrongly leaves the house on no paper
}


@login_required
@the_desk
@never_cache
@require_GET
def slip(request: HttpRequest, number: str) -> HttpResponse:
    found = found_by(user_of(request), number)
    if not may_print_slip(user_of(request), found):
        raise PermissionDenied
    return slips_page(request, [found])


@login_required
@who_see_tickets
@never_cache
@require_GET
def form(request: HttpRequest, number: str) -> HttpResponse:
    found = found_by(user_of(request), number)
    zone = found.site.zone
    events = standing(TicketEvent.objects.filter(ticket=found).select_related("by"))
    context = {
        "ticket": found,
        "qr": qr_of(found.number),
        "rows": _rows(found, zone),
        "handling": [
            {"at": _moment(entry.moment, zone), "who": entry.who, "what": entry.what, "text": entry.text}
            for entry in history.entries((event for event in events if event.kind in ON_THE_FORM), (), {}, zone)[::-1]
        ],
        "lines": range(LINES_TO_WRITE_ON),
        "signatures": [_("Received by"), _("Department head"), _("Supervisor"), _("Resident")],
        **_for_printing(request, found.url),
    }
    return render(request, "complaints/form.html", context)


def _rows(found: Ticket, zone: ZoneInfo) -> list[list[dict[str, Any]]]:
    """Every field of the form (C1), the short ones two in a row; an empty one stays, to be filled in by hand."""
    held = found.held  # type: ignore[attr-defined]
    number = held[0]["number"] if held else found.visitor_phone
    prefers = found.contact or (found.resident.contact if found.resident else "")
    facts = [
        (_("Received"), _moment(found.received_at, zone), False),
        (_("Channel"), found.get_channel_display(), False),
        (_("Kind"), found.get_kind_display(), False),
        (_("Category"), str(found.category or ""), False),
        (_("Severity"), found.get_severity_display(), False),
        (_("Promised"), _promise(found), False),
        (_("Resident"), found.who, True),
        (_("Unit"), found.unit.room if found.unit else "", False),
        (_("Phone"), phones.masked(number) if number else "", False),
        (_("Prefers"), str(Contact(prefers).label) if prefers in Contact.values else "", False),
        (_("When it happened"), _moment(found.occurred_at, zone) if found.occurred_at else "", False),
        (_("Wished date"), date_format(found.wished_on, "Y-m-d") if found.wished_on else "", False),
        (_("Department"), str(found.department or ""), False),
        (_("First responsible"), found.first_responsible.name if found.first_responsible else "", True),
        (_("Where"), found.place, True),
        (_("About"), found.about, True),
        (_("Asks for"), found.demand, True),
    ]
    cells = [{"label": label, "text": text, "typed": typed} for label, text, typed in facts]
    short = len(cells) - LONG_FIELDS
    return [cells[at : at + 2] for at in range(0, short, 2)] + [[cell] for cell in cells[short:]]


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    """Always with its day: paper is read on another one."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def may_print_slip(user: User, ticket: Ticket) -> bool:
    return user.scope.holds(DESK, ticket.site_id)


def slips_page(request: HttpRequest, tickets: Iterable[Ticket]) -> HttpResponse:
    """One slip for each ticket, each on its own strip of paper."""
    slips = [
        {
            "number": ticket.number,
            "url": ticket.url,
            "qr": qr_of(ticket.number),
            "site": ticket.site.name,
            "hotline": ticket.site.company.hotline,
            "kind": ticket.get_kind_display(),
            "received": _moment(ticket.received_at, ticket.site.zone),
            "category": str(ticket.category) if ticket.category else "",
            "severity": ticket.get_severity_display(),
            "promise": _promise(ticket),
            "description": ticket.description,
        }
        for ticket in tickets
    ]
    back = slips[0]["url"] if len(slips) == 1 else "/queue/"
    return render(request, "complaints/slip.html", {"slips": slips, **_for_printing(request, back)})


def _for_printing(request: HttpRequest, back: str) -> dict[str, Any]:
    return {"at_once": request.GET.get("print") == "1" or request.method == "POST", "back": back}


def _promise(ticket: Ticket) -> str:
    kind, severity = Kind(ticket.kind), Severity(ticket.severity)
    return limits_in_words(ticket.site_id, kind, severity, PROMISED_TO_RESIDENTS)


def qr_of(number: str) -> SafeString:
    """A drawing with neither style nor script; its size is the style sheet's."""
    drawing = segno.make_qr(number, error="m").svg_inline(border=0, omitsize=True, svgclass="qr", title=number)
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from a number of our own pattern
