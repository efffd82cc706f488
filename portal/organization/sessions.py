"""What a session remembers from its beginning: when the password was checked, and when somebody was there last."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import signals
from django.http import HttpRequest

from portal.organization.models import User
from portal.organization.services.passwords import note_check


def _began(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is not None:
        note_check(request)
        request.session["active_at"] = request.session["began_at"] = int(time.time())
        request.session["locked"] = False


def listen() -> None:
    signals.user_logged_in.connect(_began, dispatch_uid="sessions")
