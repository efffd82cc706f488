"""Why this deadline: every timer of a ticket from its policy version and its events (docs/sla.md)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from complaints.models import Ticket, TicketTimer, TimerStep
from portal.promises import policies
from portal.promises.limits import Limit
from portal.promises.models import PolicyTarget, TimerEventKind, TimerState
from portal.promises.timekeeping import pauses_of


def explain(ticket: Ticket) -> dict[str, Any]:
    """The JSON of ``sla_explain`` (INTERFACES §1). Moments are in the site's zone, with their offset."""
    timers = list(ticket.timers.order_by("started_at", "pk"))
    events: dict[int, list[TimerStep]] = defaultdict(list)
    for event in TimerStep.objects.filter(timer__ticket=ticket).order_by("pk"):
        events[event.timer_id].append(event)
    targets = PolicyTarget.objects.select_related("version__policy").in_bulk(
        [timer.policy_target_id for timer in timers]
    )
    zone = ticket.site.zone

    def shown(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment else None

    def one(timer: TicketTimer) -> dict[str, Any]:
        target = targets[timer.policy_target_id]
        history = events[timer.pk]
        pauses: list[tuple[datetime, datetime | None]] = [*pauses_of(history)]
        if timer.state == TimerState.PAUSED:
            pauses.append((timer.paused_at, None))  # type: ignore[arg-type]
        return {
            "target": timer.target,
            "round": timer.round,
            "turn": timer.turn,
            "term": timer.term,
            "policy": f"{target.version.policy.code} v{target.version.number}",
            "calendar": target.calendar,
            "started_at": shown(timer.started_at),
            "due_at": shown(timer.due_at),
            "state": timer.state,
            "breached_at": shown(timer.breached_at),
            "met_at": shown(timer.met_at),
            "pauses": [[shown(begins), shown(ends)] for begins, ends in pauses],
            "steps": [
                {"level": name, "at": shown(at), "to": list(roles), "fired_at": shown(fired)}
                for name, at, roles, fired in _steps(timer, policies.limit_of(timer.policy_target_id), history)
            ],
        }

    return {"ticket": ticket.number, "timers": [one(timer) for timer in timers]}


def _steps(
    timer: TicketTimer, limit: Limit, history: list[TimerStep]
) -> list[tuple[str, datetime | None, tuple[str, ...], datetime | None]]:
    """Each level with its moment, its roles, and when it fired: in this term, or earlier where it will not again."""
    fired = {event.level: event for event in history if event.kind == TimerEventKind.LEVEL_FIRED}
    found = []
    for place, level in enumerate(limit.levels):
        event = fired.get(level.name)
        still_ahead = place >= timer.next_level and timer.state == TimerState.RUNNING
        if event is not None and (event.term == timer.term or not still_ahead):
            found.append((level.name, event.due_at, tuple(event.details.get("to", level.roles)), event.at))
        else:
            at = timer.moments[place] if place < len(timer.moments) else None
            found.append((level.name, at, level.roles, None))
    return found


def in_words(explained: dict[str, Any]) -> str:
    """The same for reading on a terminal."""
    lines = [explained["ticket"]]
    for timer in explained["timers"]:
        head = (
            f"{timer['target']} (round {timer['round']}, turn {timer['turn']}, term {timer['term']}): {timer['state']}"
        )
        due = timer["due_at"] or "no deadline while paused"
        lines.append(f"  {head}, {timer['started_at']} -> {due}, by {timer['policy']} on {timer['calendar']}")
        if timer["breached_at"]:
            lines.append(f"    passed its limit at {timer['breached_at']}")
        if timer["met_at"]:
            lines.append(f"    met at {timer['met_at']}")
        lines += [f"    paused from {begins} to {ends or 'now'}" for begins, ends in timer["pauses"]]
        for step in timer["steps"]:
            sent = f"told at {step['fired_at']}" if step["fired_at"] else "not told"
            lines.append(f"    {step['level']} at {step['at']} to {', '.join(step['to'])}: {sent}")
    return "\n".join(lines)
