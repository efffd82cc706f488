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
from django.views.decorators.http import require_GET, require_http_methods

from complaints import calling
from complaints.models import Ticket, TicketEvent
from complaints.states import EventKind, Kind, Severity
from complaints.undone import standing
from complaints.views import history
from complaints.views.asking import the_desk, user_of, who_see_tickets
from complaints.views.offering import PROMISED_TO_RESIDENTS, limits_in_words
from complaints.views.ticket import found_by, nobody_words
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.pages.houses import departments_at
from residents import phones
from residents.errors import NotYours, Refused, TooMany
from residents.models import Contact
from residents.services.revealing import HIDDEN_AGAIN_AFTER, Reason, What, reveal

LINES_TO_WRITE_ON = 4
STATUS: dict[type[Exception], int] = {NotYours: 403, Refused: 422, TooMany: 429}
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
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, number: str) -> HttpResponse:
    """The complaint form. A press puts the phones on it, on record with whose press it was, for a minute (R2)."""
    user = user_of(request)
    found = found_by(user, number)
    if request.method == "GET":
        return _form(request, found)
    try:
        shown = _revealed(request, found, user)
    except (NotYours, Refused, TooMany) as refusal:
        return _form(request, found, problem=str(refusal.user_message), status=STATUS[type(refusal)])
    response = _form(request, found, shown=shown)
    response["Refresh"] = f"{int(HIDDEN_AGAIN_AFTER.total_seconds())}; url={found.url}form/"
    return response


def _form(
    request: HttpRequest, found: Ticket, *, shown: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    zone = found.site.zone
    events = standing(TicketEvent.objects.filter(ticket=found).select_related("by"))
    context = {
        "ticket": found,
        "qr": qr_of(found.number),
        "rows": _rows(found, zone, shown or {}),
        "may_reveal": shown is None and bool(_phones_of(found)) and calling.is_for(user_of(request), found),
        "problem": problem,
        "handling": [
            {"at": _moment(entry.moment, zone), "who": entry.who, "what": entry.what, "text": entry.text}
            for entry in history.entries((event for event in events if event.kind in ON_THE_FORM), (), {}, zone)[::-1]
        ],
        "lines": range(LINES_TO_WRITE_ON),
        "signatures": [_("Received by"), _("Department head"), _("Supervisor"), _("Resident")],
        **_for_printing(request, found.url),
    }
    return render(request, "complaints/form.html", context, status=status)


def _phones_of(found: Ticket) -> dict[What, tuple[int, str]]:
    """The numbers that stand on the form: the resident's first one, and that of whoever called."""
    held = found.held  # type: ignore[attr-defined]
    phones_of: dict[What, tuple[int, str]] = {What.PHONE: (held[0]["id"], held[0]["number"])} if held else {}
    if found.visitor_phone:
        phones_of[What.VISITOR] = (found.pk, found.visitor_phone)
    elif not held and found.reported_by is not None:
        phones_of[What.ACCOUNT] = (found.pk, found.reported_by.phone)
    return phones_of


def _revealed(request: HttpRequest, found: Ticket, user: User) -> dict[str, str]:
    """Each number whole; without its line in the record none. Raises the refusals of ``reveal``."""
    if not calling.is_for(user, found):
        raise NotYours(_("This number is not shown to your role."))
    words = _("on paper: %(number)s") % {"number": found.number}
    return {
        what: reveal(what, row_id, Reason.TICKET, words, by=user, request=request).value
        for what, (row_id, _number) in _phones_of(found).items()
    }


def _rows(found: Ticket, zone: ZoneInfo, shown: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Every field of the form (C1), the short ones two in a row; an empty one stays, to be filled in by hand.

    What the counter left to the ticket itself (now, at the home, the category's department) is said.
    """
    numbers = {what: shown.get(what) or phones.masked(number) for what, (_id, number) in _phones_of(found).items()}
    whose = numbers.get(What.PHONE) or numbers.get(What.ACCOUNT) or ""
    beside = found.resident is not None and found.visitor_name
    facts = [
        (_("Received"), _moment(found.received_at, zone), False),
        (_("Channel"), found.get_channel_display(), False),
        (_("Kind"), found.get_kind_display(), False),
        (_("Category"), str(found.category or ""), False),
        (_("Severity"), found.get_severity_display(), False),
        (_("Promised"), _promise(found), False),
        (_("Resident"), found.who or nobody_words(found), True),
        (_("Unit"), found.unit.room if found.unit else "", False),
        (_("Phone"), whose or ("" if found.resident else numbers.get(What.VISITOR, "")), False),
        (_("Prefers"), _prefers(found), False),
        (_("When it happened"), _happened(found, zone), False),
        (_("Wished date"), date_format(found.wished_on, "Y-m-d") if found.wished_on else "", False),
        (_("Department"), str(found.department or ""), False),
        (_("First responsible"), found.first_responsible.name if found.first_responsible else "", True),
    ]
    if beside or (found.resident is not None and What.VISITOR in numbers):
        facts += [
            (_("Called by"), found.visitor_name, True),
            (_("Caller's phone"), numbers.get(What.VISITOR, ""), False),
        ]
    cells = [{"label": label, "text": text, "typed": typed} for label, text, typed in facts]
    long = [(_("Where"), _where(found)), (_("About"), about_words(found)), (_("Asks for"), found.demand)]
    return [cells[at : at + 2] for at in range(0, len(cells), 2)] + [
        [{"label": label, "text": text, "typed": True}] for label, text in long
    ]


def _at_the_desk(found: Ticket) -> bool:
    """Written down by the desk, whose form says what it takes where nothing is typed."""
    return found.reported_by_id is None


def _happened(found: Ticket, zone: ZoneInfo) -> str:
    moment = found.occurred_at or (found.received_at if _at_the_desk(found) else None)
    return _moment(moment, zone) if moment else ""


def _where(found: Ticket) -> str:
    if found.place or not _at_the_desk(found) or found.unit is None:
        return found.place
    return _("At home, %(room)s") % {"room": found.unit.room}


def _prefers(found: Ticket) -> str:
    on_file = found.resident.contact if found.resident else ""
    prefers = found.contact or on_file or (Contact.PHONE if _at_the_desk(found) and found.who else "")
    return str(Contact(prefers).label) if prefers in Contact.values else ""


def about_words(found: Ticket) -> str:
    """Whom it is about: as it was said, who was named since, else the department of its category."""
    person = found.about_person.name if found.about_person else ""
    if found.about and person and person not in found.about:
        return _("%(said)s: %(person)s") % {"said": found.about, "person": person}
    if found.about or person:
        return found.about or person
    code = found.category.department_code if found.category else ""
    ought = next((str(one) for one in departments_at(found.site_id) if code and one.code == code), "")
    return ought or str(found.department or "")


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
