"""Names whose characters make up a word are found by every reading, as all others are."""

from django.db import migrations

from residents.spelling import search_pairs, search_text

BATCH = 2000


def spell_again(apps, schema_editor):
    Resident = apps.get_model("residents", "Resident")
    last = 0
    while batch := list(Resident.objects.filter(pk__gt=last).prefetch_related("phones").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        changed = []
        for resident in batch:
            words = search_text(resident.name, (phone.number for phone in resident.phones.all()))
            if sorted(words.split()) != sorted(resident.search_text.split()):
                resident.search_text, resident.search_pairs = words, search_pairs(resident.name)
                changed.append(resident)
        Resident.objects.bulk_update(changed, ["search_text", "search_pairs"])


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_accounts_are_found_by_phone")]
    operations = [migrations.RunPython(spell_again, migrations.RunPython.noop, elidable=True)]
