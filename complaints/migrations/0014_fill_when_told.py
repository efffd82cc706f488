"""When each callback's resident was told, from the history; and a row for each request that was not drawn."""

from django.db import migrations

TOLD_AT = """
UPDATE complaints_callback callback
   SET told_at = coalesce(
       (SELECT max(event.at) FROM complaints_ticketevent event
         WHERE event.ticket_id = callback.ticket_id AND event.round = callback.round
           AND event.kind IN ('informed', 'declined')), callback.not_before)
 WHERE told_at IS NULL
"""
NOT_DRAWN = """
INSERT INTO complaints_callback (ticket_id, round, attempts, told_at, not_before, due_at, finished_at, outcome, remarks, moved)
SELECT event.ticket_id, event.round, 0, max(event.at), max(event.at), max(event.at) + interval '1 day', max(event.at),
       'not_drawn', '', ''
  FROM complaints_ticketevent event JOIN complaints_ticket ticket ON ticket.id = event.ticket_id
 WHERE event.kind IN ('informed', 'declined') AND ticket.kind IN ('service_request', 'help')
 GROUP BY event.ticket_id, event.round
    ON CONFLICT (ticket_id, round) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0013_callbacks_know_when_told"),
    ]

    operations = [
        migrations.RunSQL(TOLD_AT, migrations.RunSQL.noop),
        migrations.RunSQL(NOT_DRAWN, "DELETE FROM complaints_callback WHERE outcome = 'not_drawn'"),
    ]
