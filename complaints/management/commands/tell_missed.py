from typing import Any

from complaints.services.missed_messages import tell_missed
from portal.commands import JsonCommand


class Command(JsonCommand):
    help = "Tells now what an earlier version never told: hand-ups and steps without their message. Again finds none."

    def handle(self, *args: Any, **options: Any) -> None:
        found = tell_missed()
        facts = {"told": found.told, "people": len(found.people), "written_off": found.written_off}
        words = (
            f"{found.told} told now to {len(found.people)} people; "
            f"{found.written_off} are over, and their histories say that nobody was told."
        )
        self.answer(facts, words, as_json=options["json"])
