"""What a person did by hand is remembered, so that no file changes it back."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residents", "0007_rooms_part_by_part")]
    operations = [
        migrations.AddField(
            model_name='importrun',
            name='buildings',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='resident',
            name='by_hand',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='resident',
            name='dropped_numbers',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='resident',
            name='former_names',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='unit',
            name='by_hand',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_default=[], default=list, editable=False, size=None),
        ),
    ]
