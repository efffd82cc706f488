"""What stands open now (P1): each figure is one the queue can open, counted in few statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Count, Q

from complaints.models import TicketQuerySet
from complaints.states import UNRESOLVED, Severity
from reports.pace import Waiting, late_by

AGES = (timedelta(hours=4), timedelta(days=1), timedelta(days=3))  # the columns of the table; the last is "longer"
PACE_DAYS = 7
LOOKS_AHEAD = timedelta(days=2)
MOST_AHEAD = 2000


def by_severity_and_age(visible: TicketQuerySet, now: datetime) -> dict[str, list[int]]:
    """Open tickets of each severity, the worst first: so many of each age, and all."""
    marks = [now - age for age in AGES]
    newer = [Q(received_at__gt=marks[0])]
    newer += [Q(received_at__gt=younger, received_at__lte=older) for older, younger in pairwise(marks)]
    newer += [Q(received_at__lte=marks[-1]), Q()]
    counts = {f"age{place}": Count("pk", filter=where) for place, where in enumerate(newer)}
    found = {
        row.pop("severity"): list(row.values())
        for row in visible.open().order_by().values("severity").annotate(**counts)
    }
    return {severity: found.get(severity, [0] * len(newer)) for severity in reversed(Severity.values)}


def will_be_late(visible: TicketQuerySet, now: datetime) -> list[Waiting]:
    """What will pass its limit within two days at the pace of the last week; two statements.

    Of the tickets still to be resolved; those already late stand in front of them.
    """
    waiting = visible.filter(status__in=UNRESOLVED, resolve_due_at__lt=now + LOOKS_AHEAD).order_by("resolve_due_at")
    rows = [Waiting(*row) for row in waiting.values_list("department", "resolve_due_at", "severity")[:MOST_AHEAD]]
    done = visible.filter(resolved_at__gte=now - timedelta(days=PACE_DAYS)).order_by()
    pace = {row["department"]: row["n"] / PACE_DAYS for row in done.values("department").annotate(n=Count("pk"))}
    return late_by(rows, pace, now)
