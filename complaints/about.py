"""What this app tells pages below it: a unit's tickets, and what the find box finds of tickets and commands."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Avg, Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from complaints.menu import SEE_TICKETS
from complaints.models import Ticket
from complaints.searching import tickets_matching
from complaints.shielding import names_shown_to
from complaints.states import OVER, Kind, Status
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.pages import about, finding, menu
from portal.pages.about import Act, Entry, Figure
from portal.pages.countdown import time_left
from portal.pages.finding import Hit
from residents.finding import find_residents
from residents.spelling import letters

ICONS = {Kind.COMPLAINT: "flag", Kind.SERVICE_REQUEST: "wrench", Kind.ENQUIRY: "question-circle"}


def register() -> None:
    about.register(about.Source(_figures, _history, _acts))
    finding.register(finding.Kind("tickets", pgettext_lazy("found", "Tickets"), "flag", _tickets), rank=30)
    finding.register(finding.Kind("commands", pgettext_lazy("found", "Commands"), "arrow-right", _commands), rank=90)


def _figures(user: User, unit_id: int) -> list[Figure]:
    now = timezone.now()
    counted = (
        Ticket.objects.visible_to(user)
        .filter(unit=unit_id)
        .exclude(status=Status.VOID)
        .aggregate(
            open=Count("pk", filter=~Q(status__in=OVER), distinct=True),
            late=Count("pk", filter=~Q(status__in=OVER) & Q(next_due_at__lt=now), distinct=True),
            all=Count("pk", distinct=True),
            score=Avg("callbacks__satisfaction"),
            scored=Count("callbacks__satisfaction"),
        )
    )
    late = ngettext("%(n)d late", "%(n)d late", counted["late"]) % {"n": counted["late"]} if counted["late"] else ""
    scored = ngettext("of %(n)d answer", "of %(n)d answers", counted["scored"]) % {"n": counted["scored"]}
    score = f"{counted['score']:.1f}" if counted["score"] else "–"
    return [
        Figure(str(counted["open"]), _("open tickets"), late, "late"),
        Figure(str(counted["all"]), _("tickets so far")),
        Figure(score, _("average satisfaction"), scored if counted["scored"] else ""),
    ]


def _history(user: User, unit_id: int, before: datetime, limit: int) -> list[Entry]:
    found = Ticket.objects.visible_to(user).filter(unit=unit_id, received_at__lt=before).select_related("handler")
    return [_entry(ticket) for ticket in found.order_by("-received_at", "-pk")[:limit]]


def _entry(ticket: Ticket) -> Entry:
    left = time_left(timezone.now(), due_at=ticket.next_due_at, started_at=None, soon_at=ticket.next_warn_at)
    running = not ticket.is_over and ticket.next_due_at is not None
    return Entry(
        at=ticket.received_at,
        icon=ICONS.get(Kind(ticket.kind), "chat-left-text"),
        what=str(ticket.get_kind_display()),
        reference=ticket.number,
        title=ticket.title,
        url=ticket.url,
        state_word=left.words if running else str(ticket.get_status_display()),
        state=left.state if running else "",
        by=ticket.handler.name if ticket.handler else "",
    )


def _acts(user: User, unit_uuid: str) -> list[Act]:
    if not user.scope.holds(DESK):
        return []
    new = f"/tickets/new/?unit={unit_uuid}&kind="
    return [
        Act(new + Kind.SERVICE_REQUEST, pgettext("button", "Repair"), "wrench", "R"),
        Act(new + Kind.COMPLAINT, pgettext("button", "Complaint"), "plus-lg", "C", primary=True),
    ]


def _tickets(user: User, text: str, most: int) -> list[Hit]:
    if not user.scope.holds(SEE_TICKETS):
        return []
    matching = tickets_matching(text)
    if matching is None:
        return []
    visible = Ticket.objects.visible_to(user).filter(names_shown_to(user.scope))
    found = visible.filter(matching).select_related("unit", "resident")
    return [_hit(ticket) for ticket in found.order_by("-received_at", "-pk")[:most]]


def _hit(ticket: Ticket) -> Hit:
    entry = _entry(ticket)
    room = ticket.unit.room if ticket.unit else ""
    said = [ticket.number, str(ticket.get_severity_display()), ticket.who, room, str(ticket.get_status_display())]
    return Hit(
        url=ticket.url,
        title=ticket.title,
        second=" · ".join(word for word in said if word),
        right=entry.state_word,
        state=entry.state,
    )


def _commands(user: User, text: str, most: int) -> list[Hit]:
    """The places of one's menu and what can be begun, by words or initials; all while nothing is typed."""
    wanted = text.lower()
    found = [(str(place.label), place.url) for place in menu.places_of(user)]
    along = _taken_along(user, text, 1) if user.scope.holds(DESK) else []
    if user.scope.holds(DESK):
        found = [
            (pgettext("command", "Register a complaint"), "/tickets/new/?kind=complaint"),
            (pgettext("command", "Register a repair"), "/tickets/new/?kind=service_request"),
            *found,
        ]
    found.append((pgettext("command", "My page"), "/me/"))
    return [
        *along,
        *(
            Hit(url=url, title=words, typed=False)
            for words, url in found
            if wanted in words.lower() or _begins(words, wanted)
        ),
    ][:most]


def _begins(words: str, wanted: str) -> bool:
    """Whether the initials of a command begin so."""
    known = _letters_of(words)
    return len(wanted) <= len(known) and all(letter in known[at] for at, letter in enumerate(wanted))


@lru_cache(maxsize=100)
def _letters_of(command: str) -> list[frozenset[str]]:
    return letters(command)


def _taken_along(user: User, text: str, most: int) -> list[Hit]:
    """A command that takes the person along who was found first."""
    return [
        Hit(
            url=f"/tickets/new/?kind=complaint&unit={found.unit.uuid}&person={found.resident.uuid}",
            title=_("Register a complaint for %(name)s") % {"name": found.resident.name},
            second=found.unit.room,
            typed=False,
        )
        for found in find_residents(text, user, most)
    ]
