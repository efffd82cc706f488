from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promises', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='policytarget',
            name='rule',
            field=models.CharField(choices=[('amount', 'amount'), ('end_of_local_day', 'end_of_local_day'), ('next_local_day', 'next_local_day'), ('end_of_half_day', 'end_of_half_day')], max_length=20),
        ),
    ]
