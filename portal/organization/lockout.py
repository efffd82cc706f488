"""Five wrong passwords close an account for one network (RELIABILITY F1): also all at once, and in the same words."""

from __future__ import annotations

import hashlib
from typing import Any

from axes.backends import AxesStandaloneBackend
from django.db import connection
from django.http import HttpRequest, HttpResponse

from portal.addresses import network_of


class OneTryAtATime(AxesStandaloneBackend):
    """Tries of one account from one network wait for each other, so that each counts before the next is looked at.

    Needs a transaction around the signing in: with it the lock ends.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> None:
        if request is not None:
            who = f"{username}|{network_of(request)}".encode(errors="replace")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(hashlib.sha256(who).hexdigest()[:15], 16)])
        super().authenticate(request, username=username, password=password, **kwargs)


def show_locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """The words of a wrong password, so that nothing is learned."""
    from portal.pages.views import refuse_sign_in

    return refuse_sign_in(request)
