"""The figures that a company has set itself for its visits: the site's own, else the company's."""

from __future__ import annotations

from portal.memo import for_a_moment
from visits.models import VisitGoal
from visits.planner import Rule

SHIPPED: dict[VisitGoal.Code, int] = {
    VisitGoal.Code.COVERAGE: 80,
    VisitGoal.Code.ROUNDS: 2,
    VisitGoal.Code.A_DAY: 8,
    VisitGoal.Code.TRIES: 3,
    VisitGoal.Code.REST_DAYS: 60,
    VisitGoal.Code.DOOR_WAIT: 30,
}


@for_a_moment
def _goals() -> dict[tuple[int | None, str], int]:
    return {(site, code): amount for site, code, amount in VisitGoal.objects.values_list("site", "code", "amount")}


def goal_of(code: VisitGoal.Code, site_id: int) -> int:
    goals = _goals()
    return goals.get((site_id, code)) or goals.get((None, code)) or SHIPPED[code]


def rule_of(site_id: int) -> Rule:
    code = VisitGoal.Code
    return Rule(
        percent=goal_of(code.COVERAGE, site_id),
        rounds=goal_of(code.ROUNDS, site_id),
        a_day=goal_of(code.A_DAY, site_id),
        tries=goal_of(code.TRIES, site_id),
        rest_days=goal_of(code.REST_DAYS, site_id),
    )
