"""How often somebody may ask: counted in Redis, and with Redis gone everybody may (INTERFACES §4)."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from limits import RateLimitItem, parse

logger = logging.getLogger(__name__)

# After a failure Redis is left alone for this long, so that a hung one costs one request its time and not each.
REST_SECONDS = 5.0
PREFIX = "rate"
_resting_until = 0.0
_making = threading.Lock()


@dataclass(frozen=True)
class Rate:
    """Where a caller stands: of ``limit`` requests ``remaining`` are left until ``reset`` seconds from now."""

    limit: int
    remaining: int
    reset: int
    allowed: bool


@cache
def _client(address: str) -> redis.Redis:
    seconds = settings.REDIS_TIMEOUT_SECONDS / 2
    return redis.Redis.from_url(address, socket_timeout=seconds, socket_connect_timeout=seconds)


def _counts() -> redis.Redis:
    """One for the process: of two that are made at once, one goes, and closes the line that its maker is talking on."""
    with _making:
        return _client(settings.REDIS_URL)


@cache
def _item(scope: str) -> RateLimitItem:
    return parse(settings.RESIDENT_RATES[scope])


def uncounted(scope: str) -> Rate:
    """What stands on an answer that no count is kept of."""
    item = _item(scope)
    return Rate(item.amount, item.amount, item.get_expiry(), allowed=True)


def hit(scope: str, who: str) -> Rate:
    """Count one request of ``who``: a hash or an address, never a number in clear."""
    global _resting_until  # noqa: PLW0603 - one breaker for the process
    item = _item(scope)
    if time.monotonic() < _resting_until:
        return uncounted(scope)
    try:
        used, reset = _count(item.key_for(PREFIX, scope, who), item.get_expiry())
    except (redis.RedisError, OSError) as failure:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Redis does not count requests (%s): all are let through", type(failure).__name__)
        return uncounted(scope)
    return Rate(item.amount, max(item.amount - used, 0), reset, allowed=used <= item.amount)


def _count(key: str, window: int) -> tuple[int, int]:
    """How many by now, and the seconds until it begins anew: a fixed window from the first request on, asked at once.

    The library's own strategy asks three times, which is a sixth of what a report costs.
    """
    asked = _counts().pipeline(transaction=False)
    asked.incr(key)
    asked.ttl(key)
    used, left = asked.execute()
    if left < 0:  # the first of its window, or somebody died between the two
        _counts().expire(key, window)
        left = window
    return used, max(left, 1)
