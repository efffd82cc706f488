"""Before a severity is saved: what would be due when, for each of the three."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Ticket, TicketTimer, TimerStep
from complaints.sla import targets_from_reception
from complaints.states import Kind, Severity, Target
from complaints.views.shown import DUE
from portal.calendars.services import calendar_of
from portal.pages import moments
from portal.promises import limits, policies
from portal.promises.timekeeping import pauses_of

ROWS = (
    Target.REPLY,
    Target.RESOLVE,
    Target.HAND_UP_SUPERVISING_MANAGER,
    Target.HAND_UP_GENERAL_MANAGER,
    Target.VIA_OPERATIONS,
)


def deadlines_by_severity(ticket: Ticket) -> dict[str, Any]:
    """A small table: the severities across, what they promise down; the clock counts from the same reception."""
    pauses = _pauses(ticket)
    columns = {severity: _deadlines(ticket, severity, pauses) for severity in Severity}
    rows = []
    for target in ROWS:
        cells = [columns[severity].get(target, "–") for severity in Severity]
        if any(cell != "–" for cell in cells):
            rows.append({"label": _label(target), "cells": cells})
    return {"heads": [(severity.label, severity == ticket.severity) for severity in Severity], "rows": rows}


def _label(target: Target) -> str:
    return str(target.label) if target in {Target.VIA_OPERATIONS, *ROWS[2:4]} else str(DUE[target])


def _pauses(ticket: Ticket) -> limits.Pauses:
    """What the resolution's clock stood still so far; one statement."""
    running = TicketTimer.objects.filter(ticket=ticket, target=Target.RESOLVE, round=ticket.round)
    return pauses_of(list(TimerStep.objects.filter(timer__in=running).order_by("pk")))


def _deadlines(ticket: Ticket, severity: Severity, pauses: limits.Pauses) -> dict[Target, str]:
    category = ticket.category.code if ticket.category else ""
    now = timezone.now()
    policy = policies.policy_for(ticket.site_id, ticket.kind, severity, category)
    found: dict[Target, str] = {}
    for target in targets_from_reception(Kind(ticket.kind), severity):
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
