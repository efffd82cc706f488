"""The limits of reports as a new installation has them: rows from then on. Loading again changes nothing edited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.organization.models import Site
from portal.organization.roles import Role
from portal.promises import policies
from portal.promises.limits import Rule
from reports.promised import KIND, Target

R = Role
DAY = 24 * 3600


def _limit(target: Target, amount: timedelta, *ladder: tuple[int, list[Role]]) -> dict[str, Any]:
    levels = [
        {"name": "warning" if after < 0 else f"step_{place}", "after": after, "to": roles}
        for place, (after, roles) in enumerate(ladder, 0 if ladder[0][0] < 0 else 1)
    ]
    return {"target": target, "rule": Rule.AMOUNT, "amount": amount, "levels": levels}


def _issued(target: Target, amount: timedelta, warned: int) -> dict[str, Any]:
    return _limit(
        target, amount, (-warned, [R.SUPERVISOR]), (0, [R.CUSTOMER_SERVICE_MANAGER, R.OPERATIONS_MANAGER]),
        (DAY, [R.SUPERVISING_MANAGER]), (2 * DAY, [R.GENERAL_MANAGER]),
    )  # fmt: skip


# The amount is the time after the period's last midnight (ours): counted at 08:00, the day's report out by 10:00.
LIMITS = [
    _limit(Target.MADE, timedelta(hours=8, minutes=10), (0, [R.SUPERVISOR, R.ADMINISTRATOR])),
    _issued(Target.DAILY, timedelta(hours=10), 3600),
    _issued(Target.MONTHLY, timedelta(days=2, hours=18), DAY),
    _issued(Target.QUARTERLY, timedelta(days=4, hours=18), DAY),
    _issued(Target.YEARLY, timedelta(days=14, hours=18), 3 * DAY),
]


def load_defaults() -> None:
    policies.ship(KIND, LIMITS)


def furnish(_site: Site) -> None:
    load_defaults()
