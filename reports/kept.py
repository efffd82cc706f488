"""How promises were kept (P2).

Each figure is a condition on the promises about tickets received in a period, so that the rows behind it are exactly
those it counted. A promise is one timer: what happens twice (a second dispatch, a second round) is promised twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce, Extract, ExtractHour, TruncMonth

from complaints.models import OvertimeRequest, TicketTimer
from complaints.states import Decision, Target
from portal.organization.roles import LEADERSHIP, Role
from portal.organization.scope import Scope
from portal.promises.models import TimerState
from reports.periods import Period

READERS = LEADERSHIP | {Role.DEPARTMENT_HEAD}
FIGURES = ("all", "settled", "kept", "kept_at_first", "late", "running")
EARLY, LATE_SHIFT, NIGHT = "early", "late", "night"
SHIFTS = {EARLY: range(8, 16), LATE_SHIFT: range(16, 24), NIGHT: range(8)}  # by the hour of reception


class Percentile(Aggregate):
    """An exact percentile of a number; None where there is none."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


def conditions(now: datetime) -> dict[str, Q]:
    """What each figure counts. Late once is late for good; what lapsed in time counts nowhere but in "all"."""
    late = Q(breached_at__isnull=False) | Q(state=TimerState.RUNNING, due_at__lt=now)
    kept = Q(state=TimerState.MET, breached_at=None)
    extended = OvertimeRequest.objects.filter(
        ticket=OuterRef("ticket"),
        round=OuterRef("round"),
        decision__in=[Decision.GRANTED, Decision.SHORTENED],
        was_due_at__lt=OuterRef("met_at"),
    )
    running = Q(state__in=[TimerState.RUNNING, TimerState.PAUSED]) & ~late
    return {
        "all": Q(),
        "settled": kept | late,
        "kept": kept,
        "kept_at_first": kept & (~Q(target=Target.RESOLVE) | ~Exists(extended)),
        "late": late,
        "running": running,
    }


def promised(scope: Scope, period: Period, *, site_id: int | None = None) -> QuerySet[TicketTimer]:
    """The promises about tickets received in the period, as far as this person answers for them.

    Leaders: their sites. The head of a department: what is with it now.
    """
    # With the targets named a month is a range of ``timer_kept`` for each.
    received = {"received_at__gte": period.begins, "received_at__lt": period.ends}
    rows = TicketTimer.objects.filter(target__in=Target.values, **received)
    if site_id is not None:
        rows = rows.filter(site=site_id)
    everywhere, sites = scope.sites_as(LEADERSHIP)
    if everywhere:
        return rows
    departments = scope.departments_as({Role.DEPARTMENT_HEAD}, outside=sites)
    if not departments:
        return rows.filter(site__in=sites)
    return rows.filter(Q(site__in=sites) | Q(ticket__department_id__in=departments))


def of_tickets(rows: QuerySet[TicketTimer], period: Period, sites: Iterable[int]) -> QuerySet[TicketTimer]:
    """The same rows for a split that asks the tickets: named twice, a month of tickets is one range of an index too."""
    received = {"ticket__received_at__gte": period.begins, "ticket__received_at__lt": period.ends}
    return rows.filter(ticket__site__in=list(sites), **received)


def groups(zone: Any) -> dict[str, Any]:
    """By what a figure can be split; the shift and the month are those of the reception, in the site's zone."""
    return {
        "severity": F("ticket__severity"),
        "department": F("ticket__department"),
        "category": Coalesce("ticket__category__parent", "ticket__category"),
        "site": F("site"),
        "shift": ExtractHour("received_at", tzinfo=zone),
        "month": TruncMonth("received_at", tzinfo=zone),
        "target": F("target"),
    }


@dataclass(frozen=True)
class Kept:
    """The figures of one row; ``median`` and ``p90`` are seconds from the start to the moment it was met."""

    all: int = 0
    settled: int = 0
    kept: int = 0
    kept_at_first: int = 0
    late: int = 0
    running: int = 0
    median: float | None = None
    p90: float | None = None

    @property
    def percent(self) -> float | None:
        return 100 * self.kept / self.settled if self.settled else None

    @property
    def percent_at_first(self) -> float | None:
        return 100 * self.kept_at_first / self.settled if self.settled else None


def figures(rows: QuerySet[TicketTimer], by: Any, now: datetime, *, times: bool = True) -> dict[Any, Kept]:
    """The figures of each group, with how long it took; one statement whatever the rows."""
    taken = Extract(
        ExpressionWrapper(F("met_at") - F("started_at"), output_field=DurationField()),
        "epoch",
        output_field=FloatField(),
    )
    met = Q(state=TimerState.MET)
    counts: dict[str, Any] = {name: Count("target", filter=where) for name, where in conditions(now).items()}
    if times:
        counts |= {"median": Percentile(taken, 0.5, filter=met), "p90": Percentile(taken, 0.9, filter=met)}
    found = rows.annotate(group=by).order_by("group").values("group").annotate(**counts)
    return {row.pop("group"): Kept(**row) for row in found}


def by_shift(of_hours: dict[int, Kept]) -> dict[str, Kept]:
    """Hours together as shifts. Percentiles of parts do not add up, so a shift has none."""
    found: dict[str, Kept] = {}
    for shift, hours in SHIFTS.items():
        parts = [of_hours[hour] for hour in hours if hour in of_hours]
        if parts:
            found[shift] = Kept(**{name: sum(getattr(one, name) for one in parts) for name in FIGURES})
    return found
