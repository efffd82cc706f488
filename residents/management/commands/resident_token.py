from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from portal.commands import JsonCommand
from residents.access import issue_token
from residents.models import Phone
from residents.phones import mainland_mobile


class Command(JsonCommand):
    help = "Prints an API token for a resident's phone and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("phone")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            phone = mainland_mobile(options["phone"])
        except ValueError:
            raise CommandError("This is not a mainland mobile number.") from None
        if not Phone.objects.filter(number=phone).exists():
            raise CommandError("No resident has this number.")
        stored, secret = issue_token(phone)
        expires_at = timezone.localtime(stored.expiry).isoformat()
        self.answer({"token": secret, "expires_at": expires_at}, secret, as_json=options["json"])
