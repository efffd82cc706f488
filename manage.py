#!/usr/bin/env python3
"""Django's command line for the portal. ``bin/manage`` runs it in the right environment."""

import os
import sys


def main() -> None:
    """Run one command; a wrong setting or a database that is not there is one sentence and exit status 1."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, connection

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(" ".join(str(refusal).split()))
    except OperationalError as refusal:
        if connection.connection is not None:  # it was there: a fault worth its traceback
            raise
        reason = str(refusal).strip().splitlines()[0].strip().rstrip(".?")
        sys.exit(f"The database does not answer: {reason}; check DATABASE_URL and the server it names.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
