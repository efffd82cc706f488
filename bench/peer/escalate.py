"""One run of the peer's ``escalate_tickets``, in its environment: says that it is ready, waits for a line, then runs.

With ``--due N`` it only puts so many due tickets into a queue of their own, in place of those of the last time.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import Queue, Ticket  # noqa: E402

from bench.peer.fill import make_queue  # noqa: E402

OVERDUE = "Overdue"


def prepare(due: int) -> None:
    queue = Queue.objects.filter(title=OVERDUE).first() or make_queue(OVERDUE, escalate_days=1)
    Ticket.objects.filter(queue=queue).delete()
    if due:
        long_ago = timezone.now() - timedelta(days=10)
        Ticket.objects.bulk_create(
            Ticket(
                title="Nobody has come yet",
                queue=queue,
                created=long_ago,
                submitter_email=f"resident{number}@example.com",
                status=Ticket.OPEN_STATUS,
                priority=3,
                due_date=long_ago,
            )
            for number in range(due)
        )


def escalate() -> dict[str, float]:
    began = time.perf_counter()
    call_command("escalate_tickets")
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    if sys.argv[1:2] == ["--due"]:
        prepare(int(sys.argv[2]))
        return
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    json.dump(escalate(), sys.stdout)


if __name__ == "__main__":
    main()
