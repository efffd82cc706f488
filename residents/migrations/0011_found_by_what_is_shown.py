"""Everybody is found by the letters of all readings of a name, and by the digits of a number that pages show."""

from django.db import migrations

from residents.spelling import search_pairs, search_text

BATCH = 2000


def spell_again(apps, schema_editor):
    Resident = apps.get_model("residents", "Resident")
    last = 0
    while batch := list(Resident.objects.filter(pk__gt=last).prefetch_related("phones").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        for resident in batch:
            resident.search_text = search_text(resident.name, (phone.number for phone in resident.phones.all()))
            resident.search_pairs = search_pairs(resident.name)
        Resident.objects.bulk_update(batch, ["search_text", "search_pairs"])


class Migration(migrations.Migration):
    dependencies = [("residents", "0010_numbers_as_they_are_dialled")]
    operations = [migrations.RunPython(spell_again, migrations.RunPython.noop, elidable=True)]
