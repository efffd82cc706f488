"""Beginning, meeting, pausing, moving and cancelling timers: one ``Ledger`` for each change, written in bulk.

A service fills a ledger while it holds its subject's row, and writes it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.calendars.services import calendar_of
from portal.promises import limits, policies
from portal.promises.limits import JUST_AFTER, Limit, Pauses
from portal.promises.models import Timer, TimerEvent, TimerEventKind, TimerState, as_json

CHANGING = (
    "policy_target",
    "started_at",
    "term",
    "fixed_due_at",
    "due_at",
    "moments",
    "state",
    "paused_at",
    "met_at",
    "breached_at",
    "next_level",
    "levels_fired",
    "next_check_at",
)


@dataclass(frozen=True)
class Place:
    """Where a promise is kept: its site's calendars and zone."""

    site_id: int
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass
class Ledger:
    """The timers and events of one change at one moment. ``by`` is the person's id, None for the clock itself."""

    timer_model: type[Timer]
    event_model: type[TimerEvent]
    place: Place
    now: datetime
    by_id: int | None = None
    _begun: list[Timer] = field(default_factory=list)
    _changed: dict[int, Timer] = field(default_factory=dict)
    _events: list[TimerEvent] = field(default_factory=list)

    def begin(
        self,
        policy_target_id: int,
        started_at: datetime,
        *,
        fixed_due_at: datetime | None = None,
        cause: str = "",
        **row: Any,
    ) -> Timer:
        """Start a timer; ``row`` is the subject, round and turn. What is already past fires at the next sweep."""
        limit = policies.limit_of(policy_target_id)
        timer = self.timer_model(
            target=limit.target,
            policy_target_id=policy_target_id,
            started_at=started_at,
            fixed_due_at=fixed_due_at,
            **row,
        )
        self._set_deadline(timer, limit)
        timer.next_check_at = next_check(timer)
        self._begun.append(timer)
        self._note(
            timer, TimerEventKind.STARTED, policy_target=policy_target_id, cause=cause, fixed=as_json(fixed_due_at)
        )
        return timer

    def meet(self, timer: Timer, *, at: datetime | None = None, cause: str = "") -> None:
        """The promise is kept, in time or late; a breach that no sweep has seen yet is recorded now. Once is enough."""
        if not timer.is_open:
            return
        met_at = at or self.now
        if timer.due_at is not None and met_at > timer.due_at and timer.breached_at is None:
            timer.breached_at = timer.due_at
            self._note(timer, TimerEventKind.BREACHED)
        timer.state, timer.met_at, timer.next_check_at = TimerState.MET, met_at, None
        self._touch(timer, TimerEventKind.MET, at=met_at, cause=cause)

    def cancel(self, timer: Timer, *, cause: str) -> None:
        """The promise lapses (withdrawn, merged, closed); a breach that happened stays."""
        if not timer.is_open:
            return
        timer.state, timer.next_check_at = TimerState.CANCELLED, None
        self._touch(timer, TimerEventKind.CANCELLED, cause=cause)

    def pause(self, timer: Timer, pauses: Pauses = (), *, until: datetime | None = None, cause: str = "") -> None:
        """Stop the clock. Without an end there is no deadline: "paused since", never "overdue".

        With one the clock stands until then at most, so that the deadline is known: it runs on by itself. ``pauses``
        are the finished ones, which an end needs.
        """
        if timer.state != TimerState.RUNNING:
            return
        if until is None:
            timer.state, timer.paused_at, timer.due_at, timer.moments, timer.next_check_at = (
                TimerState.PAUSED, self.now, None, [], None
            )  # fmt: skip
        else:
            self._set_deadline(timer, policies.limit_of(timer.policy_target_id), [*pauses, (self.now, until)])
            timer.next_check_at = next_check(timer)
        self._touch(timer, TimerEventKind.PAUSED, cause=cause, until=as_json(until))

    def resume(self, timer: Timer, pauses: Pauses, *, cause: str = "") -> None:
        """Let the clock run on in the same term. ``pauses`` has the one that ends now, too."""
        if not timer.is_open:
            return
        timer.state, timer.paused_at = TimerState.RUNNING, None
        self._set_deadline(timer, policies.limit_of(timer.policy_target_id), pauses)
        timer.next_check_at = next_check(timer)
        self._touch(timer, TimerEventKind.RESUMED, cause=cause)

    def restate(
        self, timer: Timer, policy_target_id: int, pauses: Pauses, *, fixed_due_at: datetime | None = None, cause: str
    ) -> None:
        """A new term: another limit or a date somebody set, counted from the timer's own start with its pauses.

        A level that an earlier term fired fires again only where its new moment is still ahead.
        """
        if not timer.is_open:
            return
        was = timer.due_at
        timer.policy_target_id, timer.fixed_due_at = policy_target_id, fixed_due_at
        timer.term += 1
        if timer.state == TimerState.RUNNING:
            self._set_deadline(timer, policies.limit_of(policy_target_id), pauses)
            past = sum(1 for moment in timer.moments if moment <= self.now)
            timer.next_level = min(timer.levels_fired, past)
            timer.next_check_at = next_check(timer)
        self._touch(
            timer,
            TimerEventKind.RECOMPUTED,
            policy_target=policy_target_id,
            cause=cause,
            fixed=as_json(fixed_due_at),
            was=as_json(was),
        )

    def undo(
        self,
        timer: Timer,
        state: TimerState,
        paused_at: datetime | None,
        steps: Iterable[TimerEvent],
        *,
        undone: Sequence[int],
    ) -> None:
        """Let it go on as before the events ``undone``; ``steps`` are those that stay. A breach stays, and what fired.

        What came due meanwhile is found by the next sweep.
        """
        timer.state, timer.paused_at, timer.met_at = state, paused_at, None
        if state == TimerState.RUNNING:
            self._set_deadline(timer, policies.limit_of(timer.policy_target_id), pauses_of(steps))
            timer.next_check_at = next_check(timer)
        else:
            timer.due_at, timer.moments, timer.next_check_at = None, [], None
        self._touch(timer, TimerEventKind.UNDONE, undone=list(undone))

    def write(self) -> None:
        """Insert what began, update what changed, add the events: at most three statements."""
        if self._begun:
            self.timer_model._default_manager.bulk_create(self._begun)
        if self._changed:
            self.timer_model._default_manager.bulk_update(self._changed.values(), CHANGING)
        if self._events:
            self.event_model._default_manager.bulk_create(self._events)
        self._begun, self._changed, self._events = [], {}, []

    def rows(self) -> tuple[list[Timer], list[TimerEvent]]:
        """What ``write`` would insert, for whoever writes many ledgers at once."""
        return self._begun, self._events

    def _set_deadline(self, timer: Timer, limit: Limit, pauses: Pauses = ()) -> None:
        calendar = calendar_of(
            policies.calendar_code_of(timer.policy_target_id), self.place.site_id, self.place.time_zone
        )
        moved = timer.fixed_due_at is not None
        due = timer.fixed_due_at or limits.due_at(limit, calendar, self.place.zone, timer.started_at, pauses)
        timer.due_at = due
        timer.moments = list(limits.level_moments(limit, calendar, timer.started_at, due, pauses, moved=moved))

    def _touch(self, timer: Timer, kind: TimerEventKind, *, at: datetime | None = None, **details: Any) -> None:
        if timer.pk is not None:
            self._changed[timer.pk] = timer
        self._note(timer, kind, at=at, **details)

    def _note(self, timer: Timer, kind: TimerEventKind, *, at: datetime | None = None, **details: Any) -> None:
        columns: dict[str, Any] = {"timer": timer, "term": timer.term, "due_at": timer.due_at, "by_id": self.by_id}
        said = {name: value for name, value in details.items() if value}
        self._events.append(self.event_model(kind=kind, at=at or self.now, details=said, **columns))


def next_check(timer: Timer) -> datetime | None:
    """When a sweep has to look at a running timer next: its next level, or its deadline while that is unbroken.

    Overdue means now > deadline, so what is due at the deadline is looked at the smallest moment after it.
    """
    moments = list(timer.moments[timer.next_level : timer.next_level + 1])
    if timer.breached_at is None and timer.due_at is not None:
        moments.append(timer.due_at)
    first = min(moments, default=None)
    return first + JUST_AFTER if first is not None and first == timer.due_at else first


def standing(events: Iterable[TimerEvent]) -> list[TimerEvent]:
    """The events that still count: an undone one stays in the history and means nothing any more."""
    found = list(events)
    gone = {pk for event in found if event.kind == TimerEventKind.UNDONE for pk in event.details["undone"]}
    return [event for event in found if event.pk not in gone and event.kind != TimerEventKind.UNDONE]


def open_pause(events: Iterable[TimerEvent]) -> tuple[datetime, datetime | None] | None:
    """The pause that nobody has ended yet: since when, and until when it was planned; None where the clock runs."""
    last = [e for e in standing(events) if e.kind in {TimerEventKind.PAUSED, TimerEventKind.RESUMED}][-1:]
    if not last or last[0].kind == TimerEventKind.RESUMED:
        return None
    return last[0].at, _until(last[0])


def _until(event: TimerEvent) -> datetime | None:
    return datetime.fromisoformat(event.details["until"]) if event.details.get("until") else None


def pauses_of(events: Iterable[TimerEvent], *, ending: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """The pauses of one timer whose end is known, from its events in order; ``ending`` ends the one still open."""
    events = list(events)
    found: list[tuple[datetime, datetime]] = []
    since: TimerEvent | None = None
    for event in standing(events):
        if event.kind == TimerEventKind.PAUSED:
            since = event
        elif event.kind == TimerEventKind.RESUMED and since is not None:
            found.append((since.at, min(event.at, _until(since) or event.at)))
            since = None
    still = open_pause(events)
    if still is not None:
        begun, until = still
        ends = min(end for end in (until, ending) if end is not None) if until or ending else None
        found += [(begun, ends)] if ends is not None else []
    return found


def deadline_from_events(events: Sequence[TimerEvent], place: Place, started_at: datetime) -> datetime | None:
    """The deadline as the policy version and the events alone give it; None while paused without an end.

    The slow twin of what the row carries: ``sla_explain`` shows it and ``check_integrity`` compares.
    """
    events = standing(events)
    stated = [e for e in events if e.kind in {TimerEventKind.STARTED, TimerEventKind.RECOMPUTED}]
    last = stated[-1]
    still = open_pause(events)
    if still is not None and still[1] is None:
        return None
    if last.details.get("fixed"):
        return datetime.fromisoformat(last.details["fixed"])
    policy_target_id = last.details["policy_target"]
    calendar = calendar_of(policies.calendar_code_of(policy_target_id), place.site_id, place.time_zone)
    return limits.due_at(policies.limit_of(policy_target_id), calendar, place.zone, started_at, pauses_of(events))
