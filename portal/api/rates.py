"""How often somebody may ask: counted in Redis, and with Redis gone everybody may (INTERFACES §4)."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

logger = logging.getLogger(__name__)

# After a failure Redis is left alone for this long, so that a hung one costs one request its time and not each.
REST_SECONDS = 5.0
PREFIX = "rate"
_resting_until = 0.0


@dataclass(frozen=True)
class Rate:
    """Where a caller stands: of ``limit`` requests ``remaining`` are left until ``reset`` seconds from now."""

    limit: int
    remaining: int
    reset: int
    allowed: bool


@cache
def _limiter() -> FixedWindowRateLimiter:
    seconds = settings.REDIS_TIMEOUT_SECONDS
    storage = RedisStorage(settings.REDIS_URL, socket_timeout=seconds / 2, socket_connect_timeout=seconds / 2)
    return FixedWindowRateLimiter(storage)


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
        allowed = _limiter().hit(item, PREFIX, scope, who)
        reset_at, remaining = _limiter().get_window_stats(item, PREFIX, scope, who)
    except (redis.RedisError, OSError) as failure:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Redis does not count requests (%s): all are let through", type(failure).__name__)
        return uncounted(scope)
    return Rate(item.amount, max(remaining, 0), max(math.ceil(reset_at - time.time()), 1), allowed)
