"""A home is the one with its number in its entrance of its building; rooms are looked up part by part."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residents", "0006_homes_stand_under_the_building_of_their_room")]
    operations = [
        migrations.AddField(
            model_name='unit',
            name='number',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('room'), models.Value('^.*-'), models.Value(''), function='regexp_replace'), output_field=models.CharField(max_length=30)),
        ),
        migrations.AddIndex(
            model_name='unit',
            index=models.Index(fields=['site', 'room'], name='unit_by_room', opclasses=['int8_ops', 'text_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='unit',
            index=models.Index(fields=['site', 'number'], name='unit_by_number', opclasses=['int8_ops', 'text_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(django.db.models.functions.text.Upper(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace('space', models.Value('-')), models.Value(' '))), condition=models.Q(('space', ''), _negated=True), name='vehicle_by_space'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(fields=('entrance', 'number'), name='number_once_per_entrance'),
        ),
    ]
