"""Which fields people had set by hand before that was remembered: the record of changes says so."""

from django.db import migrations

BATCH = 2000
OF_UNITS = {"status", "area", "layout", "use", "remarks"}
OF_PEOPLE = {"name", "form_of_address", "birthday", "contact", "do_not_call", "remarks", "language", "phone", "identity"}


def remember(apps, schema_editor):
    AuditEntry = apps.get_model("audit", "AuditEntry")
    changed: dict[str, set[str]] = {}
    entries = AuditEntry.objects.filter(action="archive_changed").values_list("subject", "fields")
    for subject, fields in entries.iterator(BATCH):
        changed.setdefault(subject, set()).update(fields)
    for kind, model, known in (("unit", "Unit", OF_UNITS), ("resident", "Resident", OF_PEOPLE)):
        table = apps.get_model("residents", model)
        for subject, fields in changed.items():
            if subject.startswith(f"{kind} ") and (by_hand := sorted(fields & known)):
                table.objects.filter(uuid=subject.removeprefix(f"{kind} ")).update(by_hand=by_hand)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_archive_actions"), ("residents", "0008_what_hands_changed")]
    operations = [migrations.RunPython(remember, migrations.RunPython.noop, elidable=True)]
