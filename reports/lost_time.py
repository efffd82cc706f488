"""Who had a ticket when, from its history alone: the strip of lost time, and the cause of a breach (P2). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from complaints.states import EventKind, WaitFor
from portal.notifications.outbox import QUIET_FROM, QUIET_TO


class Had(StrEnum):
    DESK = "desk"
    DEPARTMENT = "department"
    RESIDENT = WaitFor.RESIDENT.value
    THIRD_PARTY = WaitFor.THIRD_PARTY.value
    PARTS = WaitFor.PARTS.value
    NIGHT = "night"  # at the desk or in the department, in the quiet hours


class Event(Protocol):
    kind: str
    at: datetime
    details: dict[str, Any]


@dataclass(frozen=True)
class Part:
    had: Had
    begins: datetime
    ends: datetime

    @property
    def took(self) -> timedelta:
        return self.ends - self.begins


# Whose it is from each event on; None: nobody's any more.
PASSES_TO: dict[str, Had | None] = {
    EventKind.DISPATCHED: Had.DEPARTMENT,
    EventKind.SENT_BACK: Had.DESK,
    EventKind.ANSWERED: Had.DESK,
    EventKind.RESOLVED: Had.DEPARTMENT,  # until the form is back
    EventKind.RETURNED: Had.DESK,
    EventKind.REOPENED: Had.DESK,
    EventKind.CAME_BACK: Had.DESK,
    EventKind.INFORMED: None,
    EventKind.DECLINED: None,
    EventKind.MERGED: None,
    EventKind.WITHDRAWN: None,
    EventKind.CLOSED: None,
}


def parts(events: Sequence[Event], received_at: datetime, until: datetime, zone: ZoneInfo) -> list[Part]:
    """Who had it from its reception until then, in order; ``events`` in order and without those undone."""
    tape = _Tape(received_at)
    for event in events:
        if event.at <= until:
            tape.hears(event)
    tape.passes_to(None, until)
    return [piece for part in tape.parts for piece in _nights_apart(part, zone)]


class _Tape:
    def __init__(self, received_at: datetime) -> None:
        self.parts: list[Part] = []
        self._had: Had | None = Had.DESK
        self._since = received_at
        self._before_wait: Had | None = None
        self._waits_for = Had.THIRD_PARTY
        self._planned: datetime | None = None  # the end of a wait, after which the clock runs on by itself

    def hears(self, event: Event) -> None:
        if event.kind == EventKind.WAITING:
            before = self._had
            self._waits_for = Had(event.details.get("waits_for") or Had.THIRD_PARTY)
            self.passes_to(self._waits_for, event.at)
            self._before_wait = before
        elif event.kind == EventKind.CHASED:
            self.passes_to(self._waits_for, event.at)
        elif event.kind == EventKind.RESUMED:
            self.passes_to(self._before_wait, event.at)
        elif event.kind in PASSES_TO:
            self.passes_to(PASSES_TO[event.kind], event.at)
        if event.kind in {EventKind.WAITING, EventKind.CHASED} and event.details.get("until"):
            self._planned = datetime.fromisoformat(event.details["until"])

    def passes_to(self, had: Had | None, at: datetime) -> None:
        if self._planned is not None and self._planned < at:
            self._ends(self._planned)
            self._had = self._before_wait
        self._ends(at)
        self._had, self._planned = had, None

    def _ends(self, at: datetime) -> None:
        if self._had is not None and at > self._since:
            self.parts.append(Part(self._had, self._since, at))
        self._since = max(self._since, at)


def _nights_apart(part: Part, zone: ZoneInfo) -> list[Part]:
    """What the desk or a department had overnight is the night's."""
    if part.had not in {Had.DESK, Had.DEPARTMENT}:
        return [part]
    pieces: list[Part] = []
    at = part.begins
    while at < part.ends:
        night, ends = _stretch(at.astimezone(zone))
        ends = min(ends, part.ends)
        pieces.append(Part(Had.NIGHT if night else part.had, at, ends))
        at = ends
    return pieces


def _stretch(local: datetime) -> tuple[bool, datetime]:
    """Whether it is quiet now, and until when that lasts."""
    clock = local.time()
    if QUIET_TO <= clock < QUIET_FROM:
        return False, _at(local, QUIET_FROM)
    return True, _at(local if clock < QUIET_TO else local + timedelta(days=1), QUIET_TO)


def _at(local: datetime, clock: time) -> datetime:
    return datetime.combine(local.date(), clock, tzinfo=local.tzinfo)


def totals(found: Iterable[Part]) -> dict[Had, timedelta]:
    """How long each had it, the longest first."""
    sums: dict[Had, timedelta] = {}
    for part in found:
        sums[part.had] = sums.get(part.had, timedelta()) + part.took
    return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))


def who_had_most(found: Iterable[Part], begins: datetime, ends: datetime) -> Had | None:
    """Who had it longest within that time: to whom a late promise of then is put down."""
    clipped = [Part(part.had, max(part.begins, begins), min(part.ends, ends)) for part in found]
    return next(iter(totals(part for part in clipped if part.ends > part.begins)), None)
