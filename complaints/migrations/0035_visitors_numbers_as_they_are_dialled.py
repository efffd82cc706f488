"""Visitors' landlines were kept without the 0 that is dialled before their area."""

from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Concat

# Neither a mobile number, nor one with a plus, nor one of the same town, nor one that has no area (400, 800).
WITHOUT_ITS_ZERO = r"^(10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}$"
NO_AREA = r"^(400|800)[0-9]{7}$|^1[3-9][0-9]{9}$"


def dial(apps, schema_editor):
    held = apps.get_model("complaints", "Ticket").objects.filter(visitor_phone__regex=WITHOUT_ITS_ZERO)
    held.exclude(visitor_phone__regex=NO_AREA).update(visitor_phone=Concat(Value("0"), "visitor_phone"))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0034_tickets_of_colleagues")]
    operations = [migrations.RunPython(dial, migrations.RunPython.noop)]
