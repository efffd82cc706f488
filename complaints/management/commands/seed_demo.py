from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from complaints.demo import archive, beside, bulk, company, crowd, history, households, library
from complaints.demo.multiplying import PLAYED, multiply_tickets
from complaints.models import Ticket
from portal import first_rows, memo
from portal.commands import JsonCommand
from portal.organization.models import Company, Site
from portal.promises import clock
from residents.models import Unit

TICKETS = 400


class Command(JsonCommand):
    help = "Fills an empty database with believable demo data, the same for the same seed (demo mode only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tickets", type=int, default=TICKETS, help=f"how many tickets (default {TICKETS})")
        parser.add_argument("--residents", type=int, default=0, help="at least so many, for benchmarks")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other people and stories")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("seed_demo is for demo mode: production keeps no invented people.")
        if not Company.objects.exists():
            self._fill(options["tickets"], options["residents"], options["seed"])
            if options["tickets"] > PLAYED or options["residents"]:
                bulk.tidy()
        facts = {"sites": Site.objects.count(), "units": Unit.objects.count(), "tickets": Ticket.objects.count()}
        self.answer(facts, "  ".join(f"{name} {count}" for name, count in facts.items()), as_json=options["json"])

    @transaction.atomic
    def _fill(self, tickets: int, residents: int, seed: int) -> None:
        random, now = Random(seed), clock.now()  # noqa: S311 - invented people, no secrets
        first_rows.load_all()
        sites = company.open_company(now)
        archive.fill_archive(sites, random, now)
        households.fill_households(Random(seed), now)  # noqa: S311 - its own dice: the stories stay as they are
        if residents:
            crowd.fill_crowd(list(sites.values()), residents, Random(seed), now)  # noqa: S311
        memo.forget()
        scenes = [history.scene_of(site, now) for site in sites.values()]
        history.seed_tickets(scenes, min(tickets, PLAYED), random, now)
        library.fill_library()
        beside.fill_beside(sites["YJW"], now)
        first_rows.fill_demo(seed, now)
        if tickets > PLAYED:
            multiply_tickets(tickets)
        memo.forget()
