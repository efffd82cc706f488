"""A timer's deadline worked out once more, slowly and by other means than the portal's own: from its events alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.promises.models import PolicyTarget

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
POLITE = range(9, 20)  # the full hours in which one may be called


def deadline(steps: Iterable[Any], started_at: datetime, zone: ZoneInfo) -> datetime | None:
    """In UTC; None while it stands without an end. ``steps`` in order, undone ones among them."""
    steps = list(steps)
    gone = {pk for step in steps if step.kind == "undone" for pk in step.details["undone"]}
    steps = [step for step in steps if step.pk not in gone and step.kind != "undone"]
    said = [step for step in steps if step.kind in {"started", "recomputed"}][-1].details
    stood, still = _stood(steps)
    if still is not None and still[1] is None:
        return None
    if said.get("fixed"):
        return datetime.fromisoformat(said["fixed"]).astimezone(UTC)
    if still is not None:
        stood.append(still)
    row = PolicyTarget.objects.get(pk=said["policy_target"])
    if row.rule == "end_of_local_day":
        return datetime.combine(started_at.astimezone(zone).date() + DAY, time(0), tzinfo=zone).astimezone(UTC)
    if row.rule == "end_of_half_day":
        return _end_of_next_half_day(started_at.astimezone(zone)).astimezone(UTC)
    if row.calendar == "polite_hours":
        return _minute_by_minute(started_at, row.amount, zone)
    due = started_at + row.amount
    for begins, ends in sorted(stood):
        if begins < due:
            due += max(ends, started_at) - max(begins, started_at)
    return due.astimezone(UTC)


def _stood(steps: Iterable[Any]) -> tuple[list[Any], Any]:
    """The pauses that somebody ended, and the one that goes on with its planned end or none; None while it runs."""
    stood: list[Any] = []
    still: Any = None
    for step in steps:
        if step.kind == "paused":
            until = step.details.get("until")
            still = (step.at, datetime.fromisoformat(until) if until else None)
        elif step.kind == "resumed":
            stood.append((still[0], min(step.at, still[1] or step.at)))
            still = None
    return stood, still


def _end_of_next_half_day(local: datetime) -> datetime:
    if local.hour < 12:
        return local.replace(hour=20, minute=0, second=0, microsecond=0)
    tomorrow = (local + DAY).replace(minute=0, second=0, microsecond=0)
    return tomorrow.replace(hour=12 if local.hour < 20 else 20)


def _minute_by_minute(started_at: datetime, amount: timedelta, zone: ZoneInfo) -> datetime:
    """Only for starts and amounts of whole minutes, as the stories have them."""
    at, left = started_at, amount
    while left:
        if at.astimezone(zone).hour in POLITE:
            left -= MINUTE
        at += MINUTE
    return at.astimezone(UTC)
