"""Whatever is sent here is UTF-8, whatever its Content-Type claims."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class EverythingIsUtf8:
    """Django believes any codec that Python knows, ``zlib`` and ``base64`` among them, and then fails to decode."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return self.get_response(request)
