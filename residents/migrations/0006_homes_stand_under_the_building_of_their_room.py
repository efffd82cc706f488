"""A home whose room names another building or entrance than it hangs under (a code of more than ten letters was cut off)
hangs under the one that its room names, so that each number is there once."""

from django.db import migrations, models

BATCH = 2000


def hang_right(apps, schema_editor):
    Unit = apps.get_model("residents", "Unit")
    Building = apps.get_model("residents", "Building")
    Entrance = apps.get_model("residents", "Entrance")
    last = 0
    while batch := list(Unit.objects.filter(pk__gt=last).select_related("entrance__building").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        for unit in batch:
            parts = unit.room.split("-")
            said = [part for part in (unit.entrance.building.code, unit.entrance.code) if part]
            if said == parts[:-1] or len(parts) > 3:
                continue
            building, entrance = parts[0] if len(parts) > 1 else "", parts[1] if len(parts) == 3 else ""
            house, _made = Building.objects.get_or_create(site_id=unit.site_id, code=building)
            unit.entrance, _made = Entrance.objects.get_or_create(building=house, code=entrance)
            unit.save(update_fields=["entrance"])


class Migration(migrations.Migration):
    dependencies = [("residents", "0005_every_reading")]
    operations = [
        migrations.AlterField("building", "code", models.CharField(max_length=20, verbose_name="building")),
        migrations.AlterField(
            "entrance", "code", models.CharField(blank=True, max_length=20, verbose_name="entrance")
        ),
        migrations.RunPython(hang_right, migrations.RunPython.noop),
    ]
