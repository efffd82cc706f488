"""The callback rate against a slow count by hand, and each figure against the rows that it opens."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.callback_rate import GROUPS, Rate, of_kinds, rates, told
from complaints.models import Callback, Category, Ticket
from complaints.states import CallbackOutcome, Kind
from complaints.tests.house import SHANGHAI, House

NOW = datetime(2026, 11, 21, 15, tzinfo=SHANGHAI)
BEGINS, ENDS = datetime(2026, 11, 1, tzinfo=SHANGHAI), datetime(2026, 12, 1, tzinfo=SHANGHAI)
NOT_COUNTED = {CallbackOutcome.NO_ANSWER, CallbackOutcome.NOBODY, CallbackOutcome.VOID}
OVER = [outcome for outcome in CallbackOutcome if outcome not in NOT_COUNTED]


@pytest.fixture
def calls(house: House) -> list[Callback]:
    """Sixty tellings of all kinds, round the borders of the month and of now."""
    dice, made = Random(5), []
    finer = list(Category.objects.exclude(parent=None)[:9])
    for n in range(60):
        ticket = house.report(kind=dice.choice([Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.HELP, Kind.ENQUIRY]))
        ticket.category = dice.choice([None, *finer])
        ticket.department = dice.choice([None, *house.departments.values()])
        ticket.save()
        told_at = dice.choice(
            [BEGINS, BEGINS - timedelta(seconds=1), NOW - timedelta(hours=dice.choice([3, 20, 24, 30, 200, 470]))]
        )
        outcome = dice.choice([*OVER, ""])
        scored = outcome in {CallbackOutcome.REACHED, CallbackOutcome.RATED}
        made.append(
            Callback(
                ticket=ticket, round=1 + n % 2, told_at=told_at, not_before=told_at,
                due_at=told_at + timedelta(days=1), outcome=outcome, finished_at=NOW if outcome else None,
                satisfaction=dice.choice([None, 1, 3, 4, 5]) if scored else None,
                solved=dice.choice([True, False]) if scored else None,
            )
        )  # fmt: skip
    return Callback.objects.bulk_create(made)


def by_hand(calls: list[Callback], kinds: set[Kind]) -> dict[str, int]:
    """K5, word by word."""
    months = [c for c in calls if BEGINS <= c.told_at < ENDS and c.ticket.kind in kinds]
    due = [c for c in months if c.due_at <= NOW]
    judged = [c for c in months if c.satisfaction is not None or c.solved is False]
    return {
        "told": len(months),
        "not_due": len(months) - len(due),
        "due": len(due),
        "finished": sum(c.outcome in {"reached", "refused", "unreachable", "rated"} for c in due),
        "judged": len(judged),
        "satisfied": sum(c.satisfaction in {4, 5} for c in judged),
    }


def figures(rate: Rate, names: Any) -> dict[str, int]:
    return {name: getattr(rate, name) for name in names}


def test_the_figures_are_those_of_a_count_by_hand(house: House, calls: list[Callback]) -> None:
    with timezone.override(SHANGHAI):
        rows = told(house.supervisor, BEGINS, ENDS)
        found = of_kinds(rows, NOW)
        for of, kinds in (("complaint", {Kind.COMPLAINT}), ("request", {Kind.SERVICE_REQUEST, Kind.HELP})):
            slow = by_hand(calls, kinds)
            assert figures(found[of], slow) == slow
            assert slow["finished"] > 0
            assert slow["not_due"] > 0
        of_departments = rates(rows, GROUPS["department"], NOW)
        for department in house.departments.values():
            mine = [c for c in calls if c.ticket.department_id == department.pk]
            slow = by_hand(mine, {Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.HELP})
            assert figures(of_departments.get(department.pk, Rate()), slow) == slow
    assert not told(house.neighbour, BEGINS, ENDS).exists()


@pytest.mark.parametrize("by", ["department", "category", "month"])
def test_every_figure_opens_exactly_its_rows(house: House, calls: list[Callback], by: str) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.supervisor)
    body = client.get(f"/callbacks/rate/?month=2026-11&by={by}").content.decode()
    links = re.findall(r'<a href="(/callbacks/rate/rows/[^"]+)">(\d+)</a>', body)
    assert len(links) > 20
    for address, figure in set(links):
        page = client.get(address.replace("&amp;", "&"))
        assert page.context["count"] == int(figure), address
        assert page.content.decode().count("<tr data-row=") == min(int(figure), 50)


@pytest.mark.parametrize(
    ("told_so_far", "done", "goal", "missing"), [(212, 158, 80, 12), (10, 8, 80, 0), (11, 8, 80, 1), (0, 0, 80, 0)]
)
def test_the_gap_is_said_in_homes(told_so_far: int, done: int, goal: int, missing: int) -> None:
    assert Rate(told=told_so_far, finished_at_all=done).missing_to(goal) == missing


def test_a_share_is_never_rounded_up_to_its_target(house: House) -> None:
    from complaints.views.callback_rate import _percent

    assert _percent(79.96) == "79.9%"
    assert _percent(80.0) == "80%"


def test_a_page_that_does_not_exist_is_unknown(house: House) -> None:
    client = Client()
    client.force_login(house.supervisor)
    for asked in ("figure=x", "group=x", "by=month&group=2026-13", "group=99999999999999999999"):
        assert client.get(f"/callbacks/rate/rows/?{asked}").status_code == 404
    for asked in ("month=x", "month=0001-01", "of=x&by=x"):
        assert client.get(f"/callbacks/rate/?{asked}").status_code == 200


def test_the_strip_says_the_numbers_the_gap_and_the_rule(house: House) -> None:
    for home in house.homes[:3]:
        house.informed(kind=Kind.SERVICE_REQUEST, unit=home.unit, resident=home.resident)
    Ticket.objects.update(informed_at=timezone.now())
    Callback.objects.update(told_at=timezone.now())
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    body = client.get("/callbacks/").content.decode()
    assert "还差 3 户" in re.sub(r"<[^>]+>", "", body)
    assert "本月已通报的 3 件报事中，3 件为 80%" in body
