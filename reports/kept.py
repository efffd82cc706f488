"""How promises were kept (P2).

Each figure is a condition on the promises about tickets received in a period, so that the rows behind it are exactly
those it counted. A promise is one timer: what happens twice (a second dispatch, a second round) is promised twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractHour, TruncMonth
from django.db.models.lookups import GreaterThanOrEqual

from complaints.models import Outcome, OvertimeRequest, TicketTimer
from complaints.states import Decision, Target
from portal.organization.roles import LEADERSHIP, Role
from portal.organization.scope import Scope
from reports.periods import Period

READERS = LEADERSHIP | {Role.DEPARTMENT_HEAD}
FIGURES = ("all", "settled", "kept", "kept_at_first", "late", "running")
EARLY, LATE_SHIFT, NIGHT = "early", "late", "night"
SHIFTS = {LATE_SHIFT: range(16, 24), EARLY: range(8, 16), NIGHT: range(8)}  # by the hour of reception, the last first


class Percentile(Aggregate):
    """An exact percentile of a number; None where there is none."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


def given_more_time() -> Q:
    """Resolved in time only because more of it was granted."""
    granted = OvertimeRequest.objects.filter(
        ticket=OuterRef("ticket"),
        round=OuterRef("round"),
        decision__in=[Decision.GRANTED, Decision.SHORTENED],
        was_due_at__lt=OuterRef("met_at"),
    )
    return Q(outcome=Outcome.KEPT_AFTER_A_CHANGE) & Exists(granted)


def conditions(now: datetime) -> dict[str, Q]:
    """What each figure counts. Late once is late for good; what lapsed in time counts nowhere but in "all"."""
    # Written for a million of them: plain comparisons, the one that decides most first.
    running = Q(outcome=Outcome.RUNNING)
    late = Q(outcome=Outcome.LATE) | (running & Q(due_at__lt=now))
    kept = Q(outcome__range=(Outcome.KEPT, Outcome.KEPT_AFTER_A_CHANGE))
    return {
        "all": Q(),
        "settled": kept | late,
        "kept": kept,
        "kept_at_first": kept & ~given_more_time(),
        "late": late,
        "running": Q(outcome=Outcome.PAUSED) | (running & Q(due_at__gte=now)),
    }


def promised(scope: Scope, period: Period, *, site_id: int | None = None) -> QuerySet[TicketTimer]:
    """The promises about tickets received in the period, as far as this person answers for them.

    Leaders: their sites. The head of a department: what is with it now.
    """
    # With the targets named a month is a range of ``timer_kept`` for each.
    received = {"received_at__gte": period.begins, "received_at__lt": period.ends}
    rows = TicketTimer.objects.filter(target__in=Target.values, **received).counted()
    if site_id is not None:
        rows = rows.filter(site=site_id)
    return rows.filter(answered_for(scope, "ticket__department_id"))


def answered_for(scope: Scope, department: str) -> Q:
    """What of rows with a site this person answers for; ``department``: where such a row has its own."""
    everywhere, sites = scope.sites_as(LEADERSHIP)
    if everywhere:
        return Q()
    departments = scope.departments_as({Role.DEPARTMENT_HEAD}, outside=sites)
    of_sites = Q(site__in=sites)
    return of_sites | Q(**{f"{department}__in": departments}) if departments else of_sites


def of_tickets(rows: QuerySet[TicketTimer], period: Period) -> QuerySet[TicketTimer]:
    """The same rows for a split that asks the tickets: named twice, a month of tickets is one range of an index too."""
    return rows.filter(ticket__received_at__gte=period.begins, ticket__received_at__lt=period.ends)


def groups(zone: Any) -> dict[str, Any]:
    """By what a figure can be split; the shift and the month are those of the reception, in the site's zone."""
    return {
        "severity": F("ticket__severity"),
        "department": F("ticket__department"),
        "category": Coalesce("ticket__category__parent", "ticket__category"),
        "site": F("site"),
        "shift": _shift(ExtractHour("received_at", tzinfo=zone)),
        "month": Cast(TruncMonth("received_at", tzinfo=zone), DateField()),
        "target": F("target"),
    }


def _shift(hour: Any) -> Case:
    begun = [When(GreaterThanOrEqual(hour, hours.start), then=Value(shift)) for shift, hours in SHIFTS.items()]
    return Case(*begun, output_field=CharField())


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


@dataclass(frozen=True)
class Part:
    """Rows to be counted by groups. Not ``whole``: only those kept and those late."""

    name: str
    rows: QuerySet[TicketTimer]
    by: Any
    whole: bool = True


def figures(rows: QuerySet[TicketTimer], by: Any, now: datetime, *, whole: bool = True) -> dict[Any, Kept]:
    """The figures of each group; one statement whatever the rows."""
    return together([Part("", rows, by, whole)], now)[""]


def together(parts: Sequence[Part], now: datetime) -> dict[str, dict[Any, Kept]]:
    """The figures of all parts in one statement, so that PostgreSQL counts several at the same time.

    Groups are as JSON has them: a day is its text. Parts of one name are put together.
    """
    queries = [(name, *query.query.sql_with_params()) for name, query in _queries(parts, now)]
    sql = " UNION ALL ".join(f"SELECT %s, to_jsonb(part.*) FROM ({query}) part" for _name, query, _values in queries)  # noqa: S608 - what the ORM wrote
    found: dict[str, dict[Any, dict[str, Any]]] = {part.name: {} for part in parts}
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for name, _query, values in queries for value in (name, *values)])
        for name, row in cursor.fetchall():
            counts = json.loads(row)
            found[name].setdefault(counts.pop("group"), {}).update(counts)
    return {
        name: {group: _kept(**counts) for group, counts in sorted(groups.items(), key=_nobody_last)}
        for name, groups in found.items()
    }


def _queries(parts: Sequence[Part], now: datetime) -> Iterator[tuple[str, QuerySet[Any, dict[str, Any]]]]:
    """What was given more time is looked up apart: as a count beside the others it would keep them on one core."""
    of, given = conditions(now), given_more_time() & Q(target=Target.RESOLVE)
    few = {name: Count("outcome", filter=of[name]) for name in ("kept", "late")}
    times = {name: Percentile("took_seconds", share) for name, share in (("median", 0.5), ("p90", 0.9))}
    many = few | {name: Count("outcome", filter=of[name]) for name in ("all", "running")} | times
    for part in parts:
        rows = part.rows.order_by().annotate(group=part.by)
        yield part.name, rows.values("group").annotate(**(many if part.whole else few))
        if part.whole:
            yield part.name, rows.filter(given).values("group").annotate(given=Count("outcome"))


def _kept(kept: int, late: int, given: int = 0, **others: Any) -> Kept:
    return Kept(settled=kept + late, kept=kept, kept_at_first=kept - given, late=late, **others)


def _nobody_last(pair: tuple[Any, Kept]) -> tuple[bool, Any]:
    return pair[0] is None, pair[0]
