"""What holds for every answer under /api/: rates, a body's size, and JSON where Django would answer with a page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from gunicorn.http.errors import ParseException

from portal.addresses import rated_address
from portal.api import rates
from portal.api.problems import problem_page
from portal.files.limits import MOST_BYTES

PREFIX = "/api/"
CHUNK = 64 * 1024
MOST_OF_AN_UPLOAD = MOST_BYTES + CHUNK
UNCOUNTED = "/api/v1/health/"  # answers within two seconds, whatever Redis does


class ResidentApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        rate = _rate_of(request)
        readable = _read_chunks(request)
        if not rate.allowed:
            response: HttpResponse = problem_page(request, 429, _("Too many requests. Please wait a little."))
            response["Retry-After"] = str(rate.reset)
        elif _length(request) > _most_bytes(request):
            words = _("This file is larger than 10 MB.") if _is_upload(request) else _("The body is larger than 1 MB.")
            response = problem_page(request, 413, words)
        elif not readable:
            response = problem_page(request, 400, _("The request cannot be read."))
        else:
            response = self.get_response(request)
        if isinstance(body := getattr(request, "_stream", None), SpooledTemporaryFile):
            body.close()
        response["RateLimit-Limit"] = str(rate.limit)
        response["RateLimit-Remaining"] = str(rate.remaining)
        response["RateLimit-Reset"] = str(rate.reset)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def _rate_of(request: HttpRequest) -> rates.Rate:
    """The narrower of the token's and the address's rate; the address counts with and without a token."""
    if request.path_info.startswith(UNCOUNTED):
        return rates.uncounted("address")
    by_address = rates.hit("address", rated_address(request))
    # The token alone, however its header is spelled: "bearer" and two blanks are no second allowance.
    token = request.headers.get("Authorization", "").split()[-1:]
    if not token or not by_address.allowed:
        return by_address
    by_token = rates.hit("token", hashlib.sha256(token[0].encode(errors="replace")).hexdigest())
    return min(by_address, by_token, key=lambda rate: (rate.allowed, rate.remaining))


def _read_chunks(request: HttpRequest) -> bool:
    """A body that comes in chunks says no length, and Django would take it for empty: read it, as far as it may go.

    False where what comes are no chunks.
    """
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if chunked and not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        try:
            body, length = _spooled(request.META["wsgi.input"], _most_bytes(request) + 1)
        except (OSError, ParseException):
            return False
        request.META["CONTENT_LENGTH"] = str(length)
        request._stream = body  # type: ignore[attr-defined]
    return True


def _spooled(source: IO[bytes], most: int) -> tuple[IO[bytes], int]:
    """The first ``most`` bytes, what is large of it on the disk, and how many they are."""
    body = SpooledTemporaryFile(max_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115 - the parser reads it
    try:
        while body.tell() < most and (part := source.read(min(CHUNK, most - body.tell()))):
            body.write(part)
    except BaseException:
        body.close()
        raise
    length = body.tell()
    body.seek(0)
    return body, length


def _most_bytes(request: HttpRequest) -> int:
    """A file and the parts round it, or a megabyte of JSON."""
    return MOST_OF_AN_UPLOAD if _is_upload(request) else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _length(request: HttpRequest) -> int:
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _is_upload(request: HttpRequest) -> bool:
    return (request.content_type or "").startswith("multipart/")
