"""The promises that a new installation keeps: limits and ladders as data (DOMAIN §1, docs/sla.md).

Loaded once into policy rows; from then on the rows count, and an administrator's new version is never overwritten.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from complaints.models import Goal
from complaints.states import Kind, Severity, Target
from portal.organization.roles import Role
from portal.promises.limits import Rule

R = Role
HOURS = 3600  # seconds


def _ladder(warned: list[Role], at_deadline: list[Role], *later: tuple[int, Role]) -> list[dict[str, Any]]:
    levels: list[dict[str, Any]] = [
        {"name": "warning", "percent": 75, "to": warned},
        {"name": "step_1", "after": 0, "to": at_deadline},
    ]
    levels += [{"name": f"step_{n}", "after": hours * HOURS, "to": [role]} for n, (hours, role) in enumerate(later, 2)]
    return levels


_ABOVE = ((4, R.OPERATIONS_MANAGER), (12, R.SUPERVISING_MANAGER), (24, R.GENERAL_MANAGER))
DESK_LADDER = _ladder([R.RECEPTIONIST], [R.SUPERVISOR], *_ABOVE)
SIGN_LADDER = _ladder([R.DEPARTMENT_STAFF], [R.DEPARTMENT_HEAD, R.SUPERVISOR], *_ABOVE)
DEPARTMENT_LADDER = _ladder([R.DEPARTMENT_STAFF], [R.DEPARTMENT_HEAD], *_ABOVE)
OPERATIONS_LADDER = _ladder([R.OPERATIONS_MANAGER], [R.SUPERVISOR, R.SUPERVISING_MANAGER], (4, R.GENERAL_MANAGER))
IMPORTANT_LADDER = _ladder([R.SUPERVISING_MANAGER], [R.OPERATIONS_MANAGER], (4, R.GENERAL_MANAGER))
MAJOR_LADDER = _ladder([R.GENERAL_MANAGER], [R.OPERATIONS_MANAGER, R.SUPERVISING_MANAGER])

INCIDENT_LADDER = _ladder([R.SUPERVISOR], [R.OPERATIONS_MANAGER], (4, R.SUPERVISING_MANAGER), (12, R.GENERAL_MANAGER))

RESOLVE_WITHIN = {
    Severity.MINOR: timedelta(days=2),
    Severity.IMPORTANT: timedelta(days=3),
    Severity.MAJOR: timedelta(days=10),
}


def _amount(target: Target, amount: timedelta, levels: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"target": target, "rule": Rule.AMOUNT, "amount": amount, "levels": levels, **more}


def _same_day(target: Target, levels: list[dict[str, Any]]) -> dict[str, Any]:
    return {"target": target, "rule": Rule.END_OF_LOCAL_DAY, "levels": levels}


def _resolve(severity: Severity) -> dict[str, Any]:
    return _amount(Target.RESOLVE, RESOLVE_WITHIN[severity], DEPARTMENT_LADDER, pausable=True)


def _repair(severity: Severity) -> dict[str, Any]:
    """By urgency: ordinary two days, urgent one."""
    within = timedelta(days=2) if severity == Severity.MINOR else timedelta(hours=24)
    return _amount(Target.RESOLVE, within, DEPARTMENT_LADDER, pausable=True)


DISPATCH = _amount(Target.DISPATCH, timedelta(minutes=10), DESK_LADDER)
SIGN = _amount(Target.SIGN, timedelta(minutes=30), SIGN_LADDER)
RETURN_FORM = _same_day(Target.RETURN_FORM, DEPARTMENT_LADDER)
INFORM = _same_day(Target.INFORM, DESK_LADDER)
ON_SITE = [
    _amount(Target.ARRIVE, timedelta(minutes=30), DEPARTMENT_LADDER),
    _amount(Target.MADE_SAFE, timedelta(hours=2), DEPARTMENT_LADDER),
]
CALLBACK = [
    _amount(Target.CALLBACK, timedelta(hours=11), DESK_LADDER, calendar="polite_hours"),
    {"target": Target.CALLBACK, "first_turn": 2, "rule": Rule.END_OF_HALF_DAY, "levels": DESK_LADDER},
]
INCIDENT = [
    _amount(Target.INCIDENT_REPORT, timedelta(hours=1), INCIDENT_LADDER),
    {"target": Target.WRITTEN_REPORT, "rule": Rule.END_OF_NEXT_LOCAL_DAY, "levels": INCIDENT_LADDER},
]
# The second row is for a post that another department passed on (C15).
FORUM = [
    _amount(Target.FORUM_REPLY, timedelta(hours=2), DESK_LADDER),
    _amount(Target.FORUM_REPLY, timedelta(hours=1), DESK_LADDER, first_turn=2),
]
# Small ones beside the line: a word given, how it stands, what is being waited for (C8, C13, C22).
BESIDE = [
    _amount(Target.PROMISE, timedelta(), DESK_LADDER),
    _amount(Target.CORRECTIVE_MEASURE, timedelta(), DEPARTMENT_LADDER),  # its date is named with it (C17)
    _amount(Target.PROGRESS, timedelta(days=2), DESK_LADDER),
    _amount(
        Target.CHASE,
        timedelta(days=2),
        [
            {"name": "step_1", "after": 0, "to": [R.DEPARTMENT_STAFF, R.RECEPTIONIST]},
            {"name": "step_2", "after": 48 * HOURS, "to": [R.DEPARTMENT_HEAD, R.SUPERVISOR]},
            {"name": "step_3", "after": 96 * HOURS, "to": [R.OPERATIONS_MANAGER]},
            {"name": "step_4", "after": 144 * HOURS, "to": [R.SUPERVISING_MANAGER]},
        ],
    ),
]
HAND_UPS = {
    Severity.MINOR: [],
    Severity.IMPORTANT: [
        _amount(Target.HAND_UP_SUPERVISING_MANAGER, timedelta(hours=1), IMPORTANT_LADDER),
        _same_day(Target.VIA_OPERATIONS, OPERATIONS_LADDER),
    ],
    Severity.MAJOR: [
        _same_day(Target.HAND_UP_GENERAL_MANAGER, MAJOR_LADDER),
        _same_day(Target.VIA_OPERATIONS, OPERATIONS_LADDER),
        _amount(Target.REPLY, timedelta(days=2), DEPARTMENT_LADDER),
    ],
}

# (kind, severity) -> its limits. A blank severity fits all. Praise promises nothing.
POLICIES: dict[tuple[Kind, str], list[dict[str, Any]]] = {
    **{
        (Kind.COMPLAINT, severity): [
            DISPATCH,
            SIGN,
            *ON_SITE,
            *HAND_UPS[severity],
            _resolve(severity),
            RETURN_FORM,
            INFORM,
            *CALLBACK,
            *INCIDENT,
            *FORUM,
            *BESIDE,
        ]
        for severity in Severity
    },
    **{
        (kind, severity): [
            DISPATCH,
            SIGN,
            *ON_SITE,
            _repair(severity),
            RETURN_FORM,
            INFORM,
            *CALLBACK,
            *INCIDENT,
            *BESIDE,
        ]
        for kind in (Kind.SERVICE_REQUEST, Kind.HELP)
        for severity in Severity
    },
    **{
        (kind, ""): [DISPATCH, SIGN, *ON_SITE, _resolve(Severity.MINOR), INFORM, *INCIDENT, *FORUM, *BESIDE]
        for kind in (Kind.ENQUIRY, Kind.SUGGESTION)
    },
}

# Shares to reach, in percent (K1, K5).
GOALS = {Goal.Code.REQUESTS_CALLED: 80, Goal.Code.SATISFIED: 96, Goal.Code.IN_LIMIT: 95}
