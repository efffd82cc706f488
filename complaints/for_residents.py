"""What of a ticket's history its resident reads, and in which words (C19)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.models import TicketEvent
from complaints.states import SHOWN_TO_RESIDENTS, WORDS_FOR_RESIDENTS, EventKind


def is_shown(event: TicketEvent) -> bool:
    """Of a decision on more time the resident reads the new date; a refusal moves nothing and stays in the house."""
    if event.kind == EventKind.OVERTIME_DECIDED:
        return bool(event.details.get("until"))
    if event.kind in {EventKind.PROMISED, EventKind.COMMENT} and event.details.get("of"):
        return False  # given to somebody else, or said by them, whose ticket was merged into this one
    return event.kind in SHOWN_TO_RESIDENTS


def kind_of(event: TicketEvent) -> str:
    """What was registered by mistake reads as withdrawn; why is the house's own."""
    return EventKind.WITHDRAWN.value if event.kind == EventKind.VOIDED else event.kind


def words_of(event: TicketEvent) -> str:
    if event.kind in WORDS_FOR_RESIDENTS and event.text:
        return event.text
    if event.kind == EventKind.OVERTIME_DECIDED:
        return _("It takes longer: until %(moment)s") % {"moment": _moment(event.details["until"])}
    if event.kind == EventKind.PROMISED:
        return _("We call you at %(moment)s") % {"moment": _moment(event.details["at"])}
    if event.kind == EventKind.APPOINTED:
        window = {"begins": _moment(event.details["at"]), "ends": _moment(event.details["until"])}
        return _("We come between %(begins)s and %(ends)s") % window
    return str(EventKind(event.kind).label)


def _moment(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "Y-m-d H:i")
