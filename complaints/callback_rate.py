"""The callback rate and the satisfied share (K5).

Each figure is a condition on callbacks, so that the rows behind it are exactly those it counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from complaints.models import Callback, CallbackQuerySet, Goal
from complaints.remembered import goal_percent
from complaints.states import ALWAYS_CALLED_BACK, DRAWN_FOR_CALLBACK, CallbackOutcome, Kind
from portal.organization.models import User

SATISFIED_FROM = 4
DONE = Q(finished_at__isnull=False) & ~Q(outcome=CallbackOutcome.NOT_DRAWN)
FIGURES = ("told", "not_due", "due", "finished", "missing", "judged", "satisfied", "dissatisfied")
OF = {"complaint": ALWAYS_CALLED_BACK, "request": DRAWN_FOR_CALLBACK, "all": ALWAYS_CALLED_BACK | DRAWN_FOR_CALLBACK}
GROUPS: dict[str, Any] = {
    "department": F("ticket__department"),
    "category": Coalesce("ticket__category__parent", "ticket__category"),
    "month": TruncMonth("told_at"),
}


def conditions(now: datetime) -> dict[str, Q]:
    """What each figure counts of those told in a month; what is not yet due stands beside the rate, not in it."""
    due, judged = Q(due_at__lte=now), Q(satisfaction__isnull=False) | Q(solved=False)
    satisfied = Q(satisfaction__gte=SATISFIED_FROM)
    found = (Q(), ~due, due, due & DONE, due & ~DONE, judged, satisfied, judged & ~Q(satisfaction__gte=SATISFIED_FROM))
    return dict(zip(FIGURES, found, strict=True))


@dataclass(frozen=True)
class Rate:
    """The figures of one row: told, not yet due, due, finished, …"""

    told: int = 0
    not_due: int = 0
    due: int = 0
    finished: int = 0
    missing: int = 0
    judged: int = 0
    satisfied: int = 0
    dissatisfied: int = 0
    finished_at_all: int = 0
    last_due_at: datetime | None = None

    @property
    def percent(self) -> float | None:
        return 100 * self.finished / self.due if self.due else None

    @property
    def satisfied_percent(self) -> float | None:
        return 100 * self.satisfied / self.judged if self.judged else None

    def needed(self, goal: int) -> int:
        """How many of all told so far the goal is."""
        return -(-self.told * goal // 100)

    def missing_to(self, goal: int) -> int:
        """How many more have to be finished, when all told so far are due, for the goal to be reached."""
        return max(self.needed(goal) - self.finished_at_all, 0)


def month_of(day: date) -> tuple[datetime, datetime]:
    """The calendar month of ``day``, as (from, to) in the current zone."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    zone = timezone.get_current_timezone()
    begins, ends = (datetime(one.year, one.month, 1, tzinfo=zone) for one in (first, after))
    return begins, ends


def told(user: User, begins: datetime, ends: datetime, of: str = "all") -> CallbackQuerySet:
    """Those this person may see of the tickets told in that time; raises KeyError for an unknown ``of``."""
    return Callback.objects.visible_to(user).told_from(begins, ends).filter(ticket__kind__in=OF[of])


def rates(rows: CallbackQuerySet, by: Any, now: datetime) -> dict[Any, Rate]:
    """The figures of each group; one statement whatever the rows."""
    counts = {name: Count("pk", filter=where) for name, where in conditions(now).items()}
    also = {"finished_at_all": Count("pk", filter=DONE), "last_due_at": Max("due_at", filter=Q(finished_at=None))}
    found = rows.annotate(group=by).order_by("group").values("group").annotate(**counts, **also)
    return {row.pop("group"): Rate(**row) for row in found}


def of_kinds(rows: CallbackQuerySet, now: datetime) -> dict[str, Rate]:
    """For complaints and for requests, one statement."""
    kinds = rates(rows, F("ticket__kind"), now)
    return {of: together(kinds.get(kind, Rate()) for kind in sorted(OF[of])) for of in ("complaint", "request")}


def together(found: Iterable[Rate]) -> Rate:
    """Several rows as one."""
    parts = list(found)
    counts = {name: sum(getattr(one, name) for one in parts) for name in (*FIGURES, "finished_at_all")}
    return Rate(**counts, last_due_at=max((one.last_due_at for one in parts if one.last_due_at), default=None))


def goal_of(of: str, site_id: int | None) -> int | None:
    """The share aimed at: complaints all, requests as the house decided; none for both together."""
    if of == Kind.COMPLAINT:
        return 100
    return goal_percent(Goal.Code.REQUESTS_CALLED, site_id) if of == "request" else None
