from typing import Any

from django.core.management.base import BaseCommand

from complaints.defaults.loading import load_defaults


class Command(BaseCommand):
    help = "Adds the categories, phrases, calendars, holidays and limits that are missing; changes none that are there."

    def handle(self, *args: Any, **options: Any) -> None:
        load_defaults()
