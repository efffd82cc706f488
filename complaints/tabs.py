"""The tabs of the queue (INTERFACES §2) as conditions on tickets, and what waits for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from complaints.states import HANDED_UP_TO, Status
from portal.organization.roles import DEPARTMENT, DESK, Role

if TYPE_CHECKING:
    from portal.organization.scope import Scope


def tab_filters(scope: Scope) -> dict[str, Q]:
    own = [target for target, role in HANDED_UP_TO.items() if scope.holds([role])]
    handed_up = ~Q(open_hand_ups=[])
    return {
        "mine": waiting_for(scope),
        "to_dispatch": Q(status=Status.REGISTERED),
        "to_sign": Q(status=Status.DISPATCHED),
        "to_acknowledge": handed_up & Q(open_hand_ups__overlap=own) if own else handed_up,
        "in_progress": Q(status__in=[Status.SIGNED, Status.IN_PROGRESS, Status.WAITING])
        | Q(status=Status.RESOLVED, waits_for_form=True),
        "to_inform": Q(status=Status.RESOLVED, waits_for_form=False),
        "to_call_back": Q(status__in=[Status.INFORMED, Status.DECLINED]),
        "overtime": Q(resolve_due_at__lt=Now(), queue_at__lt=Now()),  # the second says where in the order they lie
        "all": Q(),
    }


def waiting_for(scope: Scope) -> Q:
    """What waits for this very person: by their posts, the next step of the ticket is theirs."""
    found = Q(pk=None)
    everywhere, sites = scope.sites_as(DESK)
    if everywhere or sites:
        desk = (
            Q(status=Status.REGISTERED)
            | Q(status=Status.RESOLVED, waits_for_form=False)
            | Q(status__in=[Status.INFORMED, Status.DECLINED])
        )
        found |= desk if everywhere else desk & Q(site_id__in=sites)
    departments = scope.departments_as(DEPARTMENT)
    if departments:
        found |= Q(
            department_id__in=departments,
            status__in=[Status.DISPATCHED, Status.SIGNED, Status.IN_PROGRESS, Status.WAITING],
        )
    headed = scope.departments_as({Role.DEPARTMENT_HEAD})
    if headed:
        found |= Q(department_id__in=headed, status=Status.RESOLVED, waits_for_form=True)
    for target, role in HANDED_UP_TO.items():
        everywhere, sites = scope.sites_as({role})
        if everywhere or sites:
            handed_up = Q(open_hand_ups__contains=[target])
            found |= handed_up if everywhere else handed_up & Q(site_id__in=sites)
    return found
