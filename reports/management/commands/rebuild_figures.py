from django.core.management.base import BaseCommand

from portal.promises import clock
from reports import years


class Command(BaseCommand):
    help = "Count the figures of every month anew, each in a transaction of its own."

    def handle(self, *args: object, **options: object) -> None:
        now = clock.now()
        for month in years.begin_months(now):
            counted = years.count_month(month, now)
            self.stdout.write(f"{month:%Y-%m} {'counted' if counted else 'is being counted elsewhere'}")
