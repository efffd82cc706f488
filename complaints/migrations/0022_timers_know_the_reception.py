import django.db.models.deletion
from django.db import migrations, models

FROM_THE_TICKET = """
    UPDATE complaints_tickettimer AS timer SET site_id = ticket.site_id, received_at = ticket.received_at
      FROM complaints_ticket AS ticket WHERE ticket.id = timer.ticket_id AND timer.received_at IS NULL
"""
SITE = {"on_delete": django.db.models.deletion.PROTECT, "to": "organization.site", "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = (
        ("complaints", "0021_came_back"),
        ("organization", "0001_initial"),
    )

    operations = (
        migrations.AddField("tickettimer", "received_at", models.DateTimeField(null=True)),
        migrations.AddField("tickettimer", "site", models.ForeignKey(db_index=False, null=True, **SITE)),
        migrations.RunSQL(FROM_THE_TICKET, migrations.RunSQL.noop),
    )
