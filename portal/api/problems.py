"""RFC 9457 problem details: what a client sent never ends in HTML, a trace or a 500."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5
# A body a thousand levels deep or cut short, bytes that are no UTF-8, a value that no column takes: the client's.
CLIENTS = (RecursionError, UnicodeError, UnreadablePostError, SuspiciousOperation, DataError, DjangoValidationError)
MOST_CHARACTERS, MOST_ERRORS = 300, 20  # of one sentence, and in one answer: a refusal stays far under 16 kB


class Problem(exceptions.APIException):
    """A refusal with its own status and words."""

    def __init__(self, status: int, detail: str, *, title: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status_code = status
        self.title = title
        self.headers = dict(headers or {})


def problem(
    status: int, detail: str, *, title: str = "", errors: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """The body of a problem. Words that quote what a client sent are shortened, and half characters replaced."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _sayable(title or _title(status)),
        "status": status,
        "detail": _sayable(detail),
    }
    if errors:
        body["errors"] = {
            _sayable(name): [_sayable(word) for word in words[:MOST_ERRORS]]
            for name, words in islice(errors.items(), MOST_ERRORS)
        }
    return body


def _sayable(words: str) -> str:
    # A lone surrogate in a quoted value has no bytes in UTF-8: rendering it would fail.
    said = str(words)[: MOST_CHARACTERS + 1].encode("utf-8", "replace").decode()
    return said if len(said) <= MOST_CHARACTERS else said[: MOST_CHARACTERS - 1] + "…"


def problem_response(failure: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None, for what is our own fault, is logged by Django as the 500 that it is."""
    found = _as_api_exception(failure)
    if found is None:
        logger.exception("an API view failed", exc_info=failure)
        found = Problem(500, _("Something went wrong on our side. Please try again later."))
    errors = _errors(found.detail) if isinstance(found, exceptions.ValidationError) else None
    detail = _("Please correct what is named in errors.") if errors else _first_words(found.detail)
    body = problem(found.status_code, detail, title=getattr(found, "title", ""), errors=errors)
    response = Response(body, status=found.status_code, content_type=CONTENT_TYPE)
    for name, value in _headers(found).items():
        response[name] = value
    return response


def problem_page(request: HttpRequest, status: int, detail: str, **headers: str) -> JsonResponse:
    """The same outside of DRF: unknown addresses, what the middleware refuses."""
    return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE, headers=headers)


# What an app refuses, as (its exception, how it becomes a problem); registered in AppConfig.ready().
_refusals: list[tuple[type[Exception], Callable[[Any], Problem]]] = []


def register_refusal(kind: type[Exception], as_problem: Callable[[Any], Problem]) -> None:
    _refusals.append((kind, as_problem))


def _as_api_exception(failure: Exception) -> exceptions.APIException | None:
    if isinstance(failure, exceptions.APIException):
        return failure
    for kind, as_problem in _refusals:
        if isinstance(failure, kind):
            return as_problem(failure)
    if isinstance(failure, Http404):
        return exceptions.NotFound(_("There is nothing here, or it is not yours."))
    if isinstance(failure, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(failure, RequestDataTooBig):
        return Problem(413, _("The body is larger than 1 MB."))
    if isinstance(failure, OperationalError | InterfaceError):
        connection.close()
        return Problem(
            503, _("The database does not answer. Please try again."), headers={"Retry-After": str(RETRY_SECONDS)}
        )
    if isinstance(failure, CLIENTS):
        return exceptions.ParseError(_("The request cannot be read."))
    return None


def _headers(found: exceptions.APIException) -> dict[str, str]:
    headers = dict(getattr(found, "headers", {}))
    if getattr(found, "auth_header", None):
        headers["WWW-Authenticate"] = found.auth_header
    if isinstance(found, exceptions.Throttled) and found.wait is not None:
        headers["Retry-After"] = str(math.ceil(found.wait))
    return headers


def _title(status: int) -> str:
    return {
        400: _("The request is not right"),
        401: _("Please sign in"),
        403: _("This is not allowed"),
        404: _("There is nothing here"),
        405: _("This method is not possible here"),
        406: _("This format is not available"),
        409: _("This is not possible now"),
        412: _("It has changed meanwhile"),
        413: _("This is too large"),
        415: _("This format is not understood"),
        422: _("This key was used for something else"),
        429: _("Too many requests"),
        500: _("Something went wrong"),
        503: _("Not available at the moment"),
    }.get(status, HTTPStatus(status).phrase)


def _errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested errors as one level: ``{"do_not_call.0.start": ["…"]}``."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _errors(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(entry, Mapping | list) for entry in detail):
        found = {}
        for place, inner in enumerate(detail):
            found |= _errors(inner, f"{prefix}.{place}")
        return found
    words = [str(entry) for entry in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "body": words} if words else {}


def _first_words(detail: Any) -> str:
    while isinstance(detail, list | Mapping):
        inner = list(detail.values()) if isinstance(detail, Mapping) else detail
        if not inner:
            return ""
        detail = inner[0]
    return str(detail)
