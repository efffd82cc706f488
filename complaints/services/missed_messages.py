"""What was to be told about a ticket and never was: found for ``check_integrity``, told now by ``tell_missed``.

A hand-up is proved by its message in the manager's bell (C4), a level of a ladder by a message to each person it names.
Where the matter is over, nobody is told any more; its history says that nobody was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from complaints.models import TicketTimer, TimerStep
from complaints.notices import telling_of
from complaints.services.change import changing
from complaints.states import HANDED_UP_TO, EventKind
from portal.notifications import outbox
from portal.notifications.models import Message
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import message_key

# A telling counts for what began before it: of a ticket, a target and a round the newest one is enough.
_HAND_UPS = f"""
WITH told AS (
    SELECT params ->> 'number' AS number, jsonb_array_elements_text(params -> 'targets') AS target,
           (params ->> 'round')::int AS round, max(created_at) AS at
      FROM {Message._meta.db_table} WHERE kind = 'ticket.handed_up' AND params ? 'targets' GROUP BY 1, 2, 3),
written_off AS (
    SELECT ticket_id, jsonb_array_elements_text(details -> 'hand_ups')::bigint AS timer_id
      FROM complaints_ticketevent WHERE kind = 'not_told')
SELECT timer.id, ticket.id, ticket.number, timer.target, timer.state
  FROM complaints_tickettimer timer
  JOIN complaints_ticket ticket ON ticket.id = timer.ticket_id
  JOIN complaints_timerstep began ON began.timer_id = timer.id AND began.kind = 'started'
  LEFT JOIN told ON told.number = ticket.number AND told.target = timer.target AND told.round = timer.round
                AND told.at >= began.at
 WHERE timer.target = ANY (%s) AND timer.state <> 'cancelled' AND told.at IS NULL
   AND timer.id NOT IN (SELECT timer_id FROM written_off)
 ORDER BY timer.id
"""  # noqa: S608 - our own table's name
# A warning may be switched off by whoever gets it; what climbs always stands in the bell.
_STEPS = """
SELECT step.id, ticket.id, ticket.number, timer.target, step.level, timer.state, array_agg(person::bigint)
  FROM complaints_timerstep step
  JOIN complaints_tickettimer timer ON timer.id = step.timer_id
  JOIN complaints_ticket ticket ON ticket.id = timer.ticket_id
 CROSS JOIN LATERAL jsonb_array_elements(step.details -> 'told') told
 CROSS JOIN LATERAL jsonb_array_elements_text(told -> 'people') person
 WHERE step.kind = 'level_fired' AND step.level <> 'warning'
   AND NOT EXISTS (SELECT FROM notifications_message message
                    WHERE message.recipient_id = person::bigint
                      AND message.key = concat_ws(':', 'tickettimer', timer.id, step.term, step.level, step.occurrence))
   AND step.id NOT IN (SELECT jsonb_array_elements_text(details -> 'steps')::bigint
                         FROM complaints_ticketevent WHERE kind = 'not_told')
 GROUP BY step.id, ticket.id, ticket.number, timer.target, step.level, timer.state
 ORDER BY step.id
"""
# An event says whom it told, so that a message that is gone is missed; an undone one took its messages back.
_EVENTS = """
SELECT event.id, ticket.id, ticket.number, event.kind
  FROM complaints_ticketevent event JOIN complaints_ticket ticket ON ticket.id = event.ticket_id
 WHERE event.details ? 'told'
   AND EXISTS (SELECT FROM jsonb_array_elements_text(event.details -> 'told') person
                WHERE NOT EXISTS (SELECT FROM notifications_message message
                                   WHERE message.key = 'ticketevent:' || event.id
                                     AND message.recipient_id = person::bigint))
   AND NOT EXISTS (SELECT FROM complaints_ticketevent undone
                    WHERE undone.ticket_id = event.ticket_id AND undone.kind = 'undone'
                      AND undone.details -> 'undone' @> to_jsonb(event.id))
   AND NOT EXISTS (SELECT FROM complaints_ticketevent undone
                    WHERE undone.ticket_id = event.ticket_id AND undone.kind = 'voided'
                      AND undone.details ? 'undone' AND event.at <= undone.at AND event.id <> undone.id)
   AND NOT EXISTS (SELECT FROM complaints_ticketevent said
                    WHERE said.ticket_id = event.ticket_id AND said.kind = 'not_told'
                      AND said.details -> 'events' @> to_jsonb(event.id))
 ORDER BY event.id
"""


@dataclass(frozen=True)
class MissedEvent:
    event_id: int
    ticket_id: int
    number: str
    kind: str


@dataclass(frozen=True)
class MissedHandUp:
    timer_id: int
    ticket_id: int
    number: str
    target: str
    state: str


@dataclass(frozen=True)
class MissedStep:
    step_id: int
    ticket_id: int
    number: str
    target: str
    level: str
    state: str
    people: list[int]


@dataclass
class Told:
    """How many hand-ups and steps were told now, to how many people, and how many are over and were written off."""

    told: int = 0
    people: set[int] = field(default_factory=set)
    written_off: int = 0


def missed_events() -> list[MissedEvent]:
    """Entries of histories that say whom they told, where one of these has no message of it."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS)
        return [MissedEvent(*row) for row in cursor.fetchall()]


def missed_hand_ups() -> list[MissedHandUp]:
    """Hand-ups that stand in nobody's bell, running ones and those that are over."""
    with connection.cursor() as cursor:
        cursor.execute(_HAND_UPS, [[target.value for target in HANDED_UP_TO]])
        return [MissedHandUp(*row) for row in cursor.fetchall()]


def missed_steps() -> list[MissedStep]:
    """Levels of a ladder that fired, with the people who have no message of it."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, [])
        return [MissedStep(*row) for row in cursor.fetchall()]


def tell_missed() -> Told:
    """Tell what is still promised and was never told, and write off the rest; a transaction for each ticket.

    The sender makes one message a person of all that waits. Again finds nothing.
    """
    found: dict[int, _OfTicket] = defaultdict(_OfTicket)
    for hand_up in missed_hand_ups():
        found[hand_up.ticket_id].hand_ups.append(hand_up)
    for step in missed_steps():
        found[step.ticket_id].steps.append(step)
    for event in missed_events():
        found[event.ticket_id].events.append(event)
    result = Told()
    for ticket_id, missed in found.items():
        _settle(ticket_id, missed, result)
    return result


@dataclass
class _OfTicket:
    hand_ups: list[MissedHandUp] = field(default_factory=list)
    steps: list[MissedStep] = field(default_factory=list)
    events: list[MissedEvent] = field(default_factory=list)


def _settle(ticket_id: int, missed: _OfTicket, result: Told) -> None:
    with changing(ticket_id) as change:
        running = {timer.pk: timer for timer in change.timers if timer.state == TimerState.RUNNING}
        late = [running[one.timer_id] for one in missed.hand_ups if one.timer_id in running]
        if late:
            change.note(EventKind.HANDED_UP_LATE, targets=[timer.target for timer in late])
            change.hand_up(late)
        over = [one.timer_id for one in missed.hand_ups if one.timer_id not in running]
        over_steps = [one.step_id for one in missed.steps if one.state != TimerState.RUNNING]
        if over or over_steps or missed.events:
            events = [one.event_id for one in missed.events]
            change.note(EventKind.NOT_TOLD, hand_ups=over, steps=over_steps, events=events)
        result.people |= {message.recipient_id for message in change.messages}
        result.told += len(late)
        result.written_off += len(over) + len(over_steps)
    open_steps = [one for one in missed.steps if one.state == TimerState.RUNNING]
    outbox.put(_messages_of(open_steps), told_before=True)
    result.told += len(open_steps)
    result.people |= {person for one in open_steps for person in one.people}


def _messages_of(missed: Iterable[MissedStep]) -> list[outbox.Outgoing]:
    people = {one.step_id: one.people for one in missed}
    found: list[outbox.Outgoing] = []
    for step in TimerStep.objects.filter(pk__in=people).select_related("timer__ticket"):
        timer: TicketTimer = step.timer
        telling = telling_of(timer)
        due = timer.due_at.isoformat() if timer.due_at else ""
        found += outbox.messages_for(
            people[step.pk],
            key=message_key(timer, step.term, step.level, step.occurrence),
            kind=telling.kind,
            params={**telling.params, "target": timer.target, "level": step.level, "due_at": due},
            link=telling.link,
            now=clock.now(),
        )
    return found
