"""Every figure equals what a slow count of the histories gives, and opens as many rows as it says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Outcome, TicketTimer
from complaints.services import How
from complaints.states import Decision, Severity, Target
from complaints.tests.house import MORNING, House
from portal.organization.models import Site, User
from portal.promises import clock
from portal.promises.sweeping import sweep
from reports import kept, years
from reports.models import MonthCounted
from reports.periods import Period, period
from reports.tests.slow_papers import assert_paper_is_the_slow_count
from reports.tests.slowly import GROUPED, ZONE, assert_same, who_had_longest
from reports.views import sla, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOVEMBER = period("2026-11", ZONE)


@pytest.fixture
def demo(db: None, settings: Any) -> Period:
    settings.PORTAL_DEMO = True
    call_command("seed_demo", verbosity=0)
    return period(f"{clock.now():%Y}", ZONE)


def test_the_figures_of_the_demo_equal_a_slow_count_and_open_their_rows(demo: Period) -> None:
    now, gm = clock.now(), User.objects.get(username="gm")
    sweep(now)
    call_command("rebuild_figures", verbosity=0)
    rows = kept.promised(gm.scope, demo)
    assert rows.count() > 1000
    for by, group in GROUPED.items():
        assert_same(rows, by, group, now)
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(gm)
    page = client.get(f"/reports/sla/?period={demo.code}&target=resolve&by=department")
    for line in [*page.context["targets"], *page.context["split"]]:
        for figure, url in line["urls"].items():
            assert client.get(url).context["pager"].paginator.count == getattr(line["kept"], figure), url


def test_a_year_from_its_months_equals_the_live_figures_and_takes_up_what_came_late(demo: Period) -> None:
    now, gm = clock.now(), User.objects.get(username="gm")
    sweep(now)
    head = User.objects.get(username="engineering_head")
    call_command("rebuild_figures", verbosity=0)
    call_command("rebuild_figures", verbosity=0)
    for user in (gm, head):
        live = kept.promised(user.scope, demo)
        of_months = years.counted(user.scope, demo)
        for by, group in kept.groups(ZONE).items():
            slow = {key: replace(one, median=None, p90=None) for key, one in kept.figures(live, group, now).items()}
            assert years.figures(of_months, by) == slow, by
    assert sum(one.all for one in years.figures(of_months, "target").values()) < TicketTimer.objects.count()

    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(gm)
    late = TicketTimer.objects.filter(target=Target.RESOLVE, received_at__gte=demo.begins, outcome=Outcome.KEPT)[0]
    TicketTimer.objects.filter(pk=late.pk).update(breached_at=late.due_at)
    address = f"/reports/sla/?period={demo.code}&target=resolve"
    (line,) = [line for line in client.get(address).context["targets"] if line["chosen"]]
    behind = client.get(line["urls"]["late"])
    assert behind.context["pager"].paginator.count == line["kept"].late + 1
    assert behind.context["told"] == words.promises(line["kept"].late)
    assert years.count_due(now) == 0
    assert years.count_due(now + DAY) == MonthCounted.objects.count()
    call_command("rebuild_figures", verbosity=0)
    (line,) = [line for line in client.get(address).context["targets"] if line["chosen"]]
    assert client.get(line["urls"]["late"]).context["told"] == ""


def test_late_promises_by_who_had_the_time_equal_a_slow_count_and_open_their_rows(demo: Period) -> None:
    now, gm = clock.now(), User.objects.get(username="gm")
    sweep(now)
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(gm)
    seen = set()
    for target in (Target.DISPATCH, Target.SIGN, Target.RESOLVE, Target.CALLBACK):
        page = client.get(f"/reports/sla/?period={demo.code}&target={target}")
        late = kept.promised(gm.scope, demo).filter(kept.conditions(now)["late"], target=target)
        slow = Counter(who_had_longest(timer, now) for timer in late.select_related("ticket"))
        assert {line["had"]: line["n"] for line in page.context["causes"]["lines"]} == {
            f"had-{had or 'none'}": n for had, n in slow.items()
        }
        assert sum(slow.values()) == page.context["causes"]["late"]
        for line in page.context["causes"]["lines"]:
            assert client.get(line["url"]).context["pager"].paginator.count == line["n"]
        seen |= slow.keys()
    assert {"desk", "department", "night"} <= seen


def test_the_reports_of_the_demo_equal_a_slow_count(demo: Period) -> None:
    now = clock.now()
    for site in Site.objects.all():
        assert assert_paper_is_the_slow_count(site, demo, now) > 60


def test_more_time_before_the_limit_is_within_as_approved_and_not_as_first_set(house: House) -> None:
    in_time, extended, after = house.signed(), house.signed(), house.signed()
    with clock.standing_at(MORNING + DAY - HOUR):
        services.resolve_ticket(in_time.pk, "修好", by=house.engineer)
    for ticket, asked_at in ((extended, MORNING + DAY), (after, MORNING + 2 * DAY + HOUR)):
        sweep(asked_at)
        with clock.standing_at(asked_at):
            services.ask_for_overtime(ticket.pk, MORNING + 4 * DAY, "等配件", How.PHONE, by=house.engineer)
            services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
    for ticket in (extended, after):
        with clock.standing_at(MORNING + 3 * DAY):
            services.resolve_ticket(ticket.pk, "修好", by=house.engineer)
    rows = kept.promised(house.gm.scope, NOVEMBER).filter(target=Target.RESOLVE)
    found = kept.figures(rows, kept.groups(ZONE)["severity"], MORNING + 5 * DAY)[Severity.MINOR]
    assert (found.settled, found.kept, found.kept_at_first, found.late) == (3, 2, 1, 1)


def test_a_department_head_sees_the_own_department_in_every_figure(house: House) -> None:
    mine, other = house.signed(severity=Severity.IMPORTANT), house.report()
    services.dispatch_ticket(other.pk, house.departments["security"], by=house.reception)
    head = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    head.force_login(house.engineering_head)
    page = head.get("/reports/sla/?period=2026-11&by=department")
    assert {line["label"] for line in page.context["split"]} == {"engineering"}
    assert sum(line["kept"].all for line in page.context["targets"]) == TicketTimer.objects.filter(ticket=mine).count()
    assert other.number not in head.get("/reports/sla/rows/?period=2026-11&target=dispatch").content.decode()
    assert head.get("/dashboard/").status_code == 403


@pytest.mark.parametrize("by", ["department", "severity", "category", "site", "shift", "month"])
def test_a_month_is_counted_in_one_statement_that_reads_no_promise_but_in_its_index(house: House, by: str) -> None:
    house.signed()
    client = Client()
    client.force_login(house.gm)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/reports/sla/?period=2026-11&by={by}")
    (counting,) = [query["sql"] for query in asked if "took_seconds" in query["sql"]]
    (index,) = [one for one in TicketTimer._meta.indexes if one.name == "timer_kept"]
    held = {TicketTimer._meta.get_field(name).column for name in (*index.fields, *index.include)}
    parts = [part for part in counting.split(" UNION ALL ") if '"given"' not in part]
    assert len(parts) > len(sla.SHOWN_FIRST)
    for part in parts:
        assert set(re.findall(r'"complaints_tickettimer"\."(\w+)"', part)) <= held
