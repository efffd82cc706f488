"""What the caller reads before dialling: the story in three lines, the phrases to say, who lives there (K4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from complaints import services
from complaints.models import Callback, Ticket, TicketEvent
from complaints.phrases import say
from complaints.states import EventKind, Kind, Status
from complaints.undone import standing
from portal.organization.models import User
from portal.pages import moments
from portal.pages.houses import sites
from residents.models import Relation, Residence

LATELY = timedelta(days=90)
STORY = frozenset({EventKind.RESOLVED, EventKind.ANSWERED, EventKind.RETURNED, EventKind.INFORMED, EventKind.DECLINED})


def lately(ticket: Ticket, now: datetime) -> str:
    """What this resident reported in the last 90 days; one statement."""
    if ticket.resident_id is None:
        return ""
    lately = Ticket.objects.filter(resident_id=ticket.resident_id, received_at__gte=now - LATELY, site=ticket.site_id)
    lately = lately.exclude(status=Status.VOID)
    found = lately.aggregate(complaints=Count("pk", filter=Q(kind=Kind.COMPLAINT)), all=Count("pk"))
    return _("in 90 days: complaints %(complaints)d, other %(others)d") % {
        "complaints": found["complaints"],
        "others": found["all"] - found["complaints"],
    }


def relation(ticket: Ticket) -> str:
    lives = Residence.objects.filter(unit=ticket.unit_id, resident=ticket.resident_id).order_by("-pk").first()
    return str(Relation(lives.relation).label) if lives else ""


def story(callback: Callback) -> list[dict[str, str]]:
    """怎么回事, 怎么办的, 怎么说的: the report, the handling, what was said; one statement."""
    ticket = callback.ticket
    found: dict[str, TicketEvent] = {}
    kinds = [*STORY, EventKind.UNDONE]
    events = TicketEvent.objects.filter(ticket=ticket, round=callback.round, kind__in=kinds).select_related("by")
    for event in standing(events.order_by("pk")):
        found[event.kind] = event
    handled = next(
        (found[kind] for kind in (EventKind.RESOLVED, EventKind.ANSWERED, EventKind.DECLINED) if kind in found), None
    )
    told = next((found[kind] for kind in (EventKind.INFORMED, EventKind.DECLINED) if kind in found), None)
    zone = ticket.site.zone
    return [
        {"label": pgettext("story", "What happened"), "text": ticket.description},
        {"label": _("What was done"), "text": _told_by(handled, zone)},
        {"label": _("What was said"), "text": _told_by(told, zone)},
    ]


def _told_by(event: TicketEvent | None, zone: Any) -> str:
    if event is None:
        return "–"
    who = f"{event.by.name} {moments.short(event.at, zone)}: " if event.by else ""
    said = event.details.get("said")
    return f"{who}{event.text}" + (f" “{said}”" if said else "")


def phrases(callback: Callback, user: User) -> list[dict[str, str]]:
    ticket = callback.ticket
    language = get_language() or ""
    site = sites()[ticket.site_id]
    tokens = {
        "resident": ticket.resident.addressed if ticket.resident else ticket.who,
        "company": site.name,
        "name": user.name,
        "matter": ticket.title.rstrip("。．.！!？?，,；; "),
    }
    heard_by = services.answer_within_a_day(ticket, timezone.now()).astimezone(site.zone)
    bad = say("callback_bad", language, **tokens, time=f"{heard_by:%m-%d %H:%M}")
    lines = [
        (pgettext("call", "Opening"), say("callback_open", language, **tokens)),
        (pgettext("call", "Question"), say("callback_ask", language, **tokens)),
        (pgettext("call", "Not satisfied"), bad),
        (pgettext("call", "Goodbye"), say("callback_end", language, **tokens)),
    ]
    return [{"when": when, "text": text} for when, text in lines if text]
