"""The places of this app in the menu, and what waits there for each person."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.counting import tab_counts
from complaints.dispositions import READERS
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, LEADERSHIP, MANAGEMENT, Role
from portal.pages import menu

SEE_TICKETS = DESK | MANAGEMENT | DEPARTMENT

PLACES = [
    menu.Place(
        "/queue/",
        _("Queue"),
        pgettext_lazy("menu", "Queue"),
        pgettext_lazy("menu", "Desk"),
        "inbox",
        SEE_TICKETS,
        "mine",
        rank=10,
    ),
    menu.Place(
        "/callbacks/",
        pgettext_lazy("menu", "Callbacks"),
        pgettext_lazy("menu", "Callbacks"),
        pgettext_lazy("menu", "Desk"),
        "telephone",
        DESK,
        "to_call_back",
        rank=12,
    ),
    menu.Place(
        "/tickets/register/",
        _("Disposition register"),
        _("Disposition register"),
        pgettext_lazy("menu", "Service"),
        "journal-text",
        READERS,
        rank=34,
        on_phone=False,
    ),
    menu.Place(
        "/cases/",
        _("Case library"),
        _("Case library"),
        pgettext_lazy("menu", "Service"),
        "book",
        SEE_TICKETS,
        rank=36,
        on_phone=False,
    ),
    menu.Place(
        "/common-issues/",
        _("Common issues"),
        _("Common issues"),
        pgettext_lazy("menu", "Service"),
        "collection",
        DESK | MANAGEMENT,
        rank=38,
        on_phone=False,
    ),
    menu.Place(
        "/suggestion-box/",
        _("Suggestion box"),
        _("Suggestion box"),
        pgettext_lazy("menu", "Service"),
        "envelope",
        DESK | MANAGEMENT,
        rank=40,
        on_phone=False,
    ),
    menu.Place(
        "/forum/",
        _("Owners' forum"),
        _("Owners' forum"),
        pgettext_lazy("menu", "Service"),
        "chat-dots",
        DESK | LEADERSHIP,
        rank=42,
        on_phone=False,
    ),
    menu.Place(
        "/tickets/report/",
        _("Report something"),
        pgettext_lazy("menu", "Report"),
        pgettext_lazy("menu", "Service"),
        "megaphone",
        frozenset(Role) - DESK,  # the desk registers
        rank=70,  # never the first: the first place is where somebody's day begins
    ),
    menu.Place(
        "/incidents/",
        _("Incidents"),
        pgettext_lazy("menu", "Incidents"),
        pgettext_lazy("menu", "Management"),
        "exclamation-triangle",
        LEADERSHIP,
        rank=82,
        on_phone=False,
    ),
]


def counts(user: User) -> Mapping[str, int]:
    if not user.scope.holds(SEE_TICKETS):
        return {}
    return tab_counts(user.scope, [place.count for place in PLACES if place.count])


def register() -> None:
    menu.register(PLACES, counts)
