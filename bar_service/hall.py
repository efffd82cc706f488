"""The hall as one screen shows it: rooms, tables, the chosen one, stock against seats. Reads only; a fixed number of
statements whatever is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum

from bar_service.models import Act, Bar, BarTable, BarTimer, DrinkOrder, Party, Product, StockItem
from bar_service.promised import Target, amount
from bar_service.states import ActKind, Cared, TableState, looks_and_gaps, missed_rounds, state_of
from portal.pages.countdown import TimeLeft, time_left

NEEDY = frozenset({TableState.FIRST_DRINK, TableState.REFILL, TableState.ASHTRAY})
MOST_LOOKS = 14  # as many as a card has room for


@dataclass
class Place:
    """A table or a room with who sits there."""

    table: BarTable
    state: TableState
    party: Party | None = None
    orders: list[DrinkOrder] = field(default_factory=list)
    left: TimeLeft | None = None
    missed: int = 0
    looks: list[bool] = field(default_factory=list)  # True a look, False a round that was missed; the last ones

    @property
    def made(self) -> int:
        return sum(self.looks)

    @property
    def waiting(self) -> list[DrinkOrder]:
        return [order for order in self.orders if order.status == DrinkOrder.Status.PLACED]

    @property
    def needs(self) -> bool:
        return self.state in NEEDY or bool(self.waiting)

    def minutes_since(self, now: datetime) -> int:
        assert self.party is not None
        return int((now - self.party.attended_at).total_seconds() // 60)


@dataclass(frozen=True)
class Gauge:
    """So many servings of one thing, against what the seats ask for."""

    name: str
    servings: int
    target: int

    @property
    def short(self) -> int:
        return max(self.target - self.servings, 0)

    @property
    def css(self) -> str:
        return "is-ok" if not self.short else "is-late" if self.servings * 2 < self.target else "is-soon"


@dataclass(frozen=True)
class Hall:
    rooms: Sequence[Place]
    tables: Sequence[Place]

    @property
    def everything(self) -> list[Place]:
        return [*self.rooms, *self.tables]

    def chosen(self, table: int | None) -> Place | None:
        """The one asked for; otherwise what needs somebody most."""
        for place in self.everything:
            if place.table.pk == table:
                return place
        first = [place for place in self.tables if place.needs] or [
            place for place in self.everything if place.party is not None
        ]
        return (first or self.everything or [None])[0]

    @property
    def seats(self) -> int:
        return sum(place.table.seats for place in self.tables)

    @property
    def people(self) -> int:
        return sum(p.party.size for p in self.tables if p.party is not None and p.state != TableState.TO_CLEAR)


def hall_of(bar: Bar, now: datetime) -> Hall:
    """Five statements."""
    tables = list(BarTable.objects.filter(bar=bar, retired_at=None))
    parties = {
        party.table_id: party
        for party in Party.objects.at_tables().filter(bar=bar).select_related("brought_by", "greeted_by")
    }
    orders: dict[int, list[DrinkOrder]] = defaultdict(list)
    standing = DrinkOrder.objects.exclude(status=DrinkOrder.Status.CANCELLED).select_related("product")
    for order in standing.filter(party__in=[party.pk for party in parties.values()]):
        orders[order.party_id].append(order)
    looks = looks_at([party.pk for party in parties.values()])
    matters = [party.matter_id for party in parties.values() if party.matter_id]
    timers = {timer.matter_id: timer for timer in BarTimer.objects.open().filter(matter__in=matters)}
    limits = {target: amount(bar.site_id, target) for target in (*OF_A_TABLE, Target.VIP_ROUND)}
    places = [_place(table, parties.get(table.pk), orders, looks, timers, limits, now) for table in tables]
    return Hall(
        rooms=[place for place in places if place.table.is_vip],
        tables=[place for place in places if not place.table.is_vip],
    )


OF_A_TABLE = (Target.FIRST_DRINK, Target.REFILL, Target.ASHTRAY)


def cared_of(party: Party, *, smoking: bool, ordered: bool) -> Cared:
    unoffered = party.offered_at is None and party.poured_at is None and not party.no_drinks and not ordered
    return Cared(party.seated_at, party.left_at, party.poured_at, party.ashtray_at, smoking, unoffered)


def state_now(cared: Cared, limits: Mapping[Target, timedelta], now: datetime) -> TableState:
    first, refill, ashtray = (limits[target] for target in OF_A_TABLE)
    return state_of(cared, now, refill_after=refill, ashtray_after=ashtray, first_after=first)


def looks_at(parties: Iterable[int]) -> dict[int, list[datetime]]:
    """The rounds that stand, by party."""
    found: dict[int, list[datetime]] = defaultdict(list)
    rounds = Act.objects.filter(kind=ActKind.ROUND, party__in=list(parties), undone_by=None)
    for party, at in rounds.values_list("party", "at"):
        found[party].append(at)
    return found


def _place(
    table: BarTable,
    party: Party | None,
    orders: Mapping[int, list[DrinkOrder]],
    looks: Mapping[int, list[datetime]],
    timers: Mapping[int, BarTimer],
    limits: Mapping[Target, timedelta],
    now: datetime,
) -> Place:
    if party is None:
        return Place(table, TableState.FREE)
    ordered = orders.get(party.pk, [])
    cared = cared_of(party, smoking=table.smoking, ordered=bool(ordered) or table.is_vip)  # a room has its rounds
    place = Place(table, state_now(cared, limits, now), party, ordered)
    if table.is_vip:
        moments = [party.seated_at, *looks.get(party.pk, []), party.left_at or now]
        place.missed = missed_rounds(moments, limits[Target.VIP_ROUND])
        place.looks = looks_and_gaps(moments, limits[Target.VIP_ROUND])[-MOST_LOOKS:]
        timer = timers.get(party.matter_id or 0)
        if timer is not None:
            place.left = time_left(now, due_at=timer.due_at, started_at=timer.started_at)
    return place


def gauges_of(bar: Bar, seats: int, today: date) -> list[Gauge]:
    """What is on the menu in servings, and the cups, against so many servings a seat. Three statements."""
    target = seats * bar.servings_per_seat
    left = left_by_item(bar, today)
    items = {item.pk: item for item in left}
    amounts = {item.pk: left[item] for item in left}
    found = [
        Gauge(str(product), servings_of(product, amounts), target)
        for product in Product.objects.filter(bar=bar, retired_at=None).prefetch_related("recipe")
        if product.recipe.all()
    ]
    return found + [Gauge(str(item), amounts[pk], target) for pk, item in items.items() if item.is_cup]


def servings_of(product: Product, left: Mapping[int, int]) -> int:
    """How many can be made of what is left."""
    return min((left.get(line.item_id, 0) // line.amount for line in product.recipe.all()), default=0)


def left_by_item(bar: Bar, today: date) -> dict[StockItem, int]:
    """What may still be served of each thing: expired lots do not count."""
    fresh = Sum("lots__left", filter=Q(lots__expires_on=None) | Q(lots__expires_on__gte=today))
    return {item: item.fresh or 0 for item in StockItem.objects.filter(bar=bar, retired_at=None).annotate(fresh=fresh)}  # type: ignore[attr-defined]
