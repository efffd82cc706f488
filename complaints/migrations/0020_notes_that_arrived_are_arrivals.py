from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (
        ("arrivals", "0001_initial"),
        ("complaints", "0019_forum"),
    )

    operations = (
        migrations.RunSQL(
            "INSERT INTO arrivals_arrival (key, by_id, at) SELECT key, by_id, at FROM complaints_sentlater"
            " ON CONFLICT (key) DO NOTHING",
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel(name="SentLater"),
    )
