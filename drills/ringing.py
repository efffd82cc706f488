"""Beat's bell, rung by hand, and Redis emptied. No connection is kept: the drill forks."""

from __future__ import annotations

import redis
from django.conf import settings


def ring(task: str = "portal.promises.tasks.sweep") -> None:
    from portal.celery import app

    with app.connection_for_write() as connection:
        app.send_task(task, connection=connection, expires=60, retry=False)


def flush() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.flushall()
