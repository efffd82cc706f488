"""What the portal's own management commands share: JSON alone on request, one sentence and exit 1 otherwise."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class JsonCommand(BaseCommand):
    """A command whose ``--json`` prints one JSON document and nothing else."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def answer(self, facts: Any, words: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else words)


def moment(text: str) -> datetime:
    """An ISO 8601 moment with its offset. Raises CommandError otherwise."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no ISO 8601 moment such as 2026-11-21T13:45:00+08:00.") from None
    if found.tzinfo is None:
        raise CommandError(f"{text!r} has no offset: write it like 2026-11-21T13:45:00+08:00.")
    return found
