"""Brings database and static files up to date, in one process, since starting Django costs a second.

Run by ``bin/run`` with the environment's Python as ``python -m portal.embedded.prepare STEP …``, in the order given:
``probe`` (prints ``new`` or ``used``), ``migrate``, ``seed_demo``, ``first_admin``, ``collectstatic``. Refusals are one
sentence, as the last line, and exit status 3; anything else that is not 0 is a fault of ours and leaves a traceback.
"""

from __future__ import annotations

import sys

from portal.embedded.problems import complain


def main(steps: list[str]) -> int:
    """Do the steps; return the exit status."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import OperationalError

    try:
        django.setup()
        _check_database()
        for step in steps:
            _STEPS[step]()
    except (ImproperlyConfigured, CommandError) as refusal:
        complain(" ".join(str(refusal).split()))
        return 3
    except OperationalError as refusal:
        reason = str(refusal).strip().splitlines()[0].strip().rstrip(".?")
        complain(f"The database does not answer: {reason}; check DATABASE_URL and the server it names.")
        return 3
    return 0


def _check_database() -> None:
    from django.core.management.base import CommandError
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        raise CommandError(f"The database is encoded in {encoding}: make it anew with ENCODING 'UTF8', for Chinese.")


def _probe() -> None:
    from django.db import connection

    print("used" if "django_migrations" in connection.introspection.table_names() else "new")


def _migrate() -> None:
    _call("migrate", interactive=False, verbosity=0)
    _call("load_defaults")


def _collect_static() -> None:
    _call("collectstatic", interactive=False, verbosity=0, clear=True)


def _call(command: str, **options: object) -> None:
    from django.core.management import call_command

    call_command(command, **options)


_STEPS = {
    "probe": _probe,
    "migrate": _migrate,
    "seed_demo": lambda: _call("seed_demo"),
    "first_admin": lambda: _call("first_admin"),
    "collectstatic": _collect_static,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
