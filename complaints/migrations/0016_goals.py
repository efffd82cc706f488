import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0015_callbacks_always_know_when_told"),
        ("organization", "0004_kept_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("requests_called", "Service requests called back"),
                            ("satisfied", "Satisfied at the callback"),
                        ],
                        max_length=20,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField()),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.site",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "site"), name="goal_once_per_site", nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="goal_is_a_share"),
                ],
            },
        ),
    ]
