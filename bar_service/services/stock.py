"""Stock as movements of lots: what expires first goes first, nothing below zero, all is written down (B1)."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from bar_service.errors import NotHere, Refused
from bar_service.models import DrinkOrder, Lot, Movement, StockItem
from bar_service.services.change import Change

MOST = 1_000_000


def buy_in(change: Change, item: int, amount: int, expires_on: date | None = None) -> None:
    """A new lot. Raises Refused for one that has expired already."""
    found = _item(change, item)
    _require_amount(amount)
    if expires_on is not None and expires_on < _today(change):
        raise Refused(_("This has expired already."))
    lot = Lot.objects.create(item=found, came_at=change.at, expires_on=expires_on)
    _move(change, lot, Movement.Kind.PURCHASE, amount)


def throw_away(change: Change, item: int, amount: int, reason: str = "") -> None:
    """What has expired goes first."""
    found = _item(change, item)
    _require_amount(amount)
    lots = list(_lots(found.pk))
    if sum(lot.left for lot in lots) < amount:
        raise Refused(_("There is not so much of %(item)s.") % {"item": found})
    _take(change, lots, amount, Movement.Kind.WASTE, reason=reason)


def count_item(change: Change, item: int, counted: int) -> None:
    """What stands on the shelf is right; the difference is a movement."""
    found = _item(change, item)
    if not 0 <= counted <= MOST:
        raise Refused(_("How much is there?"))
    lots = list(_lots(found.pk))
    difference = counted - sum(lot.left for lot in lots)
    change.words = f"{found.name} {counted} ({difference:+d})"
    if difference < 0:
        _take(change, lots, -difference, Movement.Kind.COUNT)
    elif difference > 0:
        newest = Lot.objects.filter(item=found).order_by("-came_at", "-pk").first()
        lot = newest or Lot.objects.create(item=found, came_at=change.at)
        _move(change, lot, Movement.Kind.COUNT, difference)


def use_up(change: Change, order: DrinkOrder) -> None:
    """What the recipe card says, for every serving of the order. Raises Refused where it is not there."""
    recipe = list(order.product.recipe.select_related("item"))
    for line in recipe:
        wanted = line.amount * order.quantity
        lots = list(_lots(line.item_id).filter(Q(expires_on=None) | Q(expires_on__gte=_today(change))))
        if sum(lot.left for lot in lots) < wanted:
            raise Refused(
                _("No %(product)s any more: %(item)s has run out.") % {"product": order.product, "item": line.item}
            )
        _take(change, lots, wanted, Movement.Kind.SERVE, order=order)


def put_back(change: Change, movement: Movement) -> None:
    """A counter-movement. Raises Refused where what came in has been used meanwhile."""
    left = Lot.objects.select_for_update(no_key=True).get(pk=movement.lot_id).left
    if left - movement.amount < 0:
        raise Refused(_("Some of it has been used meanwhile: count it instead."))
    _move(
        change, movement.lot, Movement.Kind(movement.kind), -movement.amount, takes_back=movement, order=movement.order
    )


def left_of(item: int) -> int:
    return Lot.objects.filter(item=item).aggregate(left=Sum("left"))["left"] or 0


def _lots(item: int) -> Lot.objects.__class__:  # type: ignore[name-defined]
    """What has something left, the first to expire first; locked, so that two tablets never take the same bottle."""
    in_order = Lot.objects.filter(item=item, left__gt=0).order_by(F("expires_on").asc(nulls_last=True), "pk")
    return in_order.select_for_update(no_key=True)


def _take(
    change: Change,
    lots: list[Lot],
    wanted: int,
    kind: Movement.Kind,
    *,
    order: DrinkOrder | None = None,
    reason: str = "",
) -> None:
    for lot in lots:
        amount = min(lot.left, wanted)
        if amount:
            _move(change, lot, kind, -amount, order=order, reason=reason)
            wanted -= amount


def _move(
    change: Change,
    lot: Lot,
    kind: Movement.Kind,
    amount: int,
    *,
    order: DrinkOrder | None = None,
    reason: str = "",
    takes_back: Movement | None = None,
) -> None:
    Lot.objects.filter(pk=lot.pk).update(left=F("left") + amount)
    change.make(
        Movement(
            lot=lot,
            kind=kind,
            amount=amount,
            at=change.at,
            arrived_at=change.now,
            by=change.by,
            order=order,
            reason=reason[:100],
            takes_back=takes_back,
        )
    )


def _item(change: Change, item: int) -> StockItem:
    found = StockItem.objects.filter(bar=change.bar, pk=item).first()
    if found is None:
        raise NotHere(_("There is no such thing in stock."))
    change.about = f"item:{found.pk}"
    change.words = change.words or found.name
    return found


def _require_amount(amount: int) -> None:
    if not 1 <= amount <= MOST:
        raise Refused(_("How much is it?"))


def _today(change: Change) -> date:
    return change.at.astimezone(change.bar.site.zone).date()
