"""Before something is saved: what would be due when, and who would be told when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Ticket, TicketTimer, TimerStep
from complaints.sla import targets_from_reception
from complaints.states import HANDED_UP_TO, REPAIRS, Kind, Severity, Target, Urgency, grade_label
from complaints.trial import Moment, Promise, before_and_after
from complaints.views.shown import DUE
from portal.calendars.services import calendar_of
from portal.pages import moments
from portal.pages.countdown import amount_words
from portal.promises import limits, policies
from portal.promises.timekeeping import pauses_of

ROWS = (
    Target.REPLY,
    Target.RESOLVE,
    Target.ARRIVE,
    Target.MADE_SAFE,
    Target.HAND_UP_SUPERVISING_MANAGER,
    Target.HAND_UP_GENERAL_MANAGER,
    Target.VIA_OPERATIONS,
)


def deadlines_by_severity(ticket: Ticket) -> dict[str, Any]:
    """A small table: the severities across, what they promise down; the clock counts from the same reception."""
    pauses = _pauses(ticket)
    grades = [Severity(one) for one in Urgency] if ticket.kind in REPAIRS else list(Severity)
    columns = {severity: _deadlines(ticket, severity, pauses) for severity in grades}
    rows = []
    for target in ROWS:
        cells = [columns[severity].get(target, "–") for severity in grades]
        if any(cell != "–" for cell in cells):
            rows.append({"label": _label(target), "cells": cells})
    heads = [(grade_label(ticket.kind, severity), severity == ticket.severity) for severity in grades]
    return {"heads": heads, "rows": rows}


def trial(ticket: Ticket, step: Callable[[], object]) -> dict[str, Any]:
    """Now and then, promise by promise: what would change first, what stays as one line. Raises the step's refusals."""
    zone = ticket.site.zone
    rows: list[dict[str, Any]] = []
    same = 0
    for before, after in before_and_after(ticket, step):
        if before == after:
            same += 1
            continue
        one = after or before
        assert one is not None
        what = str(DUE[Target(one.target)])
        rows.append({"label": what, "cells": [_due(before, zone), _due(after, zone)], "head": True})
        rows += _levels(before, after, zone)
    return {"rows": rows, "same": same}


def _due(promise: Promise | None, zone: ZoneInfo) -> str:
    if promise is None:
        return "–"
    if promise.paused or promise.due_at is None:
        return _("on hold, no deadline")
    return moments.with_today(promise.due_at, zone)


def _levels(before: Promise | None, after: Promise | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Who would be told, and when now and then."""
    if after is None:
        return []
    was = {level.level: level for level in before.levels} if before else {}
    return [
        {
            "label": _when(level, after.due_at),
            "cells": [_told(was.get(level.level), zone), _told(level, zone)],
            "head": False,
        }
        for level in after.levels
    ]


def _told(level: Moment | None, zone: ZoneInfo) -> str:
    """When, and whom."""
    if level is None:
        return "–"
    return f"{moments.with_today(level.at, zone)} {pgettext('between names', ', ').join(level.people)}".strip()


def _when(level: Moment, due_at: datetime | None) -> str:
    if level.percent is not None:
        return f"{level.percent} %"
    later = level.at - due_at if due_at else timedelta()
    return _("at the limit") if not later else f"+{amount_words(later)}"


def _label(target: Target) -> str:
    return str(target.label) if target in HANDED_UP_TO else str(DUE[target])


def _pauses(ticket: Ticket) -> limits.Pauses:
    """What the resolution's clock stood still so far; one statement."""
    running = TicketTimer.objects.filter(ticket=ticket, target=Target.RESOLVE, round=ticket.round)
    return pauses_of(list(TimerStep.objects.filter(timer__in=running).order_by("pk")))


def _deadlines(ticket: Ticket, severity: Severity, pauses: limits.Pauses) -> dict[Target, str]:
    category = ticket.category.code if ticket.category else ""
    now = timezone.now()
    policy = policies.policy_for(ticket.site_id, ticket.kind, severity, category)
    found: dict[Target, str] = {}
    for target in targets_from_reception(Kind(ticket.kind), severity, dangerous=ticket.dangerous):
        row = policy.for_turn(target) if policy else None
        if row is None:
            continue
        limit = policies.limit_of(row)
        calendar = calendar_of(policies.calendar_code_of(row), ticket.site_id, ticket.site.time_zone)
        zone = ticket.site.zone
        due = limits.due_at(limit, calendar, zone, ticket.round_began_at, pauses if limit.pausable else ())
        said = moments.with_today(due, zone)
        found[target] = _("%(moment)s, past already") % {"moment": said} if due < now else said
    return found
