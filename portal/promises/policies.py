"""Which policy applies, and its limits as values. Versions never change, so what was read once stays known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from portal.memo import for_a_moment, forget, keep
from portal.promises.limits import Limit
from portal.promises.models import Policy, PolicyTarget, PolicyVersion

_limits: dict[int, Limit] = keep({})
_calendars: dict[int, str] = keep({})


@transaction.atomic
def ship(kind: str, limits: Iterable[Mapping[str, Any]]) -> None:
    """Limits that an installation starts with: a policy for all sites. Again it only adds those that are new."""
    policy, made = Policy.objects.get_or_create(code=kind, defaults={"kind": kind})
    if made:
        version = PolicyVersion.objects.create(policy=policy, number=1)
        PolicyTarget.objects.bulk_create(PolicyTarget(version=version, **limit) for limit in limits)
        forget()
    else:
        add_new_targets(kind, limits)


def add_new_targets(code: str, shipped: Iterable[Mapping[str, Any]]) -> None:
    """What is shipped by now and no version ever had becomes a new version; what somebody took out stays out."""
    known = set(PolicyTarget.objects.filter(version__policy__code=code).values_list("target", flat=True))
    new = [target for target in shipped if target["target"] not in known]
    if not new:
        return
    newest = PolicyVersion.objects.filter(policy__code=code).latest("number")
    version = PolicyVersion.objects.create(policy_id=newest.policy_id, number=newest.number + 1)
    kept = list(newest.targets.all())
    for row in kept:
        row.pk, row.version = None, version
    PolicyTarget.objects.bulk_create([*kept, *(PolicyTarget(version=version, **target) for target in new)])


@dataclass(frozen=True)
class PolicyLimits:
    """The current version of the policy that applies: policy target ids by (target, first turn)."""

    version_id: int
    targets: Mapping[tuple[str, int], int]

    def for_turn(self, target: str, turn: int = 1) -> int | None:
        """The id of the limit of that target's turn; None when the policy promises nothing there."""
        turns = [first for (name, first) in self.targets if name == target and first <= turn]
        return self.targets[target, max(turns)] if turns else None


@for_a_moment
def policy_for(site_id: int, kind: str, severity: str, category: str) -> PolicyLimits | None:
    """The narrowest policy that fits, at its newest version; None when nothing is promised for that kind.

    First match: the site before the company, a category before all, a severity before all. Two statements.
    """
    fitting = PolicyVersion.objects.filter(
        Q(policy__site_id=site_id) | Q(policy__site=None),
        policy__kind=kind,
        policy__severity__in=[severity, ""],
        policy__category__in=[category, category.rstrip("0123456789"), ""],
        policy__retired_at=None,
    )
    narrowest = fitting.order_by("-policy__category", "policy__site_id", "-policy__severity").values_list(
        "policy_id", flat=True
    )
    policy_id = narrowest.first()
    if policy_id is None:
        return None
    newest = PolicyVersion.objects.filter(policy_id=policy_id).aggregate(Max("number"))["number__max"]
    rows = PolicyTarget.objects.filter(version__policy_id=policy_id, version__number=newest)
    found: dict[tuple[str, int], int] = {}
    version_id = 0
    for row in rows:
        _remember(row)
        found[row.target, row.first_turn] = row.pk
        version_id = row.version_id
    return PolicyLimits(version_id, found)


def limits_by_id(ids: Iterable[int]) -> dict[int, Limit]:
    """The limits of policy target rows; one statement for those not yet known in this process."""
    wanted = set(ids)
    unknown = wanted - _limits.keys()
    if unknown:
        for row in PolicyTarget.objects.filter(pk__in=unknown):
            _remember(row)
    return {pk: _limits[pk] for pk in wanted if pk in _limits}


def limit_of(policy_target_id: int) -> Limit:
    """Raises KeyError for an id that no policy has."""
    return limits_by_id([policy_target_id])[policy_target_id]


def calendar_code_of(policy_target_id: int) -> str:
    limit_of(policy_target_id)
    return _calendars[policy_target_id]


def _remember(row: PolicyTarget) -> None:
    _limits[row.pk] = row.as_limit()
    _calendars[row.pk] = row.calendar


def limits_of(site_id: int, kind: str, severity: str, category: str = "") -> dict[str, Limit]:
    """What is promised for such a ticket, by target (first turns), for showing it before anything is registered."""
    policy = policy_for(site_id, kind, severity, category)
    if policy is None:
        return {}
    return {target: limit_of(pk) for (target, turn), pk in policy.targets.items() if turn == 1}
