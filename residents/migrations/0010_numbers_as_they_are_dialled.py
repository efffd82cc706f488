"""Landlines were kept without the 0 that is dialled before their area."""

from django.db import migrations

BATCH = 2000
# Neither a mobile number, nor one with a plus, nor one of the same town, nor one that has no area (400, 800).
WITHOUT_ITS_ZERO = r"^(10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}$"
NO_AREA = r"^(400|800)[0-9]{7}$|^1[3-9][0-9]{9}$"


def dial(apps, schema_editor):
    Phone = apps.get_model("residents", "Phone")
    held = Phone.objects.filter(number__regex=WITHOUT_ITS_ZERO).exclude(number__regex=NO_AREA)
    for phone in list(held):
        whole = f"0{phone.number}"
        if Phone.objects.filter(resident=phone.resident_id, number=whole).exists():
            phone.delete()
        else:
            Phone.objects.filter(pk=phone.pk).update(number=whole)


class Migration(migrations.Migration):
    dependencies = [("residents", "0009_hands_of_before")]
    operations = [migrations.RunPython(dial, migrations.RunPython.noop)]
