from typing import Any

from django.core.management.base import CommandError

from portal import integrity
from portal.commands import JsonCommand


class Command(JsonCommand):
    help = "Cross-checks the data; exits 1 and lists what does not add up."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(integrity.findings())
        self.answer({"findings": found}, "\n".join(found) or "Everything adds up.", as_json=options["json"])
        if found:
            raise CommandError(f"{len(found)} things do not add up.")
