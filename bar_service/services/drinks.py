"""Orders: placed with the stock they use, served, cancelled (B6)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bar_service.errors import NotHere, Refused
from bar_service.models import DrinkOrder, Movement, Product
from bar_service.services import stock
from bar_service.services.change import Change
from bar_service.services.tables import party_at

MOST_AT_ONCE = 40
Status = DrinkOrder.Status


def order_drink(change: Change, table: int, product: int, quantity: int = 1) -> None:
    """Stock is taken with the order: what is not there cannot be sold."""
    party = party_at(change, table)
    found = Product.objects.filter(bar=change.bar, pk=product, retired_at=None).first()
    if found is None:
        raise NotHere(_("This is not on the menu."))
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Refused(_("How many?"))
    order = DrinkOrder(party=party, product=found, quantity=quantity, placed_at=change.at, placed_by=change.by)
    change.make(order)
    change.words = f"{found.name} × {quantity}"
    change.set(party, offered_at=party.offered_at or change.at, no_drinks="")
    stock.use_up(change, order)


def serve_order(change: Change, table: int) -> None:
    """All that this party waits for comes to the table."""
    party = party_at(change, table)
    waiting = list(party.orders.filter(status=Status.PLACED).select_related("product"))
    if not waiting:
        raise Refused(_("Nothing waits to be served here."))
    for order in waiting:
        change.set(order, status=Status.SERVED, served_at=max(change.at, order.placed_at))
    change.words = "、".join(f"{order.product.name} × {order.quantity}" for order in waiting)
    change.set(party, poured_at=max(party.poured_at or change.at, change.at))


def cancel_drink_order(change: Change, table: int, order: int) -> None:
    """Not wanted after all: its stock goes back. Raises Refused once it is served."""
    party = party_at(change, table)
    found = party.orders.select_related("product").filter(pk=order).first()
    if found is None:
        raise NotHere(_("There is no such order."))
    if found.status == Status.CANCELLED:
        return
    if found.status == Status.SERVED:
        raise Refused(_("This was served already."))
    change.words = f"{found.product.name} × {found.quantity}"
    change.set(found, status=Status.CANCELLED)
    for movement in Movement.objects.filter(order=found, takes_back=None, taken_back_by=None).order_by("pk"):
        stock.put_back(change, movement)
