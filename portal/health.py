"""``/health/`` for monitors, ``/health/live/`` for balancers. Both answer within two seconds, whatever hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import __version__
from portal.promises import clock, heartbeat

STARTED = time.monotonic()
GRACE_SECONDS = 90  # after a start the first sweep may still be on its way
PATIENCE_SECONDS = 1.5
# One set of askers for each thing asked, so that what hangs holds up only questions about itself.
_askers = {
    name: ThreadPoolExecutor(max_workers=4, thread_name_prefix=f"health-{name}")
    for name in ("database", "redis", "sweep", "sender")
}


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    down = what_is_down()
    if down:
        return JsonResponse({"status": "down", "down": down}, status=503)
    return JsonResponse({"status": "ok", "version": __version__})


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    if not _answers("database", _database):
        return JsonResponse({"status": "down", "down": ["database"]}, status=503)
    return JsonResponse({"status": "ok", "version": __version__})


def what_is_down() -> list[str]:
    """Of database, redis, sweep and sender, those that do not answer or whose last pass is too long ago."""
    checks: dict[str, Callable[[], bool]] = {"database": _database, "redis": _redis}
    if time.monotonic() - STARTED > GRACE_SECONDS:
        checks |= {"sweep": lambda: _recent("sweep"), "sender": lambda: _recent("sender")}
    deadline = time.monotonic() + PATIENCE_SECONDS
    asked = {name: _askers[name].submit(_ask, check) for name, check in checks.items()}
    down = []
    for name, answer in asked.items():
        try:
            fine = answer.result(timeout=max(deadline - time.monotonic(), 0))
        except TookTooLong:
            answer.cancel()
            fine = False
        if not fine:
            down.append(name)
    return down


def _answers(name: str, check: Callable[[], bool]) -> bool:
    try:
        return _askers[name].submit(_ask, check).result(timeout=PATIENCE_SECONDS)
    except TookTooLong:
        return False


def _ask(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever the fault, the answer is that it is down
        return False
    finally:
        connection.close()


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis() -> bool:
    seconds = settings.REDIS_TIMEOUT_SECONDS
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds) as asked:
        return bool(asked.ping())


def _recent(name: str) -> bool:
    finished = heartbeat.last(name)
    return finished is not None and clock.now() - finished <= heartbeat.LATE_AFTER
