"""Tables, menu, stock items, hats and checklists are data: added, changed, retired and brought back; never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from bar_service.defaults.loading import furnish_bar, load_defaults
from bar_service.errors import NotHere, NotYours, Refused
from bar_service.models import Bar, BarTable, Loan, Party, Product, RecipeLine, StockItem
from bar_service.models.gear import Gear
from bar_service.roles import KEEP
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.promises import clock

M = TypeVar("M", bound=models.Model)


@transaction.atomic
def open_bar(site_id: int, name: str, *, by: User) -> Bar:
    """The bar of a site with the shipped checklists and menu; again it is the one that is there."""
    if not by.scope.holds(KEEP, site_id):
        raise NotYours(_("The supervisor or an administrator does this."))
    load_defaults()
    site = Site.objects.select_for_update().get(pk=site_id)
    bar, made = Bar.objects.get_or_create(site=site, defaults={"name": name})
    if made:
        furnish_bar(bar)
        _note(by, bar, bar, ["opened"])
    return bar


@transaction.atomic
def save_row(bar_id: int, row: M, *, by: User, recipe: Mapping[int, int] | None = None) -> M:
    """A new row or a changed one. Raises Refused where its name or number is taken."""
    bar = _lock(bar_id, by)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise Refused(_("That name or number is there already.")) from taken
    if isinstance(row, Product) and recipe is not None:
        _write_recipe(bar, row, recipe)
    _note(by, bar, row, ["saved"])
    return row


@transaction.atomic
def retire(bar_id: int, row: models.Model, *, by: User) -> None:
    """It stays in every record and is offered no more. Refused while it is in use."""
    bar = _lock(bar_id, by)
    if isinstance(row, BarTable) and Party.objects.at_tables().filter(table=row).exists():
        raise Refused(_("Guests sit there, or it is to be cleared."))
    if isinstance(row, Gear) and Loan.objects.out().filter(gear=row).exists():
        raise Refused(_("It is out."))
    if isinstance(row, StockItem) and RecipeLine.objects.filter(item=row, product__retired_at=None).exists():
        raise Refused(_("A drink on the menu needs it."))
    _set_retired(bar, row, by, retired=True)


@transaction.atomic
def bring_back(bar_id: int, row: models.Model, *, by: User) -> None:
    """Raises Refused where its name or number has been given away meanwhile."""
    bar = _lock(bar_id, by)
    try:
        with transaction.atomic():
            _set_retired(bar, row, by, retired=False)
    except IntegrityError as taken:
        raise Refused(_("That name or number is there already.")) from taken


def _set_retired(bar: Bar, row: models.Model, by: User, *, retired: bool) -> None:
    row.retired_at = clock.now() if retired else None  # type: ignore[attr-defined]
    row.save(update_fields=["retired_at"])
    _note(by, bar, row, ["retired" if retired else "brought_back"])


def _write_recipe(bar: Bar, product: Product, recipe: Mapping[int, int]) -> None:
    product.recipe.all().delete()  # the card says how it is made from now on; what was sold stands in the movements
    known = set(StockItem.objects.filter(bar=bar, pk__in=recipe).values_list("pk", flat=True))
    RecipeLine.objects.bulk_create(
        RecipeLine(product=product, item_id=item, amount=amount)
        for item, amount in recipe.items()
        if item in known and amount > 0
    )


def _lock(bar_id: int, by: User) -> Bar:
    bar = Bar.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=bar_id).first()
    if bar is None:
        raise NotHere(_("There is no such bar."))
    if not by.scope.holds(KEEP, bar.site_id):
        raise NotYours(_("The supervisor or an administrator does this."))
    return bar


def _note(by: User, bar: Bar, row: models.Model, what: list[Any]) -> None:
    record(AuditAction.PLACE_CHANGED, by=by, subject=f"bar {bar.pk} {row._meta.model_name} {row.pk}", fields=what)
