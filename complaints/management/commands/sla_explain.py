from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from complaints.explaining import explain, in_words
from complaints.models import Ticket
from complaints.numbers import whole
from portal.commands import JsonCommand


class Command(JsonCommand):
    help = "Every timer of a ticket: policy, start, deadline, pauses, and each step of its ladder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", help="the ticket's number, such as YJW-20261121-0007")

    def handle(self, *args: Any, **options: Any) -> None:
        ticket = Ticket.objects.select_related("site").filter(number=whole(options["number"])).first()
        if ticket is None:
            raise CommandError(f"There is no ticket {options['number']}.")
        explained = explain(ticket)
        self.answer(explained, in_words(explained), as_json=options["json"])
