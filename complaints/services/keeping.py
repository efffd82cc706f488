"""What a step changed, kept for ten minutes' undoing (services/undoing.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Field

from complaints.models import Callback, LastStep, Ticket, TicketTimer
from complaints.states import UNDOABLE
from portal.promises.models import TimerEvent, TimerEventKind

if TYPE_CHECKING:
    from complaints.services.change import Change

# Worked out anew whenever a change is written.
DERIVED = frozenset(
    [
        "id",
        "version",
        "next_target",
        "next_started_at",
        "next_warn_at",
        "next_due_at",
        "next_rule",
        "queue_at",
        "open_hand_ups",
        "resolve_due_at",
        "lane",
    ]
)
OF_TICKET = [field.attname for field in Ticket._meta.concrete_fields if field.attname not in DERIVED]
OF_CALLBACK = [field.attname for field in Callback._meta.concrete_fields if field.attname not in {"id", "ticket_id"}]
OF_TIMER = ("state", "paused_at", "policy_target_id", "fixed_due_at")


class Before:
    """Ticket, timers and callback as they were when the ticket was locked."""

    def __init__(self, ticket: Ticket, timers: Iterable[TicketTimer]) -> None:
        self._ticket = _values(ticket, OF_TICKET)
        self._timers = {timer.pk: _values(timer, OF_TIMER) for timer in timers}
        self._callback: dict[str, Any] | None = None

    def keep_callback(self, callback: Callback) -> None:
        if callback.pk is not None:
            self._callback = {"id": callback.pk, **_values(callback, OF_CALLBACK)}

    def remember(self, change: Change, steps: Sequence[TimerEvent]) -> None:
        """Write down how to take this change back, where its kind can be: one statement. ``steps`` are written."""
        if change.by is None or not change.events or not {event.kind for event in change.events} <= UNDOABLE:
            return
        now = _values(change.ticket, OF_TICKET)
        written: dict[int, list[int]] = {}
        for step in steps:
            if step.kind != TimerEventKind.BREACHED:  # a limit that was passed stays passed
                written.setdefault(step.timer_id, []).append(step.pk)  # type: ignore[attr-defined]
        before = {
            "ticket": {name: value for name, value in self._ticket.items() if now[name] != value},
            "timers": [{"id": pk, "steps": written[pk], **kept} for pk, kept in self._timers.items() if pk in written],
            "begun": sorted(written.keys() - self._timers.keys()),
            "callback": self._callback,
            "messages": sorted({message.key for message in change.messages}),
        }
        row = LastStep(
            ticket=change.ticket,
            by=change.by,
            at=change.now,
            version=change.ticket.version,
            events=[event.pk for event in change.events],
            before=before,
        )
        LastStep.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["ticket"],
            update_fields=["by", "at", "version", "events", "before"],
        )


def _values(row: Ticket | TicketTimer | Callback, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """As JSON holds it, to the microsecond."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def put_back(row: Ticket | Callback, kept: dict[str, Any]) -> None:
    for name, value in kept.items():
        field = type(row)._meta.get_field(name)
        assert isinstance(field, Field)
        setattr(row, name, field.to_python(value))
