"""Every app's timers against their events: what must add up beyond what the database itself refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from portal.promises.models import Timer, TimerEvent, TimerEventKind, TimerState
from portal.promises.sweeping import POISON_TRIES, Clockwork, clockworks
from portal.promises.timekeeping import Place, deadline_from_events, standing

BATCH = 1000


def findings() -> Iterator[str]:
    """One sentence for each timer that does not add up."""
    for clockwork in clockworks():
        yield from _of(clockwork)


def _of(clockwork: Clockwork) -> Iterator[str]:
    events_of: Any = clockwork.events._default_manager  # an app's own table: ``timer`` is its column
    fired = events_of.filter(kind=TimerEventKind.LEVEL_FIRED)
    once = fired.values("timer", "term", "level", "occurrence").annotate(times=Count("pk"))
    for row in once.filter(times__gt=1):
        yield f"{clockwork.subject} timer {row['timer']} fired {row['level']} {row['times']} times"
    last = 0
    of_subject = f"{clockwork.subject}__site"
    while True:
        rows = clockwork.timers._default_manager.filter(pk__gt=last).select_related(of_subject)
        timers: list[Timer] = list(rows.order_by("pk")[:BATCH])
        if not timers:
            return
        last = timers[-1].pk
        events: dict[int, list[TimerEvent]] = defaultdict(list)
        for event in events_of.filter(timer__in=timers).order_by("pk"):
            events[event.timer_id].append(event)
        for timer in timers:
            subject = getattr(timer, clockwork.subject)
            place = Place(subject.site.pk, subject.site.time_zone)
            for fault in _faults(timer, events[timer.pk], place):
                yield f"{subject} {timer.target} {timer.round}.{timer.turn}: {fault}"


def _faults(timer: Timer, events: list[TimerEvent], place: Place) -> Iterator[str]:
    kinds = [event.kind for event in standing(events)]
    if kinds.count(TimerEventKind.STARTED) != 1 or kinds[0] != TimerEventKind.STARTED:
        yield "does not begin with one start"
        return
    if timer.state == TimerState.MET and kinds.count(TimerEventKind.MET) != 1:
        yield "is met without one event that says so"
    if timer.state == TimerState.CANCELLED and TimerEventKind.CANCELLED not in kinds:
        yield "is cancelled without an event that says so"
    breaches = kinds.count(TimerEventKind.BREACHED)
    if breaches != (timer.breached_at is not None):
        yield "its breach and its events disagree"
    if timer.state == TimerState.RUNNING and deadline_from_events(events, place, timer.started_at) != timer.due_at:
        yield "its deadline is not what its events give"
    fired = [event for event in events if event.kind == TimerEventKind.LEVEL_FIRED and event.term == timer.term]
    if timer.state == TimerState.RUNNING and len(fired) > timer.next_level:
        yield "more levels fired in this term than its row knows"
    if timer.failures >= POISON_TRIES:
        yield "could not be computed ten times and is left to people"
