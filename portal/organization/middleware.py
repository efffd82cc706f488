"""The language that a signed-in person chose comes before the browser's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

_OFFERED = {code for code, _name in settings.LANGUAGES}


class OwnLanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The API has no sessions: asking for the user there would cost a statement and set a cookie's Vary.
        if not request.path_info.startswith(("/api/", "/health/", "/static/")):
            language = getattr(request.user, "language", "")
            if language in _OFFERED:
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
