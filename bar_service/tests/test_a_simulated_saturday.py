"""A Saturday: sixty parties, fourteen tables, three VIP rooms, two tablets at once. Everything is accounted for."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from bar_service import services
from bar_service.demo.saturday import Furniture, Press, plan_day
from bar_service.errors import Refused
from bar_service.figures import day_of, figures_of
from bar_service.models import Act, BarTable, BarTimer, Gear, Loan, Movement, Party, Product
from bar_service.promised import Target
from bar_service.services import stock
from bar_service.states import missed_rounds
from bar_service.tests.bar import MORNING, K, Saloon
from portal.integrity import findings
from portal.notifications.models import Message
from portal.promises import clock, sweeping

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OPENS, CLOSES = MORNING - timedelta(minutes=40), MORNING + timedelta(hours=8)
PARTIES, TABLES, ROOMS = 60, 14, 3
EVERY, WINDOW = timedelta(minutes=10), timedelta(minutes=3)
JUICES = 12  # servings on the shelf: fewer than are asked for


@dataclass
class Tablet:
    """One of two; what it was refused it remembers."""

    saloon: Saloon
    who: str
    refused: list[Press] = field(default_factory=list)
    repeats: int = 0

    def work_through(self, presses: Iterable[Press]) -> None:
        try:
            for press in presses:
                self.press(press)
        finally:
            connections.close_all()

    def press(self, press: Press) -> None:
        by, key = self.saloon.house.people[self.who], uuid4()
        try:
            with clock.standing_at(press.at):
                services.take(self.saloon.bar.pk, press.kind, by=by, key=key, **press.said)
                again = services.take(self.saloon.bar.pk, press.kind, by=by, key=key, **press.said)
        except Refused:
            self.refused.append(press)
        else:
            self.repeats += again is not None


def half_of(press: Press) -> int:
    """Which tablet stands nearer: a table's and a hat's presses come from one of them, in order."""
    return int(press.said.get("table") or press.said["gear"]) % 2


def test_a_saturday_with_two_tablets_is_accounted_for_to_the_last_round(house: Any) -> None:
    saloon = Saloon.build(house, tables=TABLES, rooms=ROOMS)
    saloon.do(K.COUNT, at=OPENS, item=saloon.item("橙汁"), counted=250 * JUICES)
    plan = plan_day(Random(7), OPENS, CLOSES, PARTIES, furniture(saloon))
    tablets = [Tablet(saloon, "bar"), Tablet(saloon, "bar_b")]
    before = Act.objects.count()

    for _window, presses in groupby(plan, key=lambda press: (press.at - OPENS) // WINDOW):
        shared: dict[int, list[Press]] = defaultdict(list)
        for press in presses:
            shared[half_of(press)].append(press)
        at_once([threading.Thread(target=tablets[n].work_through, args=(mine,)) for n, mine in shared.items()])
        sweeping.sweep(max(press.at for mine in shared.values() for press in mine))
    sweeping.sweep(CLOSES)

    refused = [press for tablet in tablets for press in tablet.refused]
    assert len(plan) > 600
    assert Act.objects.count() - before + len(refused) == len(plan), "every tap was taken or refused with words"
    assert [tablet.repeats for tablet in tablets] == [0, 0], "and none twice"
    assert Party.objects.filter(cleared_at=None).count() == 0
    drinks_are_accounted_for(saloon, plan, refused)
    hats_are_accounted_for(plan)
    rounds_are_accounted_for(saloon, plan)
    for at in (CLOSES,):
        saloon.tick_all("close", at=at)
        saloon.do(K.SIGN, at=at, checklist="close", guard=house.people["guard"])
        saloon.do(K.FINISH, at=at, checklist="close")
    assert list(findings()) == []


def furniture(saloon: Saloon) -> Furniture:
    tables = list(BarTable.objects.filter(bar=saloon.bar))
    return Furniture(
        tables=[(one.pk, one.seats) for one in tables if not one.is_vip],
        rooms=[(one.pk, one.seats) for one in tables if one.is_vip],
        products=[saloon.product("橙汁"), *Product.objects.exclude(name="橙汁").values_list("pk", flat=True)],
        gear=list(Gear.objects.values_list("pk", flat=True)),
        sellers=[saloon.house.people["sales"]],
        names=["赵先生", "钱女士"],
    )


def at_once(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drinks_are_accounted_for(saloon: Saloon, plan: list[Press], refused: list[Press]) -> None:
    juice = saloon.product("橙汁")
    asked = sum(press.said["quantity"] for press in plan if press.kind == K.ORDER and press.said["product"] == juice)
    used = -sum(Movement.objects.filter(lot__item=saloon.item("橙汁"), kind="serve").values_list("amount", flat=True))
    assert asked > JUICES >= used // 250, "no glass was sold that was not there"
    assert stock.left_of(saloon.item("橙汁")) == 250 * JUICES - used
    assert {press.kind for press in refused} <= {K.ORDER, K.SERVE}, "what ran out, and what then could not be served"
    assert all(press.said["product"] == juice for press in refused if press.kind == K.ORDER)


def hats_are_accounted_for(plan: list[Press]) -> None:
    planned = Counter(press.said["gear"] for press in plan if press.kind == K.LEND)
    assert planned, "somebody went on the site tour"
    assert Counter(Loan.objects.values_list("gear", flat=True)) == planned
    assert Loan.objects.out().count() == 0


def rounds_are_accounted_for(saloon: Saloon, plan: list[Press]) -> None:
    """From the plan alone: which looks came too late, and how many rounds each gap swallowed."""
    rooms = set(BarTable.objects.filter(kind="vip").values_list("pk", flat=True))
    visits: dict[int, list[list[datetime]]] = defaultdict(list)
    for press in plan:
        if press.said.get("table") in rooms and press.kind in {K.SEAT, K.ROUND, K.LEAVE}:
            if press.kind == K.SEAT:
                visits[press.said["table"]].append([])
            visits[press.said["table"]][-1].append(press.at)
    everyone = [visit for room in visits.values() for visit in room]
    late = sum(1 for visit in everyone for since, until in pairwise(visit) if until - since > EVERY)
    missed = sum(missed_rounds(visit, EVERY) for visit in everyone)
    assert late > 0, "a day without a late round proves nothing"

    found = figures_of(saloon.bar, day_of(saloon.bar, MORNING.date()), CLOSES)
    timers = BarTimer.objects.filter(target=Target.VIP_ROUND)
    assert found.missed == missed
    assert timers.count() == sum(len(visit) - 1 for visit in everyone), "a turn for each look, and one till they left"
    assert timers.filter(breached_at__isnull=False).count() == late
    supervisor = saloon.house.people["supervisor"]
    told = Message.objects.filter(recipient=supervisor, kind="bar.timer", channel="in_app")
    assert told.filter(params__target=Target.VIP_ROUND).count() == late, "told once each"
