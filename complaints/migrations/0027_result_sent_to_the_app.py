from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0026_figures_in_ten_bytes")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="result_sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
