"""The day's and the month's figures, and the rows behind each (B6). A working day ends at four in the morning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median, quantiles

from django.db.models import F, Q, QuerySet

from bar_service.hall import looks_at
from bar_service.models import Bar, BarTable, BarTimer, DrinkOrder, Loan, Party, SalesRequest
from bar_service.promised import Target, amount, bounds_of
from bar_service.states import missed_rounds, rounds_kept
from portal.promises.models import TimerState

ENOUGH_FOR_P90 = 2


@dataclass(frozen=True)
class Period:
    """A day, or the days of a month."""

    first: date
    last: date
    begins: datetime
    ends: datetime

    @property
    def is_month(self) -> bool:
        return self.first != self.last

    @property
    def query(self) -> str:
        return f"month={self.first:%Y-%m}" if self.is_month else f"day={self.first.isoformat()}"


def day_of(bar: Bar, day: date) -> Period:
    return Period(day, day, *bounds_of(day, bar.site.zone))


def month_of(bar: Bar, day: date) -> Period:
    first = day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return Period(first, last, bounds_of(first, bar.site.zone)[0], bounds_of(last, bar.site.zone)[1])


@dataclass(frozen=True)
class Rounds:
    """The rounds of one party in a VIP room."""

    party: Party
    kept: int
    missed: int


@dataclass(frozen=True)
class Figures:
    """``minutes`` are those from order to table, in order."""

    parties: int
    visitors: int
    servings: int
    minutes: Sequence[float]
    popular: Sequence[tuple[str, int]]
    rounds: Sequence[Rounds]
    loans: int
    requests: int
    late: int

    @property
    def per_visitor(self) -> float | None:
        return self.servings / self.visitors if self.visitors else None

    @property
    def median_minutes(self) -> float | None:
        return median(self.minutes) if self.minutes else None

    @property
    def p90_minutes(self) -> float | None:
        return quantiles(self.minutes, n=10)[8] if len(self.minutes) >= ENOUGH_FOR_P90 else None

    @property
    def kept(self) -> int:
        return sum(one.kept for one in self.rounds)

    @property
    def missed(self) -> int:
        return sum(one.missed for one in self.rounds)

    @property
    def kept_percent(self) -> int | None:
        due = self.kept + self.missed
        return round(100 * self.kept / due) if due else None


def figures_of(bar: Bar, period: Period, now: datetime) -> Figures:
    """Seven statements."""
    parties = list(parties_in(bar, period))
    orders = list(orders_in(bar, period))
    counted: Counter[str] = Counter()
    for order in orders:
        counted[str(order.product)] += order.quantity
    return Figures(
        parties=len(parties),
        visitors=sum(party.size for party in parties),
        servings=sum(counted.values()),
        minutes=sorted(minutes_to_serve(order) for order in orders if order.served_at),
        popular=counted.most_common(),
        rounds=rounds_in(bar, parties, now),
        loans=loans_in(bar, period).count(),
        requests=requests_in(bar, period).count(),
        late=late_in(bar, period, now).count(),
    )


def parties_in(bar: Bar, period: Period) -> QuerySet[Party]:
    found = Party.objects.standing().filter(bar=bar, seated_at__gte=period.begins, seated_at__lt=period.ends)
    return found.select_related("table", "brought_by", "greeted_by").order_by("seated_at", "pk")


def orders_in(bar: Bar, period: Period) -> QuerySet[DrinkOrder]:
    found = DrinkOrder.objects.filter(party__bar=bar, placed_at__gte=period.begins, placed_at__lt=period.ends)
    standing = found.exclude(status=DrinkOrder.Status.CANCELLED).filter(party__withdrawn_at=None)
    return standing.select_related("product", "party__table").order_by("placed_at", "pk")


def loans_in(bar: Bar, period: Period) -> QuerySet[Loan]:
    found = Loan.objects.filter(gear__bar=bar, lent_at__gte=period.begins, lent_at__lt=period.ends, withdrawn_at=None)
    return found.select_related("gear").order_by("lent_at", "pk")


def requests_in(bar: Bar, period: Period) -> QuerySet[SalesRequest]:
    found = SalesRequest.objects.filter(bar=bar, asked_at__gte=period.begins, asked_at__lt=period.ends)
    return found.filter(withdrawn_at=None).select_related("by").order_by("asked_at", "pk")


def late_in(bar: Bar, period: Period, now: datetime) -> QuerySet[BarTimer]:
    """Promises whose deadline fell into the period and passed unkept; one kept at its press counts as kept."""
    due = BarTimer.objects.filter(matter__bar=bar, due_at__gte=period.begins, due_at__lt=period.ends)
    unkept = Q(state=TimerState.MET, met_at__gt=F("due_at")) | Q(state=TimerState.RUNNING, due_at__lt=now)
    left_late = Q(state=TimerState.CANCELLED, breached_at__isnull=False)
    return due.filter(unkept | left_late).select_related("matter").order_by("due_at", "pk")


def rounds_in(bar: Bar, parties: Sequence[Party], now: datetime) -> list[Rounds]:
    every = amount(bar.site_id, Target.VIP_ROUND)
    vip = [party for party in parties if party.table.kind == BarTable.Kind.VIP]
    looks = looks_at([party.pk for party in vip])
    return [
        Rounds(
            party,
            rounds_kept([party.seated_at, *looks.get(party.pk, [])], every),
            missed_rounds([party.seated_at, *looks.get(party.pk, []), party.left_at or now], every),
        )
        for party in vip
    ]


def minutes_to_serve(order: DrinkOrder) -> float:
    assert order.served_at is not None
    return (order.served_at - order.placed_at).total_seconds() / 60


ROWS: dict[str, Callable[[Bar, Period, datetime], Sequence[object]]] = {
    "visitors": lambda bar, period, _now: list(parties_in(bar, period)),
    "orders": lambda bar, period, _now: list(orders_in(bar, period)),
    "rounds": lambda bar, period, now: rounds_in(bar, list(parties_in(bar, period)), now),
    "loans": lambda bar, period, _now: list(loans_in(bar, period)),
    "requests": lambda bar, period, _now: list(requests_in(bar, period)),
    "late": lambda bar, period, now: list(late_in(bar, period, now)),
}
