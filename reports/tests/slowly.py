"""The figures once more, slowly and by other means: from each promise's history alone, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from complaints.models import TicketTimer
from complaints.undone import standing as standing_events
from portal.promises.timekeeping import standing
from reports import kept

GRANTED = "overtime_decided"
ZONE = ZoneInfo("Asia/Shanghai")


def of(timer: TicketTimer, now: datetime) -> set[str]:
    """Which figures count this promise."""
    history = standing(timer.events.order_by("pk"))
    kinds = [step.kind for step in history]
    said = [step for step in history if step.kind not in {"level_fired", "breached"}]
    over = kinds and ("met" in kinds or "cancelled" in kinds)
    stands = bool(said) and said[-1].kind == "paused" and said[-1].due_at is None
    late = "breached" in kinds or (not over and not stands and said[-1].due_at < now)
    found = {"all"}
    if late:
        return found | {"settled", "late"}
    if "met" in kinds:
        found |= {"settled", "kept"}
        met_at = next(step.at for step in history if step.kind == "met")
        if timer.target != "resolve" or not _given_more_time_that_it_needed(timer, met_at):
            found.add("kept_at_first")
        return found
    return found if "cancelled" in kinds else found | {"running"}


def _given_more_time_that_it_needed(timer: TicketTimer, met_at: datetime) -> bool:
    """From the ticket's history, not from the table of requests."""
    events = standing_events(timer.ticket.events.order_by("pk"))
    moved = [
        step
        for step in standing(timer.events.order_by("pk"))
        if step.kind == "recomputed" and step.details.get("cause") == "overtime" and step.details.get("was")
    ]
    assert not moved or any(event.kind == GRANTED for event in events)
    return any(datetime.fromisoformat(step.details["was"]) < met_at for step in moved)


def counted(timers: list[TicketTimer], group: Callable[[TicketTimer], Any], now: datetime) -> dict[Any, dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for timer in timers:
        row = found.setdefault(group(timer), {"took": []})
        for figure in of(timer, now):
            row[figure] = row.get(figure, 0) + 1
        if timer.met_at is not None:
            row["took"].append((timer.met_at - timer.started_at).total_seconds())
    for row in found.values():
        took = sorted(row.pop("took"))
        row["median"], row["p90"] = _percentile(took, 0.5), _percentile(took, 0.9)
    return found


def who_had_longest(timer: TicketTimer, now: datetime) -> str | None:
    """Piece by piece who had the ticket while this promise ran, each piece asked of the whole history anew."""
    ticket, until = timer.ticket, timer.met_at or now
    events = standing_events(ticket.events.order_by("at", "pk"))
    moments = {timer.started_at, until, ticket.received_at, *(event.at for event in events)}
    moments |= {datetime.fromisoformat(event.details["until"]) for event in events if event.details.get("until")}
    day = timer.started_at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < until:
        moments |= {day.replace(hour=8), day.replace(hour=22)}
        day += timedelta(days=1)
    inside = sorted(moment for moment in moments if timer.started_at <= moment <= until)
    sums: dict[str, timedelta] = {}
    for begins, ends in pairwise(inside):
        had = _had_at(begins + (ends - begins) / 2, events)
        if had is not None:
            sums[had] = sums.get(had, timedelta()) + (ends - begins)
    return min(sums, key=lambda had: (-sums[had], had)) if sums else None


def _had_at(moment: datetime, events: list[Any]) -> str | None:
    had, before, waits_for, planned = "desk", "desk", "", None
    told = {"dispatched": "department", "resolved": "department", "sent_back": "desk", "answered": "desk"}
    told |= dict.fromkeys(("returned", "reopened", "came_back"), "desk")
    told |= dict.fromkeys(("informed", "declined", "merged", "withdrawn", "closed"), "")
    for event in events:
        if event.at > moment:
            break
        if planned is not None and planned < event.at:
            had, planned = before, None
        if event.kind == "waiting":
            before, waits_for = had, event.details.get("waits_for") or "third_party"
        if event.kind in {"waiting", "chased"}:
            had = waits_for
            planned = datetime.fromisoformat(event.details["until"]) if event.details.get("until") else None
        elif event.kind == "resumed":
            had, planned = before, None
        elif event.kind in told:
            had, planned = told[event.kind], None
    if planned is not None and planned < moment:
        had = before
    quiet = not 8 <= moment.astimezone(ZONE).hour < 22
    return ("night" if quiet and had in {"desk", "department"} else had) or None


def _percentile(numbers: list[float], share: float) -> float | None:
    """Between the two nearest, as far as the share lies between them."""
    if not numbers:
        return None
    place = share * (len(numbers) - 1)
    below = int(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


def told_by_the_portal(rows: Any, by: str, now: datetime) -> dict[Any, dict[str, Any]]:
    found = kept.figures(rows, kept.groups(ZONE)[by], now)
    return {key: {name: value for name, value in vars(one).items() if value} for key, one in found.items()}


def assert_same(rows: Any, by: str, group: Any, now: datetime) -> None:
    quick = told_by_the_portal(rows, by, now)
    slow = counted(list(rows.select_related("ticket__category")), group, now)
    assert quick.keys() == slow.keys()
    for key, found in slow.items():
        times = {
            name: pytest.approx(found.pop(name), abs=1e-3) for name in ("median", "p90") if found[name] is not None
        }
        assert quick[key] == {name: value for name, value in found.items() if value} | {
            name: value for name, value in times.items() if value != 0
        }


GROUPED = {
    "target": lambda timer: timer.target,
    "severity": lambda timer: timer.ticket.severity,
    "department": lambda timer: timer.ticket.department_id,
    "category": lambda timer: timer.ticket.category and (timer.ticket.category.parent_id or timer.ticket.category_id),
    "site": lambda timer: timer.ticket.site_id,
    "shift": lambda timer: ("night", "early", "late")[timer.ticket.received_at.astimezone(ZONE).hour // 8],
}
