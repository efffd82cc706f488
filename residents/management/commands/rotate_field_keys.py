from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from portal import sealing
from portal.commands import JsonCommand
from residents.models import IdentityNumber

BATCH = 1000


class Command(JsonCommand):
    help = "Seals every identity number again under the first of FIELD_KEYS; afterwards the older keys may go."

    def handle(self, *args: Any, **options: Any) -> None:
        last, done, unreadable = 0, 0, 0
        while True:
            with transaction.atomic():
                rows = IdentityNumber.objects.select_for_update().filter(pk__gt=last).order_by("pk")
                batch = list(rows[:BATCH])
                kept = [row for row in batch if _seal_again(row)]
                IdentityNumber.objects.bulk_update(kept, ["sealed", "fingerprint"])
            if not batch:
                break
            last, done, unreadable = batch[-1].pk, done + len(kept), unreadable + len(batch) - len(kept)
        if unreadable:
            raise CommandError(
                f"{unreadable} numbers are under a key that FIELD_KEYS does not name: keep the old keys."
            )
        self.answer({"sealed": done}, f"{done} numbers are under the current key.", as_json=options["json"])


def _seal_again(row: IdentityNumber) -> bool:
    try:
        token = sealing.sealed_again(row.sealed.encode())
    except sealing.Unreadable:
        return False
    row.sealed = token.decode()
    row.fingerprint = sealing.fingerprint(sealing.unseal(token).decode())
    return True
