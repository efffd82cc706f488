"""Those who were in the archive before there was a find box become findable."""

from django.db import migrations

from residents.spelling import search_pairs, search_text

BATCH = 2000


def fill(apps, schema_editor):
    Resident = apps.get_model("residents", "Resident")
    waiting = Resident.objects.filter(search_text="").prefetch_related("phones").order_by("pk")
    while batch := list(waiting[:BATCH]):
        for resident in batch:
            resident.search_text = search_text(resident.name, (phone.number for phone in resident.phones.all()))
            resident.search_pairs = search_pairs(resident.name)
        Resident.objects.bulk_update(batch, ["search_text", "search_pairs"])


class Migration(migrations.Migration):
    dependencies = [("residents", "0002_the_archive_whole")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
