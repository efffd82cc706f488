"""A bar for tests: three VIP rooms, tables, drinks on the shelf, hats and boots; and its people at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bar_service import services
from bar_service.models import Act, Bar, BarTable, CheckItem, Gear, Product, StockItem
from bar_service.services.keeping import open_bar
from bar_service.states import ActKind
from portal import memo
from portal.organization.models import Shift, User
from portal.organization.roles import Role
from portal.promises import clock

K = ActKind
# A Saturday morning in no holiday: far from midnight and from the quiet hours.
MORNING = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
__all__ = ["MORNING", "K", "Saloon", "after"]


def after(minutes: float) -> datetime:
    """So many minutes after ten in the morning of a Saturday."""
    return MORNING + timedelta(minutes=minutes)


@dataclass
class Saloon:
    """The bar of the test house; ``do`` presses as somebody at a moment."""

    house: Any
    bar: Bar

    @classmethod
    def build(cls, house: Any, *, tables: int = 4, rooms: int = 3, stocked: bool = True) -> Saloon:
        house.hire("bar_b", Role.BAR_ATTENDANT, house.site, None)
        found = cls(house, open_bar(house.site.pk, "水吧", by=house.people["supervisor"]))
        bar = found.bar
        for n in range(tables):
            BarTable.objects.create(bar=bar, name=f"A{n + 1}", seats=4, rank=n)
        for n in range(rooms):
            BarTable.objects.create(bar=bar, kind="vip", name=f"贵宾室 {n + 1}", seats=8, rank=n)
        for n in range(4):
            Gear.objects.create(bar=bar, kind="hat", size="L", number=f"H{n + 1}")
            Gear.objects.create(bar=bar, kind="boots", size="42", number=f"B{n + 1}")
        if stocked:
            for item in StockItem.objects.filter(bar=bar):
                found.do(K.PURCHASE, at=after(-120), item=item.pk, amount=100_000)
        memo.forget()
        return found

    def do(self, kind: ActKind, *, by: str = "bar", at: datetime = MORNING, key: Any = None,
           pressed: datetime | None = None, **said: Any) -> Act | None:  # fmt: skip
        """``at`` is when it arrives, ``pressed`` the press where that was earlier."""
        with clock.standing_at(at):
            return services.take(self.bar.pk, kind, by=self.house.people[by], key=key, at=pressed, **said)

    def table(self, name: str = "A1") -> int:
        return BarTable.objects.get(bar=self.bar, name=name).pk

    @property
    def room(self) -> int:
        return self.table("贵宾室 1")

    def product(self, name: str = "矿泉水") -> int:
        return Product.objects.get(bar=self.bar, name=name).pk

    def item(self, name: str = "矿泉水") -> int:
        return StockItem.objects.get(bar=self.bar, name=name).pk

    def gear(self, number: str = "H1") -> int:
        return Gear.objects.get(bar=self.bar, number=number).pk

    def tick_all(self, checklist: str, *, at: datetime) -> None:
        for line in CheckItem.objects.filter(bar=self.bar, checklist=checklist, retired_at=None):
            self.do(K.TICK, at=at, checklist=checklist, item=line.pk)

    def on_duty(self, user: User, begins: datetime, ends: datetime) -> None:
        Shift.objects.create(user=user, site=self.house.site, starts_at=begins, ends_at=ends)


def in_the_bar(house: Any) -> dict[str, int]:
    """A bar of the first site with one table, for addresses that name them."""
    bar = open_bar(house.site.pk, "水吧", by=house.people["supervisor"])
    table, _made = BarTable.objects.get_or_create(bar=bar, name="A1", defaults={"seats": 4})
    return {"bar": bar.pk, "bar_table": table.pk}
