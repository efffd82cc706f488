"""The dead man's row: each finished sweep and sending pass leaves its moment; who watches sees when one is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from portal.promises.models import Heartbeat

LATE_AFTER = timedelta(seconds=60)


def begin(name: str) -> None:
    _write(name, "started_at")


def beat(name: str) -> None:
    _write(name, "finished_at")


def is_sweeping(now: datetime) -> bool:
    """Whether a sweep has begun within the last minute and not finished."""
    row = Heartbeat.objects.filter(name="sweep").first()
    if row is None or row.started_at is None or now - row.started_at > LATE_AFTER:
        return False
    return row.finished_at is None or row.finished_at < row.started_at


def last(name: str) -> datetime | None:
    """When it last finished; None when it never did."""
    return Heartbeat.objects.filter(name=name).values_list("finished_at", flat=True).first()


def _write(name: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO promises_heartbeat (name, {column}) VALUES (%s, clock_timestamp()) "  # noqa: S608 - own names
            f"ON CONFLICT (name) DO UPDATE SET {column} = excluded.{column}",
            [name],
        )
