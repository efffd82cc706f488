"""A slow loop in the worker's main process: with beat or Redis gone, promises are still swept and messages sent."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from celery.signals import worker_init, worker_shutting_down
from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

EVERY_SECONDS = 20
MISSING_AFTER = timedelta(seconds=30)
_stopped = threading.Event()


def listen() -> None:
    worker_init.connect(_start, dispatch_uid="fallback")
    worker_shutting_down.connect(_stop, dispatch_uid="fallback")


def _start(**kwargs: Any) -> None:
    threading.Thread(target=_loop, name="sweep-fallback", daemon=True).start()


def _stop(**kwargs: Any) -> None:
    _stopped.set()


def _loop() -> None:
    from portal.promises import clock, heartbeat, recurring, tasks

    while not _stopped.wait(EVERY_SECONDS):
        try:
            close_old_connections()
            swept = heartbeat.last("sweep")
            if swept is None or clock.now() - swept > MISSING_AFTER:
                logger.warning("no sweep for %s: sweeping without beat", MISSING_AFTER)
                recurring.run_all()
                tasks.sweep()
        except Exception:  # the loop outlives whatever is down now
            logger.exception("the fallback sweep failed")
            time.sleep(1)
        finally:
            connection.close()  # a pool process forked later must not inherit it
