"""Statements of a page: the same whatever the number of rows on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from complaints.models import CommonIssue, Repeat
from complaints.models.cases import CASE_TEXTS
from complaints.services import (
    Slip,
    join_issue,
    mark_incident,
    note_forum_post,
    open_box,
    open_issue,
    write_case,
    write_forum_reply,
)
from complaints.states import ReportChannel, Severity
from complaints.tests.house import MORNING, House
from portal import memo
from portal.drafts import services as drafts
from portal.organization.roles import Role
from portal.promises import clock
from residents import services
from residents.models import ImportRun, Relation
from residents.services import Newcomer

MORE = 12  # no more than the shortest page of any of these lists


def people(house: House, n: int) -> None:
    house.hire(f"new_{n}", Role.RECEPTIONIST, house.site, None)


def residents(house: House, n: int) -> None:
    person = Newcomer(f"赵敏{n}", Relation.FAMILY, "", [f"1391000{n:04d}"])
    services.move_in(house.homes[0].unit_id, person, by=house.reception)


def tickets(house: House, n: int) -> None:
    house.report(MORNING, description=f"楼道照明第{n}次不亮")


def typed(house: House, n: int) -> None:
    drafts.save(house.reception, f"ticket:YJW-20261121-{n:04d}:note", [("text", "x")], 0)


def looked(house: House, n: int) -> None:
    phone = house.homes[0].resident.phones.get().pk
    client = Client()
    client.force_login(house.reception)
    client.post("/residents/show/", {"what": "phone", "id": phone, "reason": "identify"})


def problems(house: House, n: int) -> None:
    run, _new = ImportRun.objects.get_or_create(site=house.site, state="tried", defaults={"made_at": MORNING})
    run.problems.create(refused=True, sheet="x", row=n, column="owner", code="owner_missing")


def cases(house: House, n: int) -> None:
    words = dict.fromkeys(CASE_TEXTS, f"更换灯管 {n}")
    write_case(house.informed(MORNING).pk, words, by=house.engineer)


def told(house: House, n: int) -> None:
    house.informed(MORNING, description=f"楼道照明第{n}次不亮")


def happened(house: House, n: int) -> None:
    mark_incident(house.report(MORNING).pk, f"水管爆裂{n}", Severity.MAJOR, by=house.reception)


def posted(house: House, n: int) -> None:
    ticket = house.report(MORNING, channel=ReportChannel.FORUM)
    house.report(MORNING, channel=ReportChannel.FORUM)
    note_forum_post(ticket.pk, "论坛", MORNING, house.reception, by=house.reception)
    write_forum_reply(ticket.pk, f"已受理{n}", by=house.reception)


def repeats(house: House, n: int) -> None:
    one = Repeat.objects.create(site=house.site, unit=house.homes[n % 2].unit, found_at=MORNING)
    one.tickets.add(house.report(MORNING))


def issues(house: House, n: int) -> None:
    issue = CommonIssue.objects.first() or open_issue(house.informed(MORNING).pk, "停水", by=house.reception)
    join_issue(house.informed(MORNING).pk, issue.pk, by=house.reception)
    open_issue(house.report(MORNING).pk, f"停水 {n}", by=house.reception)


def slips(house: House, n: int) -> None:
    said = [Slip(f"加长椅 {n}")] * (n + 1)
    open_box(house.site, said, on=timezone.localdate(), request_key=uuid4(), by=house.reception)


def papers(house: House, n: int) -> None:
    with clock.standing_at(timezone.now() + timedelta(days=n - MORE - 2)):
        import_string("reports.services.making.plan_and_make")()  # of an app above


LISTS: list[tuple[str, str, Callable[[House, int], None]]] = [
    ("admin", "/settings/people/", people),
    ("reception", "/residents/?q=赵敏", residents),
    ("reception", "/find/?q=赵敏", residents),
    ("reception", "/residents/buildings/YJW/8/", residents),
    ("reception", "/tickets/new/residents/?q=赵敏", residents),
    ("reception", "/queue/?tab=all&q=楼道", tickets),
    ("reception", "/tickets/register/?month=2026-11", tickets),
    ("reception", "/tickets/register/print/?month=2026-11", tickets),
    ("reception", "/cases/?q=灯管", cases),
    ("reception_b", "/callbacks/", told),
    ("supervisor", "/callbacks/rate/?month=2026-11", told),
    ("supervisor", "/callbacks/rate/rows/?month=2026-11", told),
    ("gm", "/dashboard/", tickets),
    ("gm", "/dashboard/wall/", tickets),
    ("gm", "/reports/sla/?period=2026-11", tickets),
    ("gm", "/reports/sla/rows/?period=2026-11&target=dispatch", tickets),
    ("gm", "/reports/", papers),
    ("gm", "/incidents/", happened),
    ("ops", "/forum/", posted),
    ("supervisor", "/cases/repeats/", repeats),
    ("reception", "/common-issues/", issues),
    ("reception", "/common-issues/{issue}/", issues),
    ("reception", "/suggestion-box/", slips),
    ("reception", "/me/drafts/", typed),
    ("supervisor", "/residents/shown/", looked),
    ("supervisor", "/residents/import/", problems),
]


def first_issue() -> int | None:
    return CommonIssue.objects.order_by("pk").values_list("pk", flat=True).first()


@pytest.mark.parametrize(("who", "address", "grow"), LISTS, ids=[address for _who, address, _grow in LISTS])
def test_a_longer_list_costs_no_more_statements(
    house: House, who: str, address: str, grow: Callable[[House, int], None]
) -> None:
    client = Client()
    client.force_login(house.people[who])

    def statements() -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address.format(issue=first_issue())).status_code == 200
        return len(seen)

    for n in range(2):
        grow(house, n)
    few = statements()
    for n in range(2, MORE):
        grow(house, n)
    assert statements() == few
