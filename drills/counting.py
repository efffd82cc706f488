"""What was lost, what came double, what does not add up, and how late it was: asked of the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from portal import integrity
from portal.promises import clock, sweeping

# Levels that had come by a moment and never fired, and people who were to be told of a level and have no message.
LOST_LEVELS = """
    SELECT coalesce(sum(greatest(due - fired, 0)), 0)
      FROM (SELECT (SELECT count(*) FROM unnest(t.moments) AS moment WHERE moment < %s) AS due,
                   (SELECT count(DISTINCT level) FROM complaints_timerstep AS s
                     WHERE s.timer_id = t.id AND s.kind = 'level_fired') AS fired
              FROM complaints_tickettimer AS t WHERE t.state = 'running') AS timers
"""
LOST_MESSAGES = """
    SELECT count(*)
      FROM complaints_timerstep AS s, jsonb_array_elements(s.details->'told') AS role,
           jsonb_array_elements_text(role->'people') AS person
     WHERE s.kind = 'level_fired' AND NOT EXISTS (
           SELECT 1 FROM notifications_message AS m
            WHERE m.key = format('tickettimer:%%s:%%s:%%s:1', s.timer_id, s.term, s.level)
              AND m.recipient_id = person::bigint)
"""
UNSENT = "SELECT count(*) FROM notifications_message WHERE sent_at IS NULL AND not_before < %s"
DOUBLE_LEVELS = """
    SELECT coalesce(sum(times - 1), 0)
      FROM (SELECT count(*) AS times FROM complaints_timerstep WHERE kind = 'level_fired'
             GROUP BY timer_id, term, level, occurrence) AS fired
"""
DOUBLE_MESSAGES = """
    SELECT coalesce(sum(times - 1), 0)
      FROM (SELECT count(*) AS times FROM notifications_message GROUP BY key, recipient_id, channel) AS told
"""
OUT_OF_ORDER = """
    SELECT count(*)
      FROM (SELECT due_at, lag(due_at) OVER (PARTITION BY timer_id, term ORDER BY id) AS before
              FROM complaints_timerstep WHERE kind = 'level_fired') AS fired
     WHERE due_at < before
"""
WAITING = """
    SELECT EXISTS (SELECT 1 FROM complaints_tickettimer WHERE state = 'running' AND next_check_at <= %(by)s),
           EXISTS (SELECT 1 FROM notifications_message
                    WHERE sent_at IS NULL AND dead_at IS NULL AND not_before <= %(by)s)
"""
# From the moment a level was due to the commit that holds it.
LATENESS = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - due_at)::float8
      FROM complaints_timerstep WHERE kind = 'level_fired' AND due_at >= %s AND due_at < %s
"""
DIGESTS = """
    SELECT coalesce(max(digests), 0)
      FROM (SELECT count(DISTINCT delivery) AS digests
              FROM notifications_message GROUP BY recipient_id, channel) AS told
"""


@dataclass(frozen=True)
class Count:
    lost: int
    double: int
    findings: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return (self.lost, self.double, self.findings) == (0, 0, ())


def count(by: datetime | None = None) -> Count:
    """Everything that had come due by that moment (now) and is not there once, and what check_integrity says."""
    moment = by or clock.now()
    return Count(
        lost=_number(LOST_LEVELS, moment) + _number(LOST_MESSAGES),
        double=_number(DOUBLE_LEVELS) + _number(DOUBLE_MESSAGES) + _number(OUT_OF_ORDER),
        findings=tuple(integrity.findings()),
    )


def count_after_a_sweep() -> Count:
    """As ``count``, where no worker runs beside the drill."""
    sweeping.sweep()
    return count()


def levels_fired() -> int:
    return _number("SELECT count(*) FROM complaints_timerstep WHERE kind = 'level_fired'")


def unsent(by: datetime) -> int:
    return _number(UNSENT, by)


def most_digests() -> int:
    """The most entries that anybody got by one channel."""
    return _number(DIGESTS)


def levels_waiting() -> bool:
    """Whether a running timer wants to be looked at."""
    return bool(_row(WAITING, {"by": clock.now()})[0])


def anything_waiting(by: datetime | None = None) -> bool:
    """Whether a timer wants to be looked at or a message to be sent, of what had come by that moment (now)."""
    return any(_row(WAITING, {"by": by or clock.now()}))


def rows_are_held(table: str) -> bool:
    """Whether another transaction has claimed rows of that table."""
    question = """SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = %s::regclass
                                  AND mode = 'RowShareLock' AND pid <> pg_backend_pid())"""
    return bool(_row(question, table)[0])


def lateness(since: datetime, until: datetime) -> list[float]:
    """Seconds, sorted, of every level that was due in between."""
    with connection.cursor() as cursor:
        cursor.execute(LATENESS, [since, until])
        return sorted(late for (late,) in cursor.fetchall())


def share(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed; values sorted."""
    return values[max(0, -(-len(values) * percent // 100) - 1)]


def _number(question: str, *values: Any) -> int:
    return int(_row(question, *values)[0])


def _row(question: str, *values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question, values[0] if values and isinstance(values[0], dict) else values)
        found: tuple[Any, ...] = cursor.fetchone()
    return found
