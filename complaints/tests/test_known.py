"""What the counter form shows while a report is typed: the same home, the same building, like words; own sites only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.models import Category
from complaints.tests.house import House
from complaints.views.known import known_at

MOST_STATEMENTS = 4


def _known(house: House, name: str = "reception", **typed: Any) -> tuple[str, dict[str, list[str]]]:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    answer = client.post("/tickets/new/known/", typed)
    assert answer.status_code == 200
    groups = {group["words"]: [case["number"] for case in group["cases"]] for group in answer.context["known"]}
    return answer.content.decode(), groups


def _party(house: House, home: int) -> str:
    return f"{house.homes[home].unit_id}:{house.homes[home].resident_id}"


def test_the_same_home_and_the_same_building_are_told_apart(house: House) -> None:
    leak = Category.objects.get(code="water")
    other = house.homes[2]
    mine = house.report(timezone.now(), description="门禁卡失灵")
    beside = house.report(timezone.now(), category=leak, unit=house.homes[1].unit, description="地下车库积水")
    house.report(timezone.now(), category=leak, unit=other.unit, resident=other.resident, description="别的楼")
    body, groups = _known(house, party=_party(house, 0), category="water")

    assert groups == {"该户在办": [mine.number], "同一栋楼已有 1 件在办“给排水”": [beside.number]}
    assert f'href="{mine.url}#note"' in body


def test_like_words_are_found_open_or_over_but_not_across_sites_nor_after_a_season(house: House) -> None:
    now = timezone.now()
    alike = house.informed(now - timedelta(days=5), description="电梯运行有异响，晚上尤其吵")
    house.report(now - timedelta(days=91), description="电梯运行有异响，很久以前")
    house.report(now, description="花园路灯不亮")
    _body, groups = _known(house, description="2 号电梯有异响，晚上运行")
    assert groups == {"近 90 天的相似工单": [alike.number]}

    assert _known(house, "neighbour", description="2 号电梯有异响，晚上运行")[1] == {}
    assert _known(house, "neighbour", party=_party(house, 0), category="water")[1] == {}


def test_before_anything_can_be_known_nothing_is_asked(house: House) -> None:
    house.report(timezone.now(), description="电梯异响")
    assert _known(house, description="电梯异响")[1] == {}  # under six characters
    assert _known(house, description="？！……、、、")[1] == {}


def test_it_costs_four_statements_and_reads_a_bounded_number_of_reports(house: House) -> None:
    water = Category.objects.select_related("parent").get(code="water")
    for n in range(12):
        house.report(timezone.now(), description=f"电梯运行有异响 {n}", category=water if n < 6 else None)
    house.reception.scope  # noqa: B018 - read once a request
    with CaptureQueriesContext(connection) as seen:
        groups = known_at(house.reception, house.homes[1].unit_id, water, "电梯运行有异响，晚上尤其吵")
    assert len(seen) <= MOST_STATEMENTS
    assert len(groups) == 2
    assert "LIMIT 2000" in seen[-1]["sql"]


def test_without_script_it_stands_beside_the_form_that_comes_back(house: House) -> None:
    ticket = house.report(timezone.now())
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    answer = client.post("/tickets/new/", {"room": "8-1-1203", "kind": "complaint"})

    assert answer.status_code == 422
    assert f'href="{ticket.url}#note"' in answer.content.decode()
