"""What somebody sees after too many wrong passwords: the words of a wrong password, so that nothing is learned."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse


def show_locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    from portal.pages.views import refuse_sign_in

    return refuse_sign_in(request)
