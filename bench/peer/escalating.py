"""Has so many tickets of django-helpdesk due, runs ``escalate_tickets``, prints as JSON how long that took.

``python -m bench.peer.escalating DUE``
"""

from __future__ import annotations

import json
import sys
import time

import django
from django.core.management import call_command
from django.db import connection

MAKE_DUE = """
UPDATE helpdesk_ticket SET last_escalation = now();
UPDATE helpdesk_ticket SET last_escalation = now() - interval '9 days', priority = 5
 WHERE id IN (SELECT id FROM helpdesk_ticket WHERE status = 1 ORDER BY id LIMIT %(due)s);
"""


def main(due: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAKE_DUE, {"due": due})
        cursor.execute("SELECT count(*) FROM helpdesk_followup")
        (before,) = cursor.fetchone()
    began = time.perf_counter()
    call_command("escalate_tickets", verbosity=0)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM helpdesk_followup")
        (after,) = cursor.fetchone()
    print(json.dumps({"escalated": after - before, "seconds": seconds}))


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
