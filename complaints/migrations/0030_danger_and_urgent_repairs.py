"""What is dangerous, and the window that a resident agreed for an ordinary repair."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0028_hand_ups_name_their_event")]

    operations = [
        migrations.AddField(
            "category", "dangerous", models.BooleanField("dangerous", default=False, db_default=False)
        ),
        migrations.AddField("ticket", "dangerous", models.BooleanField("dangerous", default=False, db_default=False)),
        migrations.AddField("ticket", "window_from", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("ticket", "window_until", models.DateTimeField(blank=True, null=True)),
    ]
