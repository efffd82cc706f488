import django.db.models.deletion
from django.db import migrations, models

SITE = {"on_delete": django.db.models.deletion.PROTECT, "to": "organization.site", "related_name": "+"}
READ = ["ticket", "site", "round", "state", "started_at", "due_at", "met_at", "breached_at"]


class Migration(migrations.Migration):
    dependencies = (("complaints", "0022_timers_know_the_reception"),)

    operations = (
        migrations.AlterField("tickettimer", "received_at", models.DateTimeField()),
        migrations.AlterField("tickettimer", "site", models.ForeignKey(db_index=False, **SITE)),
        migrations.AddIndex(
            "tickettimer", models.Index(fields=["target", "received_at"], include=READ, name="timer_kept")
        ),
    )
