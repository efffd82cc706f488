"""A day at the bar as a list of presses: who sits where, drinks what, is looked after and leaves. The same for one
seed; the demo plays it, and so does the drill with two tablets at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bar_service.states import ActKind

K = ActKind
LOOK_EVERY = (6.0, 9.8)
LOOKED_TOO_LATE = 0.08  # of the looks into a VIP room
MINUTES = timedelta(minutes=1)


@dataclass(frozen=True)
class Press:
    at: datetime
    kind: ActKind
    said: dict[str, Any] = field(compare=False)


@dataclass(frozen=True)
class Furniture:
    """(pk, seats) of each table and room, and the pks of what is ordered and lent."""

    tables: Sequence[tuple[int, int]]
    rooms: Sequence[tuple[int, int]]
    products: Sequence[int]
    gear: Sequence[int] = ()
    sellers: Sequence[Any] = ()
    names: Sequence[str] = ()


def plan_day(random: Random, opens: datetime, closes: datetime, parties: int, here: Furniture) -> list[Press]:
    """Every press of that day in the order of time. Nobody sits where somebody sits, everybody has left at the end."""
    found: list[Press] = []
    free_at = {pk: opens for pk, _seats in (*here.tables, *here.rooms)}
    lent_until = dict.fromkeys(here.gear, opens)
    latest = (closes - opens) - 75 * MINUTES
    arrivals = sorted(opens + random.random() * latest for _ in range(parties))
    for n, at in enumerate(arrivals):
        is_vip = bool(here.rooms) and n % 5 == 0
        places = here.rooms if is_vip else here.tables
        pk, seats = min(places, key=lambda place: (free_at[place[0]] > at, random.random()))
        sat = max(at, free_at[pk] + MINUTES)
        left = min(sat + random.uniform(20, 70) * MINUTES, closes - 6 * MINUTES)
        if left - sat < 10 * MINUTES:
            continue
        free_at[pk] = left + 5 * MINUTES
        seller = random.choice(here.sellers) if here.sellers and random.random() < 0.6 else None
        said = {"table": pk, "size": random.randint(1, seats), "brought_by": seller}
        found.append(Press(sat, K.SEAT, said))
        found += _visit(random, pk, sat, left, here.products, is_vip=is_vip)
        found += _loan(random, sat, left, closes, lent_until, here.names)
    return sorted(found, key=lambda press: press.at)


def _visit(
    random: Random, table: int, sat: datetime, left: datetime, products: Sequence[int], *, is_vip: bool
) -> list[Press]:
    """From the offer to the cleared table."""

    def press(at: datetime, kind: ActKind, **said: Any) -> Press:
        return Press(at, kind, {"table": table, **said})

    found = [press(sat + MINUTES, K.OFFER)]
    if random.random() < 0.12 and not is_vip:
        found.append(press(sat + 2 * MINUTES, K.NO_DRINKS, reason=random.choice(["leaving", "waved_off"])))
    else:
        for n in range(random.randint(1, 3)):
            product = random.choice([*products, *products[:2]])
            found.append(press(sat + (2 + n / 4) * MINUTES, K.ORDER, product=product, quantity=random.randint(1, 3)))
        found.append(press(sat + random.uniform(4, 8) * MINUTES, K.SERVE))
        at = sat + random.uniform(16, 22) * MINUTES
        while at < left - 3 * MINUTES:
            found.append(press(at, K.REFILL))
            at += random.uniform(14, 22) * MINUTES
    if random.random() < 0.5:
        found += [press(at, K.ASHTRAY) for at in [sat + 25 * MINUTES] if at < left - MINUTES]
    if is_vip:
        at = sat + random.uniform(*LOOK_EVERY) * MINUTES
        while at < left - MINUTES:
            found.append(press(at, K.ROUND))
            at += (random.uniform(*LOOK_EVERY) if random.random() > LOOKED_TOO_LATE else 13) * MINUTES
    return [*found, press(left, K.LEAVE), press(left + random.uniform(1, 3) * MINUTES, K.CLEAR)]


def _loan(
    random: Random,
    sat: datetime,
    left: datetime,
    closes: datetime,
    lent_until: dict[int, datetime],
    names: Sequence[str],
) -> list[Press]:
    """Some go on the site tour: a hat out by name, back, cleaned."""
    at = sat + 12 * MINUTES
    ready = [pk for pk, until in lent_until.items() if until <= at]
    if not ready or at > left - 5 * MINUTES or random.random() > 0.4:
        return []
    pk = random.choice(ready)
    back = min(at + random.uniform(25, 90) * MINUTES, closes - 4 * MINUTES)
    lent_until[pk] = back + 3 * MINUTES
    return [
        Press(at, K.LEND, {"gear": pk, "to": random.choice(names) if names else "客户"}),
        Press(back, K.RETURN, {"gear": pk}),
        Press(back + 2 * MINUTES, K.CLEAN, {"gear": pk}),
    ]
