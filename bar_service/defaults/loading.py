"""The shipped rows: limits for every installation, furniture for a new bar. Loading again changes nothing edited."""

from __future__ import annotations

from django.db import transaction

from bar_service.defaults import furnishing
from bar_service.defaults.policies import LIMITS
from bar_service.models import Bar, CheckItem, Product, RecipeLine, StockItem
from bar_service.promised import KIND
from portal.organization.models import Site
from portal.promises import policies


def load_defaults() -> None:
    policies.ship(KIND, LIMITS)


def furnish(_site: Site) -> None:
    """Which sites have a bar is for people to say; its limits stand for all."""
    load_defaults()


@transaction.atomic
def furnish_bar(bar: Bar) -> None:
    lists = CheckItem.Checklist
    for checklist, lines in (
        (lists.OPEN, furnishing.OPEN), (lists.CLOSE, furnishing.CLOSE), (lists.PATROL, furnishing.PATROL),
    ):  # fmt: skip
        CheckItem.objects.bulk_create(
            CheckItem(bar=bar, checklist=checklist, number=number, text=text, text_en=english)
            for number, (text, english) in enumerate(lines, 1)
        )
    items = {
        name: StockItem.objects.create(
            bar=bar, name=name, name_en=english, unit=unit, unit_en=unit_en, is_cup=is_cup, rank=rank
        )
        for rank, (name, english, unit, unit_en, is_cup) in enumerate(furnishing.ITEMS)
    }
    for rank, (name, english, kind, recipe, method, method_en) in enumerate(furnishing.PRODUCTS):
        product = Product.objects.create(
            bar=bar, name=name, name_en=english, kind=kind, method=method, method_en=method_en, rank=rank
        )
        RecipeLine.objects.bulk_create(
            RecipeLine(product=product, item=items[item], amount=amount) for item, amount in recipe.items()
        )
