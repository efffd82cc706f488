"""The case library: written once a ticket is settled, names nobody, read everywhere, found by two characters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.errors import NotPossible, NotYours, Stale
from complaints.models import LibraryCase, Ticket
from complaints.tests.house import MORNING, House
from portal.organization.models import User

WORDS = {
    "title": "电梯异响",
    "cause": "导靴磨损，未按期更换",
    "lesson": "异响出现后当天就应停梯检查",
    "corrective": "更换导靴并平层调整",
    "preventive": "导靴列入季度保养清单",
}


def case_of(house: House, ticket: Ticket | None = None, by: User | None = None, **words: str) -> LibraryCase:
    settled = ticket or house.informed(MORNING, description="二号电梯运行时有异响，晚上吵得睡不着")
    return services.write_case(settled.pk, WORDS | words, by=by or house.engineer)


def page(house: House, who: str, address: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[who])
    return client.get(address, headers=headers) if data is None else client.post(address, data)


def test_the_department_or_a_leader_of_the_desk_writes_it_once_the_ticket_is_settled(house: House) -> None:
    with pytest.raises(NotYours):
        case_of(house, house.signed(MORNING))
    settled = house.informed(MORNING)
    for who in ("reception", "guard", "neighbour", "ops"):
        with pytest.raises(NotYours):
            case_of(house, settled, by=house.people[who])
    assert case_of(house, settled, by=house.supervisor).version == 1


def test_nobody_is_named(house: House) -> None:
    settled = house.informed(MORNING, visitor_phone="075512345678")
    for said in (
        "业主王建国1说",
        "王 建国1",
        "回电 139-1234-5678",
        "8-1-1203 室",
        "0755 12345678",
        "１３８０００００００１",
    ):
        with pytest.raises(NotPossible):
            case_of(house, settled, lesson=said)
    assert not LibraryCase.objects.exists()
    with pytest.raises(NotPossible):
        case_of(house, settled, cause="  ")


def test_every_wording_stays_and_a_stale_form_is_told(house: House) -> None:
    case = case_of(house)
    case_of(house, case.ticket)  # the same words again
    again = services.write_case(case.ticket_id, WORDS | {"lesson": "先停梯"}, by=house.leader, version=1)
    assert [(one.number, one.by, one.words["lesson"]) for one in again.versions.order_by("number")] == [
        (1, house.engineer, WORDS["lesson"]),
        (2, house.leader, "先停梯"),
    ]
    with pytest.raises(Stale):
        services.write_case(case.ticket_id, WORDS | {"lesson": "晚了"}, by=house.engineer, version=1)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_caseversion SET number = 9")

    theirs = page(house, "engineer", f"/tickets/{case.ticket.number}/case/", WORDS | {"lesson": "晚了", "version": "1"})
    assert theirs.status_code == 409
    assert "先停梯" in theirs.content.decode()
    assert "晚了" in theirs.content.decode()
    sent = page(house, "engineer", f"/tickets/{case.ticket.number}/case/", WORDS | {"lesson": "晚了", "version": "2"})
    assert sent.status_code == 302


def test_two_characters_are_found_by_the_index_of_pairs_more_by_trigrams_and_one_finds_nothing(house: House) -> None:
    case = case_of(house)
    for text, found in (("导靴", [case]), ("停梯检查", [case]), ("导靴 季度保养", [case]), ("水管", []), ("梯", [])):
        assert list(LibraryCase.objects.all().matching(text)) == found, text
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = [LibraryCase.objects.all().matching(text).explain() for text in ("导靴", "停梯检查")]
    assert ["case_by_pairs" in plans[0], "case_by_text" in plans[1]] == [True, True]


def test_who_types_the_like_of_it_sees_the_lesson_and_so_does_the_ticket(house: House) -> None:
    case = case_of(house)
    now = timezone.now()
    for who, expected in (("reception", 1), ("neighbour", 1)):
        answer = page(house, who, "/tickets/new/known/", {"description": "一号电梯运行有异响"})
        assert answer.content.decode().count(f'href="{case.url}"') == expected, who
    assert (
        case.url
        not in page(house, "reception", "/tickets/new/known/", {"description": "花园路灯不亮"}).content.decode()
    )

    alike = house.signed(now - timedelta(minutes=30), description="电梯有异响，运行时抖动")
    whole = page(house, "engineer", f"{alike.url}similar/").content.decode()
    fragment = page(house, "engineer", f"{alike.url}similar/", **{"HX-Request": "true"}).content.decode()
    assert f'href="{case.url}"' in whole
    assert f'href="{case.url}"' in fragment
    assert "<html" not in fragment
    assert f'hx-get="{alike.url}similar/"' in page(house, "engineer", alike.url).content.decode()


def test_every_site_reads_the_case_but_only_who_sees_the_ticket_is_led_to_it(house: House) -> None:
    case = case_of(house)
    assert case.ticket.number in page(house, "reception", case.url).content.decode()
    assert case.ticket.number not in page(house, "neighbour", case.url).content.decode()
    assert page(house, "neighbour", "/cases/?q=导靴&department=engineering").context["page_of"].object_list[0] == case
    assert not page(house, "neighbour", "/cases/?department=security").context["page_of"].object_list
