"""The least sweep: one statement claims a batch of 1000, moves the timers on, writes a step and a message for each."""

from __future__ import annotations

import time
from typing import Any

BATCH = """
WITH due AS (
    SELECT id FROM floor_timer
     WHERE state = 'running' AND next_check_at <= now()
     ORDER BY next_check_at, id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE floor_timer AS timer SET next_level = next_level + 1, next_check_at = now() + interval '1 day'
      FROM due WHERE timer.id = due.id RETURNING timer.id, timer.next_level
), steps AS (
    INSERT INTO floor_step (timer_id, level, at) SELECT id, next_level, now() FROM moved
), messages AS (
    INSERT INTO floor_message (key, recipient_id, created_at)
    SELECT id || ':' || next_level, 1, now() FROM moved ON CONFLICT DO NOTHING
)
SELECT count(*) FROM moved
"""
PREPARE = """
UPDATE floor_timer SET next_check_at = now() + interval '1 day'
 WHERE state = 'running' AND next_check_at < now() + interval '1 hour';
DELETE FROM floor_step; DELETE FROM floor_message; DELETE FROM floor_timer WHERE target = 'bench';
INSERT INTO floor_timer (ticket_id, target, state, due_at, next_check_at)
SELECT id, 'bench', 'running', now() + interval '1 day', now() - interval '1 minute'
  FROM (SELECT id FROM floor_ticket WHERE status <> 'closed'), generate_series(1, 1 + %(due)s / 1000) LIMIT %(due)s;
"""


def sweep(connection: Any) -> tuple[int, float]:
    """Take everything that is due; return how many, and the seconds."""
    taken, began = 0, time.perf_counter()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(BATCH)
            (moved,) = cursor.fetchone()
            if not moved:
                return taken, time.perf_counter() - began
            taken += moved
