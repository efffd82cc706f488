"""The promises about visits that a new installation keeps; an administrator's newer version is never overwritten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.organization.roles import Role
from portal.promises.limits import Rule
from visits.states import Target

HOURS = 3600  # seconds
LADDER: list[dict[str, Any]] = [
    {"name": "warning", "percent": 75, "to": [Role.RECEPTIONIST]},
    {"name": "step_1", "after": 0, "to": [Role.SUPERVISOR]},
    {"name": "step_2", "after": 4 * HOURS, "to": [Role.OPERATIONS_MANAGER]},
    {"name": "step_3", "after": 12 * HOURS, "to": [Role.SUPERVISING_MANAGER]},
    {"name": "step_4", "after": 24 * HOURS, "to": [Role.GENERAL_MANAGER]},
]
# Who asks hears from us within a day of polite hours; half an hour after the agreed time a visit is missed; who was
# not at home has another time within three days. The figures are ours (default): the standards name the duty.
TARGETS: list[dict[str, Any]] = [
    {
        "target": Target.CONFIRM,
        "rule": Rule.AMOUNT,
        "amount": timedelta(hours=11),
        "calendar": "polite_hours",
        "levels": LADDER,
    },
    {"target": Target.COME, "rule": Rule.AMOUNT, "amount": timedelta(minutes=30), "levels": LADDER},
    {"target": Target.REBOOK, "rule": Rule.AMOUNT, "amount": timedelta(days=3), "levels": LADDER},
]
