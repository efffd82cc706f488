from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from portal.commands import JsonCommand, moment
from portal.promises.sweeping import sweep


class Command(JsonCommand):
    help = "One pass of the timer sweep, now, or (demo only) as if it were another moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--now", metavar="ISO8601", help="write as if it were that moment (demo mode only)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["now"] and settings.PRODUCTION:
            raise CommandError("--now is for demo mode: in production only the clock moves the timers.")
        tally = asdict(sweep(moment(options["now"]) if options["now"] else None))
        self.answer(tally, "  ".join(f"{name} {count}" for name, count in tally.items()), as_json=options["json"])
