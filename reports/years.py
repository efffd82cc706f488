"""Figures of more than a quarter, added up from what was counted for each month; ARCHITECTURE §5.

A month is counted whole and anew, in a transaction of its own: every night, and by ``manage.py rebuild_figures``.
What changed late comes in the next time. The month and the shift are those of each site's own zone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.utils import timezone

from complaints.models import Ticket, TicketTimer
from complaints.states import Target
from portal.organization.models import Site
from portal.organization.scope import Scope
from portal.promises import clock
from reports import kept
from reports.kept import Kept
from reports.models import MonthCounted, MonthFigures
from reports.periods import Period, period

BEYOND_A_QUARTER = "year"
COUNTED_AT_NIGHT = 2  # o'clock
BUDGET_SECONDS = 20
SUMS = ("all", "kept", "kept_at_first", "late", "running")
SPLITS = ("site", "target", "severity", "department", "category", "shift")


def counted(scope: Scope, of: Period, *, site_id: int | None = None) -> QuerySet[MonthFigures]:
    """The months of this time, as far as this person answers for them."""
    rows = MonthFigures.objects.filter(kept.answered_for(scope, "department"), month__gte=of.first, month__lt=of.after)
    return rows if site_id is None else rows.filter(site=site_id)


def figures(rows: QuerySet[MonthFigures], by: str) -> dict[Any, Kept]:
    """As ``kept.figures``, without how long it took: medians of parts do not add up."""
    found = rows.annotate(group=F(by)).order_by(F("group").asc(nulls_last=True)).values("group")
    return {
        str(row["group"]) if by == "month" else row["group"]: _kept(row)
        for row in found.annotate(**{f"sum_{name}": Sum(name) for name in SUMS})
    }


def _kept(row: dict[str, Any]) -> Kept:
    sums = {name: row[f"sum_{name}"] for name in SUMS}
    return Kept(settled=sums["kept"] + sums["late"], **sums)


def counted_at(of: Period, now: datetime) -> datetime | None:
    """When the oldest of its months was counted; None while one of those begun never was."""
    begun = MonthCounted.objects.filter(month__gte=of.first, month__lt=of.after, month__lte=timezone.localdate(now))
    moments = list(begun.values_list("counted_at", flat=True))
    return min((moment for moment in moments if moment), default=None) if all(moments) else None


def count_tonight() -> int:
    return count_due(clock.now())


def count_due(now: datetime) -> int:
    """Count the months not counted since last night, for some seconds; return how many. The next call goes on."""
    ends = time.monotonic() + BUDGET_SECONDS
    if not MonthCounted.objects.exists() or _due(now).exists():
        begin_months(now)
    done = 0
    for month in _due(now).order_by("counted_at", "month").values_list("month", flat=True):
        if time.monotonic() > ends:
            break
        done += count_month(month, now)
    return done


def _due(now: datetime) -> QuerySet[MonthCounted]:
    local = timezone.localtime(now)
    night = local.replace(hour=COUNTED_AT_NIGHT, minute=0, second=0, microsecond=0)
    since = night if night <= local else night - timedelta(days=1)
    return MonthCounted.objects.filter(Q(counted_at=None) | Q(counted_at__lt=since))


def begin_months(now: datetime) -> list[date]:
    """Every month from the first reception to this one has its row; return them."""
    first = Ticket.objects.aggregate(first=Min("received_at"))["first"] or now
    # A day more on either side: another site's zone may be in the month before or after already.
    month, last = (timezone.localdate(moment) for moment in (first - timedelta(days=1), now + timedelta(days=1)))
    months, month = [], month.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    MonthCounted.objects.bulk_create([MonthCounted(month=one) for one in months], ignore_conflicts=True)
    return months


@transaction.atomic
def count_month(month: date, now: datetime) -> bool:
    """Count one month anew; False where somebody else is just counting it."""
    row = MonthCounted.objects.select_for_update(skip_locked=True).filter(month=month).first()
    if row is None:
        return False
    MonthFigures.objects.filter(month=month).delete()
    for zone, sites in _sites_by_zone().items():
        _insert(month, ZoneInfo(zone), sites, now)
    row.counted_at = now
    row.save(update_fields=["counted_at"])
    return True


def _sites_by_zone() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for pk, zone in Site.objects.values_list("pk", "time_zone"):
        found.setdefault(zone, []).append(pk)
    return found


def _insert(month: date, zone: ZoneInfo, sites: Iterable[int], now: datetime) -> None:
    of = period(f"{month:%Y-%m}", zone)
    received = {"received_at__gte": of.begins, "received_at__lt": of.ends, "site__in": sites}
    rows = kept.of_tickets(TicketTimer.objects.filter(target__in=Target.values, **received).counted(), of)
    groups, conditions = kept.groups(zone), kept.conditions(now)
    query = (
        rows.order_by()
        .annotate(**{f"of_{name}": groups[name] for name in SPLITS})
        .values(*(f"of_{name}" for name in SPLITS))
        .annotate(**{f"n_{name}": Count("outcome", filter=conditions[name]) for name in SUMS})
    )
    sql, values = query.query.sql_with_params()
    table = MonthFigures._meta
    columns = ", ".join(f'"{table.get_field(name).column}"' for name in (*SPLITS, *SUMS))  # type: ignore[union-attr]
    counted = ", ".join([*(f"of_{name}" for name in SPLITS), *(f"n_{name}" for name in SUMS)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.db_table} (month, {columns}) SELECT %s, {counted} FROM ({sql}) counted",  # noqa: S608 - our own names
            [month, *values],
        )
