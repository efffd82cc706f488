"""A database for each drill: copied from one that holds the small company of the tests, at noon."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from complaints.tests.house import PASSWORD, House
from portal import memo
from portal.notifications import choices
from portal.organization.models import Site, User

_house: list[House] = []


def make_template(name: str) -> None:
    """Make it anew: what was left may be of an older portal."""
    use("portal")
    _recreate(name)
    use(name)
    call_command("migrate", interactive=False, verbosity=0)
    house = House.build()
    move_to_noon(house)
    everything = {group.code for group in choices.groups()}
    for user in User.objects.all():
        user.email = f"{user.username}@drill.example"
        user.save(update_fields=["email"])
        choices.choose(user, bell=everything, email=everything)
    house.reception.set_password(PASSWORD)
    house.reception.save(update_fields=["password"])
    _house[:] = [house]


def move_to_noon(house: House) -> None:
    """Minor matters are told at once only by day, and a drill may run at night."""
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    Site.objects.update(time_zone=noon)
    house.site.time_zone = house.next_door.time_zone = noon


def company() -> House:
    """The one that every copy holds."""
    return _house[0]


def copy_of(template: str, name: str) -> House:
    """Make the database and work with it from here on."""
    use("portal")
    _recreate(name, template)
    use(name)
    memo.forget()
    return company()


def use(name: str) -> None:
    """Point this process, and what it starts from here on, at another database of the server."""
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = re.sub(r"@/\w+\?", f"@/{name}?", os.environ["DATABASE_URL"])


def _recreate(name: str, template: str = "template1") -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
