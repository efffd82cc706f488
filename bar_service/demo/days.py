"""The demo's bar: days that were, and a bar in use right now. Invented people; moments count back from now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bar_service import services
from bar_service.demo.saturday import Furniture, plan_day
from bar_service.errors import Refused
from bar_service.models import Act, Bar, BarTable, CheckItem, Gear, Product, StockItem
from bar_service.promised import DAY_BEGINS, bar_day
from bar_service.services.days import plan_days_of
from bar_service.services.keeping import open_bar
from bar_service.services.stock import left_of
from bar_service.states import ActKind
from portal.organization.models import Site, User
from portal.promises import clock, sweeping
from portal.promises.clock import wall_clock

K = ActKind
DAYS, PARTIES = 5, 9
TABLES = (("A1", 4), ("A2", 4), ("A3", 4), ("A4", 2), ("B1", 6), ("B2", 4), ("B3", 4), ("B4", 4))
ROOMS = (("贵宾室 1", "VIP room 1", 8), ("贵宾室 2", "VIP room 2", 10), ("贵宾室 3", "VIP room 3", 6))
HATS, BOOTS = ("M", "M", "L", "L", "L", "L", "XL", "XL"), ("38", "40", "40", "42", "42", "44")
NAMES = ("高俊", "高俊 带看赵先生", "郭女士", "客户 孙先生", "设计院 徐工")
# What stands on the shelf in the morning: (amount, days until it expires).
SHELF = {
    "矿泉水": (58, 200),
    "咖啡豆": (1430, 60),
    "铁观音": (390, 300),
    "绿茶": (220, 300),
    "橙汁": (8200, 9),
    "牛奶": (14500, 9),
    "曲奇": (150, 40),
    "杯具": (72, None),
}


@dataclass
class Player:
    """Presses as somebody, at a moment."""

    bar: Bar
    people: dict[str, User]

    def press(self, at: datetime, kind: ActKind, by: str = "bar", **said: Any) -> Act | None:
        with clock.standing_at(at):
            return services.take(self.bar.pk, kind, by=self.people[by], **said)


def fill_demo(random: Random, now: datetime) -> None:
    """Five days of guests at the first site, and the bar as one finds it now."""
    site = Site.objects.earliest("pk")
    names = ("bar", "sales", "security", "supervisor")
    people = {user.username: user for user in User.objects.filter(username__in=names)}
    with clock.standing_at(now - timedelta(days=DAYS)):
        bar = open_bar(site.pk, "水吧", by=people["supervisor"])
    player = Player(bar, people)
    _furnish(bar)
    today = bar_day(now, site.zone)
    for back in range(DAYS, 0, -1):
        _play_day(player, today - timedelta(days=back), random)
    _today(player, now)
    sweeping.sweep()  # what fell due while all this was being played is fired, too


def _furnish(bar: Bar) -> None:
    for rank, (name, seats) in enumerate(TABLES):
        BarTable.objects.create(bar=bar, name=name, seats=seats, rank=rank)
    for rank, (name, english, seats) in enumerate(ROOMS):
        BarTable.objects.create(bar=bar, kind="vip", name=name, name_en=english, seats=seats, smoking=False, rank=rank)
    for kind, letter, sizes in (("hat", "H", HATS), ("boots", "B", BOOTS)):
        Gear.objects.bulk_create(
            Gear(bar=bar, kind=kind, size=size, number=f"{letter}{n:02d}") for n, size in enumerate(sizes, 1)
        )


def _stock_up(player: Player, at: datetime) -> None:
    """What is short of the usual is bought in."""
    today = bar_day(at, player.bar.site.zone)
    for item in StockItem.objects.filter(bar=player.bar):
        usual, days = SHELF[item.name]
        short = usual - left_of(item.pk)
        if short > 0:
            until = today + timedelta(days=days) if days else None
            player.press(at, K.PURCHASE, item=item.pk, amount=short, expires_on=until)


def _play_day(player: Player, day: Any, random: Random) -> None:
    """Opened at about nine (once too late), guests, closed in the evening; whatever passed its limit was told."""
    bar, zone = player.bar, player.bar.site.zone
    opens, closes = wall_clock(day, timedelta(hours=9), zone), wall_clock(day, timedelta(hours=18), zone)
    plan_days_of(bar.pk, opens - timedelta(hours=2))
    _stock_up(player, opens - timedelta(hours=1))
    opened = opens + timedelta(minutes=random.choice([-14, -11, -6, -8, 7]))
    _go_through(player, "open", opened)
    if opened > opens:
        sweeping.sweep(opened - timedelta(minutes=1))
    for press in plan_day(random, opens + timedelta(minutes=20), closes, PARTIES, _furniture(player)):
        with suppress(Refused):  # what has run out is not sold, and then not served
            player.press(press.at, press.kind, **press.said)
    _go_through(player, "close", closes + timedelta(minutes=40))


def _go_through(player: Player, checklist: str, done: datetime) -> None:
    """Line by line, both sign, done."""
    items = list(CheckItem.objects.filter(bar=player.bar, checklist=checklist))
    for n, item in enumerate(items):
        at = done - timedelta(minutes=len(items) + 2 - n)
        player.press(at, K.TICK, checklist=checklist, item=item.pk)
    player.press(done - timedelta(minutes=1), K.SIGN, checklist=checklist, guard=player.people["security"])
    player.press(done, K.FINISH, checklist=checklist)


def _furniture(player: Player) -> Furniture:
    tables = list(BarTable.objects.filter(bar=player.bar))
    return Furniture(
        tables=[(one.pk, one.seats) for one in tables if not one.is_vip],
        rooms=[(one.pk, one.seats) for one in tables if one.is_vip],
        products=list(Product.objects.filter(bar=player.bar).values_list("pk", flat=True)),
        gear=list(Gear.objects.filter(bar=player.bar).order_by("pk").values_list("pk", flat=True)),
        sellers=[player.people["sales"]],
        names=NAMES,
    )


def _today(player: Player, now: datetime) -> None:
    """The screen of SCREENS 5.8: two rooms in use, one round late, tables in every state."""
    bar = player.bar
    day = bar_day(now, bar.site.zone)
    opened = min(wall_clock(day, timedelta(hours=8, minutes=46), bar.site.zone), now - timedelta(hours=3))
    opened = max(opened, wall_clock(day, timedelta(hours=4, minutes=30), bar.site.zone))
    plan_days_of(bar.pk, now)
    at = lambda minutes: now - timedelta(minutes=minutes)  # noqa: E731 - so many minutes ago
    if opened < at(1):
        _go_through(player, "open", opened)
    _stock_up(player, max(at(175), wall_clock(day, DAY_BEGINS, bar.site.zone)))
    presses: list[tuple[datetime, ActKind, str, dict[str, Any]]] = [
        *_rooms(player, at),
        *_tables(player, at),
        *_lent(player, at),
        *_asked(player, at),
    ]
    # Soon after the day began what is hours old here cannot be: it happened, in its order, as the day began.
    begins = wall_clock(day, DAY_BEGINS, bar.site.zone)
    for n, (moment, kind, by, said) in enumerate(sorted(presses, key=lambda press: press[0])):
        player.press(max(moment, begins + n * timedelta(milliseconds=1)), kind, by=by, **said)


def _pk(player: Player, name: str) -> int:
    return BarTable.objects.get(bar=player.bar, name=name).pk


def _drink(player: Player, name: str) -> int:
    return Product.objects.get(bar=player.bar, name=name).pk


def _rooms(player: Player, at: Any) -> list[Any]:
    one, two = _pk(player, "贵宾室 1"), _pk(player, "贵宾室 2")
    sales = player.people["sales"]
    seat = {"brought_by": sales}
    found = [
        (at(47), K.SEAT, "bar", {"table": one, "size": 3, **seat}),
        (at(80), K.SEAT, "bar", {"table": two, "size": 6, **seat}),
    ]
    found += [(at(minutes), K.ROUND, "bar", {"table": one}) for minutes in (38.5, 29.5, 17, 7.8)]
    found += [(at(minutes), K.ROUND, "bar", {"table": two}) for minutes in (71, 62, 40, 31, 21.5, 11.6)]
    for table, drink in ((one, "茶（铁观音）"), (two, "美式咖啡")):
        found.append((at(44), K.ORDER, "bar", {"table": table, "product": _drink(player, drink), "quantity": 3}))
        found.append((at(40.5), K.SERVE, "bar", {"table": table}))
    return found


def _tables(player: Player, at: Any) -> list[Any]:
    """(name, how many, seated, ordered, then what)."""
    found: list[Any] = []

    def party(name: str, size: int, seated: float, drinks: dict[str, int], *then: tuple[float, ActKind]) -> None:
        table = _pk(player, name)
        sales = player.people["sales"] if size > 2 else None
        found.append((at(seated), K.SEAT, "bar", {"table": table, "size": size, "brought_by": sales}))
        for drink, quantity in drinks.items():
            said = {"table": table, "product": _drink(player, drink), "quantity": quantity}
            found.append((at(seated - 2), K.ORDER, "bar", said))
        found.extend((at(minutes), kind, "bar", {"table": table}) for minutes, kind in then)

    party("A1", 3, 34, {"绿茶": 2, "橙汁": 1}, (29, K.SERVE), (12, K.REFILL), (14, K.ASHTRAY))
    party(
        "A3",
        4,
        58,
        {"美式咖啡": 2, "茶（铁观音）": 1, "矿泉水": 1},
        (52, K.SERVE),
        (41, K.REFILL),
        (26, K.REFILL),
        (20, K.ASHTRAY),
    )
    party("A4", 2, 1, {})
    party("B1", 5, 41, {"矿泉水": 3, "拿铁": 2}, (36, K.SERVE), (9, K.REFILL))
    party("B2", 3, 72, {"绿茶": 3}, (66, K.SERVE), (40, K.REFILL), (4, K.LEAVE))
    party("B3", 2, 22, {"橙汁": 2}, (17, K.SERVE), (6, K.REFILL))
    said = {"table": _pk(player, "B3"), "product": _drink(player, "曲奇"), "quantity": 1}
    return [*found, (at(2), K.ORDER, "bar", said)]


def _lent(player: Player, at: Any) -> list[Any]:
    gear = {one.number: one.pk for one in Gear.objects.filter(bar=player.bar)}
    out = (
        ("H03", "高俊 带看赵先生", 33),
        ("H04", "高俊 带看赵先生", 33),
        ("B04", "郭女士", 33),
        ("H01", "设计院 徐工", 134),
        ("H07", "", 8),
    )
    found: list[Any] = [(at(minutes), K.LEND, "bar", {"gear": gear[n], "to": to}) for n, to, minutes in out]
    found += [
        (at(96), K.LEND, "bar", {"gear": gear["H05"], "to": "客户 孙先生"}),
        (at(51), K.RETURN, "bar", {"gear": gear["H05"]}),
    ]
    return [*found, (at(150), K.DAMAGE, "bar", {"gear": gear["B06"]})]


def _asked(player: Player, at: Any) -> list[Any]:
    lines = {one.text: one.pk for one in CheckItem.objects.filter(bar=player.bar, checklist="patrol")}
    return [
        (at(4), K.ASK, "sales", {"size": 4, "hats": 2, "hat_size": "L", "minutes": 10, "note": "两杯温水，一杯美式"}),
        (at(90), K.ENQUIRE, "bar", {"text": "二期什么时候开盘？", "answer": "请留意公告，也可以向置业顾问登记。"}),
        (at(15), K.ENQUIRE, "bar", {"text": "89 平户型的公摊怎么算？", "pass_to": player.people["sales"]}),
        (at(55), K.PATROL, "bar", {"place": lines["大厅"]}),
        (at(28), K.PATROL, "bar", {"place": lines["沙盘"]}),
    ]
