"""Celery beat for one copy at a time: ``python -m portal.beat``.

Two beats would send every tick twice. The leader holds a PostgreSQL session advisory lock on a connection of its own;
any other copy waits, and takes over within seconds of the leader's end, however that came. A leader that loses the
connection has lost the lock, so it ends at once and its supervisor starts it again. The lock needs a direct
connection: behind a transaction pooler a session's lock belongs to nobody.
"""

from __future__ import annotations

import logging
import os
import threading
import time

import django
import psycopg2
from django.conf import settings
from django.db import connection as default_connection
from psycopg2 import extensions

LOCK_KEY = 0x66726F6E_6465736B  # "frondesk": any number, as long as nothing else in the database uses it
WAIT_SECONDS = 2.0
CHECK_SECONDS = 2.0

logger = logging.getLogger("portal.beat")


def lead() -> extensions.connection:
    """Wait until this process is the only beat; return the connection that holds the lock."""
    said = False
    while True:
        held: extensions.connection | None = None
        try:
            held = _connect()
            if _ask(held, "SELECT pg_try_advisory_lock(%s)", LOCK_KEY):
                return held
            if not said:
                logger.info("another beat is leading; waiting")
                said = True
        except psycopg2.Error as fault:
            logger.warning("the database does not answer; trying again: %s", type(fault).__name__)
        if held is not None:
            held.close()
        time.sleep(WAIT_SECONDS)


def end_when_lost(held: extensions.connection) -> None:
    """Watch the leader's connection, and end this process when it breaks."""
    while True:
        time.sleep(CHECK_SECONDS)
        try:
            _ask(held, "SELECT 1")
        except psycopg2.Error:
            logger.error("leadership lost: the connection that holds the lock has broken")
            logging.shutdown()
            os._exit(1)  # from a thread, and at once: the next leader may be ticking already


def main() -> None:
    """Lead, then send ticks until stopped."""
    django.setup()
    from portal.celery import app

    held = lead()
    logger.info("leading")
    threading.Thread(target=end_when_lost, args=(held,), daemon=True).start()
    # The schedule is in the code and holds intervals only, so nothing needs to be remembered in a file.
    app.Beat(scheduler="celery.beat:Scheduler", loglevel=settings.LOG_LEVEL, redirect_stdouts=False).run()


def _connect() -> extensions.connection:
    # A network that swallows packets must show within seconds: the server frees the lock when it notices.
    watchful = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    watchful["tcp_user_timeout"] = 10_000  # milliseconds
    known = default_connection.get_connection_params()
    wanted = {name: value for name, value in known.items() if name not in ("cursor_factory", "context")}
    held = psycopg2.connect(**(wanted | watchful))
    held.autocommit = True
    return held


def _ask(held: extensions.connection, question: str, *values: object) -> object:
    with held.cursor() as cursor:
        cursor.execute(question, values)
        (answer,) = cursor.fetchone()
        return answer


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
