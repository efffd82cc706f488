"""The dead man's row: each finished sweep and sending pass leaves its moment; who watches sees when one is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from portal.promises.models import Heartbeat

LATE_AFTER = timedelta(seconds=60)
HOLDS_AT_MOST = timedelta(minutes=5)  # longer than the worst backlog takes; then what there is goes out in pieces


def begin(name: str) -> None:
    """It has begun; one that takes up what was left unfinished a moment ago goes on from that beginning."""
    _write(
        name,
        "started_at",
        "CASE WHEN coalesce(beat.finished_at < beat.started_at, true)"
        "      AND beat.started_at > excluded.started_at - make_interval(secs => %s)"
        " THEN beat.started_at ELSE excluded.started_at END",
        2 * HOLDS_AT_MOST.total_seconds(),
    )


def beat(name: str) -> None:
    _write(name, "finished_at", "excluded.finished_at")


def is_sweeping(now: datetime) -> bool:
    """Whether sweeps have begun to write and none has come to the end of it, for some minutes at most."""
    row = Heartbeat.objects.filter(name="sweep").first()
    if row is None or row.started_at is None or now - row.started_at > HOLDS_AT_MOST:
        return False
    return row.finished_at is None or row.finished_at < row.started_at


def last(name: str) -> datetime | None:
    """When it last finished; None when it never did."""
    return Heartbeat.objects.filter(name=name).values_list("finished_at", flat=True).first()


def _write(name: str, column: str, moment: str, *values: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            # A beat that a crash takes is no loss: nobody waits for the disk.
            f"INSERT INTO promises_heartbeat AS beat (name, {column}) "  # noqa: S608
            "SELECT %s, clock_timestamp() FROM set_config('synchronous_commit', 'off', true) "
            f"ON CONFLICT (name) DO UPDATE SET {column} = {moment}",
            [name, *values],
        )
