"""The sweep: claim what is due, decide in pure code, write timers, steps and messages in one transaction.

Any number of copies may run at once or die in the middle: rows are claimed with SKIP LOCKED, and a level fires once
because the database says so.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from portal.inserting import insert_columns
from portal.notifications import outbox
from portal.notifications.outbox import Outgoing
from portal.organization.duty import off_duty, people_for
from portal.organization.roles import Role
from portal.promises import clock, heartbeat, policies
from portal.promises.limits import Level, Limit
from portal.promises.models import Timer, TimerEvent, TimerEventKind
from portal.promises.timekeeping import next_check

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000
POISON_WAITS = timedelta(minutes=5)
POISON_TRIES = 10
# What deciding reads of a timer; of ten thousand rows each column counts.
_TIMER = (
    "target",
    "term",
    "policy_target",
    "due_at",
    "moments",
    "breached_at",
    "next_level",
    "levels_fired",
    "next_check_at",
    "failures",
)


@dataclass(frozen=True)
class Telling:
    """What the sweep has to know of a timer's subject in order to tell somebody about it."""

    site_id: int
    zone: ZoneInfo
    department_id: int | None
    holder_id: int | None  # who has it in the department
    waits_for_morning: bool  # through the quiet hours, for whoever is off duty
    kind: str
    params: Mapping[str, Any]
    link: str


@dataclass(frozen=True)
class Clockwork:
    """An app's timer table, its events, and what is told about a timer.

    ``subject`` names the foreign key to a row that has a ``site`` and says its name.
    """

    timers: type[Timer]
    events: type[TimerEvent]
    subject: str
    columns: tuple[str, ...]  # of the subject, beside the timer's own: what ``telling`` reads
    telling: Callable[[Any], Telling]


@dataclass
class Tally:
    """What one pass did: timers touched, warnings, deadlines passed, steps up the ladder."""

    timers: int = 0
    warned: int = 0
    breached: int = 0
    climbed: int = 0


@dataclass(slots=True)
class _Event:
    timer: Timer
    kind: TimerEventKind
    at: datetime
    due_at: datetime | None
    level: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Decision:
    timer: Timer
    levels: list[tuple[Level, datetime]]
    breached: bool
    events: list[_Event] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)


_clockworks: list[Clockwork] = []


def register(clockwork: Clockwork) -> None:
    """Called from an app's ``ready()``."""
    _clockworks.append(clockwork)


def clockworks() -> tuple[Clockwork, ...]:
    return tuple(_clockworks)


def sweep(now: datetime | None = None, *, seconds: float = inf) -> Tally:
    """Fire everything that is due. ``now`` writes as if it were that moment; None is the database's clock.

    After ``seconds`` the rest is left to the next one. It is finished when nothing is left, also not in the hands of
    another sweep: only then each person's messages are complete.
    """
    heartbeat.begin("sweep")
    moment, until = now or clock.now(), time.monotonic() + seconds
    tally = Tally()
    for clockwork in _clockworks:
        while time.monotonic() < until and _fire_batch(clockwork, moment, tally):
            pass
    if not any(clockwork.timers._default_manager.due(moment).exists() for clockwork in _clockworks):  # type: ignore[attr-defined]
        heartbeat.beat("sweep")
    return tally


def decide(timer: Timer, limit: Limit, now: datetime) -> tuple[list[tuple[Level, datetime]], bool]:
    """The levels that fire now, in order, and whether the deadline has just passed. Changes the timer's row only."""
    levels: list[tuple[Level, datetime]] = []
    while timer.next_level < len(timer.moments) and _has_come(timer.moments[timer.next_level], timer, now):
        levels.append((limit.levels[timer.next_level], timer.moments[timer.next_level]))
        timer.next_level += 1
    timer.levels_fired = max(timer.levels_fired, timer.next_level)
    breached = timer.breached_at is None and timer.due_at is not None and now > timer.due_at
    if breached:
        timer.breached_at = timer.due_at
    timer.next_check_at = next_check(timer)
    return levels, breached


def in_order(levels: Sequence[tuple[Level, datetime]], *, breached: bool) -> Iterator[tuple[Level, datetime] | None]:
    """What fires, in the order in which it was due: what warns, the deadline itself (None), what climbs after it."""
    yield from (due for due in levels if due[0].percent is not None)
    if breached:
        yield None
    yield from (due for due in levels if due[0].percent is None)


def _has_come(moment: datetime, timer: Timer, now: datetime) -> bool:
    """At the deadline itself nothing is late yet: overdue means now > deadline."""
    return moment < now if moment == timer.due_at else moment <= now


def _fire_batch(clockwork: Clockwork, now: datetime, tally: Tally) -> bool:
    """One claim of at most BATCH_SIZE rows; False when nothing was left to claim. Four statements and the memos'."""
    with transaction.atomic():
        wanted = [*_TIMER, clockwork.subject, *(f"{clockwork.subject}__{column}" for column in clockwork.columns)]
        due = clockwork.timers._default_manager.due(now).select_related(clockwork.subject).only(*wanted)  # type: ignore[attr-defined]
        timers: list[Timer] = list(
            due.order_by("next_check_at", "pk").select_for_update(of=("self",), skip_locked=True, no_key=True)[
                :BATCH_SIZE
            ]
        )
        if not timers:
            return False
        limits = policies.limits_by_id({timer.policy_target_id for timer in timers})
        decisions: list[_Decision] = []
        poisoned: list[Timer] = []
        for timer in timers:
            try:
                decisions.append(_decision(clockwork, timer, limits[timer.policy_target_id], now))
            except Exception:  # one row that cannot be computed must not hold up the others
                logger.exception("timer %s of %s cannot be computed", timer.pk, clockwork.timers.__name__)
                poisoned.append(timer)
        _write(clockwork, decisions)
        if poisoned:
            _push_ahead(clockwork, poisoned, now)
        _count(tally, decisions)
        return True


def _decision(clockwork: Clockwork, timer: Timer, limit: Limit, now: datetime) -> _Decision:
    """What fires now, with its events and messages."""
    decision = _Decision(timer, *decide(timer, limit, now))
    for due in in_order(decision.levels, breached=decision.breached):
        if due is None:
            decision.events.append(_Event(timer, TimerEventKind.BREACHED, now, timer.due_at))
        else:
            step, told = _step(clockwork, timer, *due, now)
            decision.events.append(step)
            decision.messages += told
    return decision


def _write(clockwork: Clockwork, decisions: Sequence[_Decision]) -> None:
    _update_timers(clockwork.timers, [decision.timer for decision in decisions])
    _insert_events(clockwork.events, [event for decision in decisions for event in decision.events])
    outbox.put([message for decision in decisions for message in decision.messages])


def _step(
    clockwork: Clockwork, timer: Timer, level: Level, moment: datetime, now: datetime
) -> tuple[_Event, list[Outgoing]]:
    telling = clockwork.telling(timer)
    told = _people(level, telling, now)
    step = _Event(
        timer,
        TimerEventKind.LEVEL_FIRED,
        now,
        due_at=moment,
        level=level.name,
        details={
            "to": list(level.roles),
            "told": [{"role": role, "people": list(people)} for role, people in told],
        },
    )
    recipients = [person for _role, people in told for person in people]
    morning = outbox.after_quiet_hours(now, telling.zone) if telling.waits_for_morning else now
    resting = off_duty(recipients, site_id=telling.site_id, at=now) if morning > now else set()
    messages = outbox.messages_for(
        recipients,
        key=message_key(timer, timer.term, level.name),
        kind=telling.kind,
        params={
            **telling.params,
            "target": timer.target,
            "level": level.name,
            "due_at": timer.due_at.isoformat() if timer.due_at else "",
        },
        link=telling.link,
        now=now,
    )
    for message in messages:
        message.not_before = morning if message.recipient_id in resting else now
    return step, messages


def message_key(timer: Timer, term: int, level: str, occurrence: int = 1) -> str:
    """What a message names that tells of a level: a fired level is one row of the timer, term, level and occurrence."""
    return f"{timer._meta.model_name}:{timer.pk}:{term}:{level}:{occurrence}"


def _people(level: Level, telling: Telling, now: datetime) -> list[tuple[str, list[int]]]:
    """Who hears of a level: the roles it names, resolved through roster and stand-ins as they are now."""
    roles = [without_department(Role(role)) if telling.department_id is None else Role(role) for role in level.roles]
    found = people_for(roles, site_id=telling.site_id, department_id=telling.department_id, at=now)
    told: list[tuple[str, list[int]]] = []
    for asked, (reached, people) in zip(roles, found, strict=True):
        ids = [person.user_id for person in people]
        if asked == Role.DEPARTMENT_STAFF and telling.holder_id is not None and telling.holder_id in ids:
            ids = [telling.holder_id]
        told.append((reached.value, ids))
    return told


def without_department(role: Role) -> Role:
    """While no department has the matter, the desk has it."""
    return {Role.DEPARTMENT_STAFF: Role.RECEPTIONIST, Role.DEPARTMENT_HEAD: Role.SUPERVISOR}.get(role, role)


def _insert_events(model: type[TimerEvent], events: Sequence[_Event]) -> None:
    """The database refuses a level that has fired before (``once_per_level``)."""
    columns = {
        "timer_id": [event.timer.pk for event in events],
        "kind": [event.kind.value for event in events],
        "at": [event.at for event in events],
        "term": [event.timer.term for event in events],
        "level": [event.level for event in events],
        "occurrence": [1] * len(events),
        "due_at": [event.due_at for event in events],
        "details": [json.dumps(event.details) for event in events],
    }
    if events:
        insert_columns(model, columns)


def _update_timers(model: type[Timer], timers: Sequence[Timer]) -> None:
    """One statement whatever their number; Django's bulk_update is three times dearer."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {model._meta.db_table} AS timer
               SET next_level = new.next_level, levels_fired = new.levels_fired,
                   breached_at = new.breached_at, next_check_at = new.next_check_at
              FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[])
                   AS new (id, next_level, levels_fired, breached_at, next_check_at)
             WHERE timer.id = new.id
            """,  # noqa: S608 - the table's own name
            [
                [timer.pk for timer in timers],
                [timer.next_level for timer in timers],
                [timer.levels_fired for timer in timers],
                [timer.breached_at for timer in timers],
                [timer.next_check_at for timer in timers],
            ],
        )


def _push_ahead(clockwork: Clockwork, timers: Sequence[Timer], now: datetime) -> None:
    """Look again later; after ten tries it is left to people, who see it on the dashboard."""
    for timer in timers:
        tries = timer.failures + 1
        clockwork.timers._default_manager.filter(pk=timer.pk).update(
            failures=tries, next_check_at=None if tries >= POISON_TRIES else now + POISON_WAITS
        )


def _count(tally: Tally, decisions: Sequence[_Decision]) -> None:
    for decision in decisions:
        warned = sum(1 for level, _moment in decision.levels if level.percent is not None)
        tally.timers += bool(decision.levels or decision.breached)
        tally.warned += warned
        tally.climbed += len(decision.levels) - warned
        tally.breached += decision.breached
