"""The bar's limits as a new installation has them: rows from then on (defaults (e); ours where marked)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bar_service.promised import Target
from portal.organization.roles import Role
from portal.promises.limits import Rule

R = Role


def _limit(target: Target, amount: timedelta, *told: Role) -> dict[str, Any]:
    levels = [{"name": "step_1", "after": 0, "to": list(told)}] if told else []
    return {"target": target, "rule": Rule.AMOUNT, "amount": amount, "levels": levels}


LIMITS = [
    _limit(Target.VIP_ROUND, timedelta(minutes=10), R.SUPERVISOR),
    # Of these two the amount is the time of the local day: ready by 09:00, closed by 21:30 (ours).
    _limit(Target.BAR_READY, timedelta(hours=9), R.SUPERVISOR),
    _limit(Target.BAR_CLOSED, timedelta(hours=21, minutes=30), R.SUPERVISOR),
    _limit(Target.GEAR_BACK, timedelta(hours=2), R.BAR_ATTENDANT),
    _limit(Target.SALES_REQUEST, timedelta(minutes=10), R.SUPERVISOR),
    # How soon a party is offered something, how long a cup or an ashtray lasts before somebody looks (ours).
    _limit(Target.FIRST_DRINK, timedelta(minutes=5)),
    _limit(Target.REFILL, timedelta(minutes=20)),
    _limit(Target.ASHTRAY, timedelta(minutes=30)),
]
