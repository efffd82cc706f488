"""The tabs of the queue (INTERFACES §2) as conditions on tickets, and what waits for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from complaints.states import CLAIM_LEVELS, HANDED_UP_TO, OVERTIME_DECIDED_BY, Lane
from portal.organization.roles import DEPARTMENT, DESK, Role

if TYPE_CHECKING:
    from portal.organization.scope import Scope

OPEN = ~Q(lane=Lane.OVER)
HANDED_UP = OPEN & ~Q(open_hand_ups=[])
OVERTIME_ASKED = OPEN & ~Q(overtime_asked_of="")
CLAIMED = ~Q(claim_with="")  # also when the ticket is over


def tab_filters(scope: Scope) -> dict[str, Q]:
    """None asks for a lane twice: a planner that multiplies the two takes a common tab for a rare one."""
    own = [target for target, role in HANDED_UP_TO.items() if scope.holds([role])]
    return {
        "mine": waiting_for(scope),
        "to_dispatch": Q(lane=Lane.TO_DISPATCH),
        "to_sign": Q(lane=Lane.TO_SIGN),
        "to_acknowledge": HANDED_UP & Q(open_hand_ups__overlap=own) if own else HANDED_UP,
        "in_progress": Q(lane__in=[Lane.IN_PROGRESS, Lane.TO_RETURN]),
        "to_inform": Q(lane=Lane.TO_INFORM),
        "to_call_back": Q(lane=Lane.TO_CALL_BACK),
        "overtime": OVERTIME_ASKED
        | OPEN & Q(resolve_due_at__lt=Now(), queue_at__lt=Now()),  # the second says where in the order they lie
        "all": OPEN,
    }


def waiting_for(scope: Scope) -> Q:
    """What waits for this very person: by their posts, the next step of the ticket is theirs."""
    found = Q()
    everywhere, sites = scope.sites_as(DESK)
    if everywhere or sites:
        desk = Q(lane__in=[Lane.TO_DISPATCH, Lane.TO_INFORM, Lane.TO_CALL_BACK])
        found |= desk if everywhere else desk & Q(site_id__in=sites)
    departments = scope.departments_as(DEPARTMENT)
    if departments:
        found |= Q(department_id__in=departments, lane__in=[Lane.TO_SIGN, Lane.IN_PROGRESS])
    headed = scope.departments_as({Role.DEPARTMENT_HEAD})
    if headed:
        found |= Q(department_id__in=headed, lane=Lane.TO_RETURN)
    for target, role in HANDED_UP_TO.items():
        everywhere, sites = scope.sites_as({role})
        if everywhere or sites:
            handed_up = HANDED_UP & Q(open_hand_ups__contains=[target])
            found |= handed_up if everywhere else handed_up & Q(site_id__in=sites)
    for role in sorted(set(OVERTIME_DECIDED_BY.values())):
        everywhere, sites = scope.sites_as({role})
        if everywhere or sites:
            asked = OVERTIME_ASKED & Q(overtime_asked_of=role)
            found |= asked if everywhere else asked & Q(site_id__in=sites)
    for role in CLAIM_LEVELS[1:]:  # the department's head has it in the department's own lanes
        everywhere, sites = scope.sites_as({role})
        if everywhere or sites:
            claimed = CLAIMED & Q(claim_with=role)
            found |= claimed if everywhere else claimed & Q(site_id__in=sites)
    return found or Q(pk=None)
