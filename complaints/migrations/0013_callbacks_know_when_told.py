from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0012_suggestion_box"),
    ]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="moved",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="callback",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="callback",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reached", "Reached"),
                    ("no_answer", "No answer"),
                    ("refused", "Refused"),
                    ("rated", "Rated by the resident"),
                    ("unreachable", "Unreachable after three attempts"),
                    ("not_drawn", "Not drawn"),
                ],
                max_length=12,
            ),
        ),
    ]
