"""Shipped categories learn which are dangerous; urgent repairs get their limits as a new version of their policies.

Only what still says what was shipped is changed. Running timers keep the version that they began with; open tickets
of a dangerous category are marked, and from their next change on (a grade, a new round) they have the on-site clock.
"""

from datetime import timedelta

from django.db import migrations

DANGEROUS = ("gas", "gas1", "lift1", "fire", "fire1", "water2", "power4", "build4", "order4")
SHIPPED = {"important": timedelta(days=3), "major": timedelta(days=10)}
URGENT = timedelta(hours=24)


def mark(apps, schema_editor):
    category = apps.get_model("complaints", "Category")
    category.objects.filter(code__in=DANGEROUS).update(dangerous=True)
    ticket = apps.get_model("complaints", "Ticket")
    over = ("closed", "withdrawn", "merged")
    marked = ticket.objects.filter(category__code__in=DANGEROUS, category__parent__isnull=False)
    marked.exclude(status__in=over).exclude(kind="praise").update(dangerous=True)
    _limit_urgent_repairs(apps)


def _limit_urgent_repairs(apps):
    policy_version = apps.get_model("promises", "PolicyVersion")
    policy_target = apps.get_model("promises", "PolicyTarget")
    for kind in ("service_request", "help"):
        for severity, within in SHIPPED.items():
            newest = policy_version.objects.filter(policy__code=f"{kind}-{severity}").order_by("-number").first()
            if newest is None:
                continue
            rows = list(policy_target.objects.filter(version=newest))
            if not any(row.target == "resolve" and row.amount == within for row in rows):
                continue  # somebody has limits of their own
            version = policy_version.objects.create(policy_id=newest.policy_id, number=newest.number + 1)
            for row in rows:
                row.pk, row.version_id = None, version.pk
                if row.target == "resolve":
                    row.amount = URGENT
            policy_target.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0030_danger_and_urgent_repairs"),
        ("promises", "0002_next_local_day"),
    ]

    # Back: versions of a policy stay, as timers may have begun with them.
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
