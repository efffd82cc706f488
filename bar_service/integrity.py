"""What has to add up at the bar, beyond what the database itself refuses. Timers are checked by the ground."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from bar_service.models import Act, BarTimer, DrinkOrder, Gear, Loan, Lot, Movement, Party, Run
from bar_service.models.house import BarTable
from bar_service.promised import Target
from portal.promises.models import TimerState


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    yield from _stock()
    yield from _orders()
    yield from _promises()
    for pk in (
        Loan.objects.out().filter(gear__state__in=[Gear.State.LOST, Gear.State.DAMAGED]).values_list("pk", flat=True)
    ):
        yield f"bar loan {pk} is out and what it lends is marked lost or damaged"
    late = Act.objects.filter(at__gt=F("arrived_at")).values_list("pk", flat=True)
    for pk in late:
        yield f"bar act {pk} arrived before it was pressed"


def _stock() -> Iterator[str]:
    """Each lot against the sum of its movements."""
    moved = Movement.objects.filter(lot=OuterRef("pk")).order_by().values("lot").annotate(total=Sum("amount"))
    lots = Lot.objects.annotate(moved=Coalesce(Subquery(moved.values("total")), 0)).exclude(left=F("moved"))
    for pk, left, total in lots.values_list("pk", "left", "moved"):
        yield f"bar lot {pk} says {left} are left, its movements say {total}"


def _orders() -> Iterator[str]:
    """What an order took from stock against the recipe: all of it while it stands, nothing once it is cancelled."""
    serving = Sum("movements__amount", filter=Q(movements__kind=Movement.Kind.SERVE))
    orders = DrinkOrder.objects.annotate(used=Coalesce(serving, 0))
    for pk in orders.filter(status=DrinkOrder.Status.CANCELLED).exclude(used=0).values_list("pk", flat=True):
        yield f"bar order {pk} is cancelled and its stock is not back"
    standing = orders.exclude(status=DrinkOrder.Status.CANCELLED)
    for pk in standing.filter(used__gte=0, product__recipe__isnull=False).distinct().values_list("pk", flat=True):
        yield f"bar order {pk} stands and took nothing from stock"


def _promises() -> Iterator[str]:
    running = BarTimer.objects.filter(state=TimerState.RUNNING).values("matter")
    vip = Party.objects.filter(table__kind=BarTable.Kind.VIP, withdrawn_at=None)
    for pk in vip.filter(left_at=None).exclude(matter__in=running).values_list("pk", flat=True):
        yield f"bar party {pk} sits in a VIP room and no round runs"
    for pk in vip.filter(left_at__isnull=False, matter__in=running).values_list("pk", flat=True):
        yield f"bar party {pk} has left its VIP room and a round still runs"
    for pk in Run.objects.filter(done_at=None).exclude(matter__in=running).values_list("pk", flat=True):
        yield f"bar checklist {pk} is not done and promises nothing"
    for pk in Run.objects.filter(done_at__isnull=False, matter__in=running).values_list("pk", flat=True):
        yield f"bar checklist {pk} is done and its promise still runs"
    out = Loan.objects.out().values("matter")
    lost_sight_of = BarTimer.objects.filter(target=Target.GEAR_BACK, state=TimerState.RUNNING).exclude(matter__in=out)
    for pk in lost_sight_of.values_list("pk", flat=True):
        yield f"bar timer {pk} waits for something that is back"
