"""Messages of hand-ups say which event they tell of and which promises they hand up.

Their keys were made before a new ticket had its id, so all but the first were lost. What did arrive is told apart by
ticket and moment, which message and event share. What was lost is found by check_integrity and told by tell_missed.
"""

from django.db import migrations

# Each message handed up what is its reader's by role; to whom it had climbed, all.
FORWARDS = """
UPDATE notifications_message message
   SET key = 'ticketevent:' || found.event_id,
       params = message.params || jsonb_build_object('targets', found.targets, 'round', found.round)
  FROM (SELECT told.id, event.id AS event_id, event.round, handed.targets
          FROM notifications_message told
          JOIN complaints_ticket ticket ON ticket.number = told.params ->> 'number'
         CROSS JOIN LATERAL (SELECT id, round FROM complaints_ticketevent
                              WHERE ticket_id = ticket.id AND at = told.created_at ORDER BY id LIMIT 1) event
         CROSS JOIN LATERAL (
               SELECT array_agg(role) AS roles FROM (
                      SELECT role FROM organization_membership WHERE user_id = told.recipient_id UNION
                      SELECT role FROM organization_standin WHERE user_id = told.recipient_id) post
                WHERE role IN ('supervising_manager', 'general_manager', 'operations_manager')) reader
         CROSS JOIN LATERAL (
               SELECT jsonb_agg(DISTINCT timer.target) AS targets
                 FROM complaints_tickettimer timer
                 JOIN (VALUES ('hand_up_supervising_manager', 'supervising_manager'),
                              ('hand_up_general_manager', 'general_manager'),
                              ('via_operations', 'operations_manager')) whose (target, role) USING (target)
                WHERE timer.ticket_id = ticket.id AND timer.round = event.round
                  AND (reader.roles IS NULL OR whose.role = ANY (reader.roles))) handed
         WHERE told.kind = 'ticket.handed_up' AND NOT told.params ? 'targets' AND handed.targets IS NOT NULL) found
 WHERE message.id = found.id
"""


def name_their_event(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FORWARDS)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0027_result_sent_to_the_app"),
        ("notifications", "0002_email_and_choices"),
        ("organization", "0004_kept_form"),
    ]

    # Back: the earlier version reads neither the key nor these values.
    operations = [migrations.RunPython(name_their_event, migrations.RunPython.noop)]
