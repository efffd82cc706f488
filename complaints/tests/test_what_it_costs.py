"""Statements of the sweep, fixed for a batch whatever is due in it; and the indexes that everything stands on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import counting
from complaints.tests.house import MORNING, House
from portal.promises.sweeping import clockworks, sweep

MOST_A_BATCH = 6
LATE = MORNING + timedelta(minutes=11)


def statements_of_a_sweep(house: House, reports: int) -> list[str]:
    for _ in range(reports):
        house.report()
    sweep(MORNING)  # what a process remembers is warm
    with CaptureQueriesContext(connection) as seen:
        assert sweep(LATE).timers == reports
    return [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_a_batch_costs_the_same_statements_for_five_and_for_fifty(house: House) -> None:
    from portal.notifications.choices import channels_for
    from portal.organization.duty import directory_of
    from portal.pages.houses import sites

    channels_for(house.supervisor.pk, "ticket.timer", {})
    directory_of(house.site.pk, LATE.replace(minute=0))
    sites()
    few = statements_of_a_sweep(house, 5)
    many = statements_of_a_sweep(house, 50)

    assert len(few) == len(many)
    beside_the_batch = 2 + 1  # the two heartbeats, and the claim that finds nothing more
    beside_the_batch += 2 * (len(clockworks()) - 1)  # of each other app: nothing to claim, nothing left
    assert len(many) - beside_the_batch <= MOST_A_BATCH, "\n".join(sql[:120] for sql in many)


def test_the_claim_is_served_by_its_partial_index(house: House) -> None:
    for _ in range(3):
        house.report()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM complaints_tickettimer WHERE state = 'running' AND next_check_at <= now()"
            " ORDER BY next_check_at, id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "tickettimer_due" in plan


@pytest.mark.parametrize("who", ["reception", "gm", "engineer"])
def test_each_count_of_the_queue_is_a_range_of_an_index(house: House, who: str) -> None:
    for _ in range(3):
        house.report()
    scope = house.people[who].scope
    with connection.cursor() as cursor:
        # At three rows every way costs the same: what serves others is taken away until the end of the test.
        cursor.execute("DROP INDEX ticket_of_site_newest, ticket_informed, ticket_of_resident")
        for other in ("seqscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
        for tab in ("to_dispatch", "to_sign", "in_progress", "to_inform", "to_call_back", "overtime", "all"):
            sql, values = counting._tabs_of(scope)[tab]
            cursor.execute(f"EXPLAIN {sql}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert re.search("using ticket_(lane|queue)_", plan), f"{tab}: {plan}"
