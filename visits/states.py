"""Kinds, statuses and steps of a visit, and the one table of which step may follow which status."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    PLANNED = "planned", _("Planned visit")
    FOLLOW_UP = "follow_up", _("Complaint follow-up")
    CARE = "care", _("Care visit")
    INSPECTION = "inspection", _("Inspection visit")
    SURVEY = "survey", _("Survey visit")


class Status(models.TextChoices):
    ASKED = "asked", pgettext_lazy("visit", "asked for by the resident")
    PLANNED = "planned", pgettext_lazy("visit", "planned")
    CALLED = "called", pgettext_lazy("visit", "called, no time yet")
    APPOINTED = "appointed", pgettext_lazy("visit", "appointed")
    UNDER_WAY = "under_way", pgettext_lazy("visit", "under way")
    DONE = "done", pgettext_lazy("visit", "done")
    NOBODY_HOME = "nobody_home", pgettext_lazy("visit", "nobody home")
    REFUSED = "refused", pgettext_lazy("visit", "refused")
    MOVED = "moved", pgettext_lazy("visit", "moved")
    CANCELLED = "cancelled", pgettext_lazy("visit", "cancelled")


AHEAD = frozenset({Status.ASKED, Status.PLANNED, Status.CALLED, Status.APPOINTED})
OPEN = AHEAD | {Status.UNDER_WAY}
OVER = frozenset(Status) - OPEN


class Step(models.TextChoices):
    CALL = "call", pgettext_lazy("visit step", "Record a call")
    STAFF = "staff", pgettext_lazy("visit step", "Change who goes")
    START = "start", pgettext_lazy("visit step", "Start")
    KNOCK = "knock", pgettext_lazy("visit step", "Knock")
    ENTER = "enter", pgettext_lazy("visit step", "Enter")
    OPINION = "opinion", pgettext_lazy("visit step", "Note an opinion")
    DONE = "done", pgettext_lazy("visit step", "Done")
    NOBODY_HOME = "nobody_home", pgettext_lazy("visit step", "Nobody home")
    REFUSED = "refused", pgettext_lazy("visit step", "Refused")
    MOVED = "moved", pgettext_lazy("visit step", "Moved")
    CANCEL = "cancelled", pgettext_lazy("visit step", "Cancelled")


@dataclass(frozen=True)
class Transition:
    """From which statuses a step may be taken, to which it leads (None: the status stays or the call decides), and
    whether it is the desk's alone, not of everybody who is on the visit."""

    begins: frozenset[Status]
    leads_to: Status | None = None
    desk_only: bool = False


AT_THE_DOOR = frozenset({Status.UNDER_WAY})
TRANSITIONS: dict[Step, Transition] = {
    Step.CALL: Transition(AHEAD),
    Step.STAFF: Transition(AHEAD, desk_only=True),
    Step.START: Transition(AHEAD, Status.UNDER_WAY),
    Step.KNOCK: Transition(AT_THE_DOOR),
    Step.ENTER: Transition(AT_THE_DOOR),
    Step.OPINION: Transition(AT_THE_DOOR | {Status.DONE}),
    Step.DONE: Transition(AT_THE_DOOR, Status.DONE),
    Step.NOBODY_HOME: Transition(AT_THE_DOOR, Status.NOBODY_HOME),
    Step.REFUSED: Transition(OPEN, Status.REFUSED),
    Step.MOVED: Transition(OPEN, Status.MOVED),
    Step.CANCEL: Transition(OPEN, Status.CANCELLED),
}
OUTCOMES = (Step.DONE, Step.NOBODY_HOME, Step.REFUSED, Step.MOVED, Step.CANCEL)


class CallOutcome(models.TextChoices):
    AGREED = "agreed", pgettext_lazy("call", "a time is agreed")
    NO_ANSWER = "no_answer", pgettext_lazy("call", "no answer")
    LATER = "later", pgettext_lazy("call", "reached, no time yet")
    REFUSED = "refused", pgettext_lazy("call", "wants no visit")


CALL_LEADS_TO: dict[CallOutcome, Status] = {
    CallOutcome.AGREED: Status.APPOINTED,
    CallOutcome.NO_ANSWER: Status.CALLED,
    CallOutcome.LATER: Status.CALLED,
    CallOutcome.REFUSED: Status.REFUSED,
}


class How(models.TextChoices):
    """How the resident was spoken to."""

    PHONE = "phone", pgettext_lazy("spoken", "we called")
    THEY_CALLED = "they_called", pgettext_lazy("spoken", "they called us")
    IN_PERSON = "in_person", pgettext_lazy("spoken", "in person")


class EventKind(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("visit event", "Planned")
    ASKED = "asked", pgettext_lazy("visit event", "The resident asks for a visit")
    CALLED = "called", pgettext_lazy("visit event", "Called")
    APPOINTED = "appointed", pgettext_lazy("visit event", "A time is agreed")
    STAFFED = "staffed", pgettext_lazy("visit event", "Other people go")
    STARTED = "started", pgettext_lazy("visit event", "Started")
    KNOCKED = "knocked", pgettext_lazy("visit event", "Knocked")
    ENTERED = "entered", pgettext_lazy("visit event", "Entered the home")
    OPINION = "opinion", pgettext_lazy("visit event", "An opinion is noted")
    TICKET = "ticket", pgettext_lazy("visit event", "An opinion became a ticket")
    DONE = "done", pgettext_lazy("visit event", "Done")
    NOBODY_HOME = "nobody_home", pgettext_lazy("visit event", "Nobody home")
    REFUSED = "refused", pgettext_lazy("visit event", "Refused")
    MOVED = "moved", pgettext_lazy("visit event", "Moved")
    CANCELLED = "cancelled", pgettext_lazy("visit event", "Cancelled")


class Target(models.TextChoices):
    """What is promised about a visit (policy rows of the kind "visit")."""

    CONFIRM = "confirm_visit", pgettext_lazy("limit", "answer who asks for a visit")
    COME = "come", pgettext_lazy("limit", "come at the agreed time")
    REBOOK = "rebook", pgettext_lazy("limit", "book again")
