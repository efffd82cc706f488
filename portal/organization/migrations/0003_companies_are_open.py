from django.db import migrations
from django.utils import timezone


def open_them(apps, schema_editor):
    """A company that stands already was set up by other means: its administrator is not sent there again."""
    apps.get_model("organization", "Company").objects.filter(opened_at=None).update(opened_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ("organization", "0002_accounts_and_setup"),
    ]

    operations = [migrations.RunPython(open_them, migrations.RunPython.noop)]
