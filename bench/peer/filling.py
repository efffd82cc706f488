"""Fills an empty database for django-helpdesk: ``python -m bench.peer.filling TICKETS``. Half of the tickets are open."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.db import connection

USER, PASSWORD = "desk", "front-desk-demo"

# Like what its own services leave behind: a ticket, two entries of its history, a change.
ROWS = """
INSERT INTO helpdesk_ticket (title, queue_id, created, modified, submitter_email, assigned_to_id, status, on_hold,
                             description, priority, due_date, last_escalation, secret_key)
SELECT 'Ceiling light, home ' || n, (SELECT min(id) FROM helpdesk_queue) + n %% 5,
       now() - interval '1 year' * n / %(tickets)s, now(), 'resident' || n || '@example.com',
       (SELECT min(id) FROM auth_user) + n %% 10, CASE WHEN n %% 2 = 0 THEN 1 ELSE 4 END, false,
       '客厅顶灯不亮，请师傅来看一下，编号' || n, 1 + n %% 5, now() + interval '1 second' * (n %% 864000), now(), md5(n::text)
  FROM generate_series(1, %(tickets)s) AS n;
INSERT INTO helpdesk_followup (ticket_id, date, title, comment, public, user_id, new_status)
SELECT id, created, 'Ticket opened', description, true, assigned_to_id, NULL FROM helpdesk_ticket
UNION ALL SELECT id, created + interval '1 hour', 'Comment', 'looked at it', true, assigned_to_id, 3 FROM helpdesk_ticket;
INSERT INTO helpdesk_ticketchange (followup_id, field, old_value, new_value)
SELECT id, 'Status', 'Open', 'Resolved' FROM helpdesk_followup WHERE new_status = 3;
"""


def fill(tickets: int) -> None:
    from django.contrib.auth.models import User
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    User.objects.create_superuser(USER, "desk@example.com", PASSWORD)
    for number in range(1, 10):
        User.objects.create_user(f"staff{number}", f"staff{number}@example.com", PASSWORD, is_staff=True)
    for name in ("engineering", "security", "cleaning", "greening", "service"):
        Queue.objects.create(title=name, slug=name, escalate_days=1)
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"tickets": tickets})


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
