from typing import Any

from django.core.management.base import BaseCommand

from portal import first_rows


class Command(BaseCommand):
    help = "Adds the categories, phrases, calendars, holidays and limits that are missing; changes none that are there."

    def handle(self, *args: Any, **options: Any) -> None:
        first_rows.load_all()
