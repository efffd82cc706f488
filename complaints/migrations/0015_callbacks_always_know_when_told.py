from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0014_fill_when_told"),
    ]

    operations = [
        migrations.AlterField(
            model_name="callback",
            name="told_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(fields=["told_at"], name="callback_told"),
        ),
    ]
