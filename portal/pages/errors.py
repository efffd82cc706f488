"""Pages for what goes wrong, in the reader's language, with a way back and a reference that stands in the log too."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.api.problems import problem_page
from portal.pages import kept
from portal.pages.context import Bare
from portal.ways_back import is_way_back

log = logging.getLogger(__name__)


def words_of(status: int) -> tuple[str, str, str]:
    """(title, what happened, what to do next)"""
    return {
        400: (
            _("This request could not be read"),
            _("Something in the address or in the form was not what this page expects."),
            _("Go back, look at what you entered, and send it again."),
        ),
        403: (
            _("This page is not open to you"),
            _("Your posts do not include what this page is for, or the form was too old to be accepted."),
            _("Reload the page and try once more. If you need it for your work, ask your administrator."),
        ),
        404: (
            _("This page does not exist"),
            _("The address is wrong, or what it pointed at is not yours to see."),
            _("Look at the address, or find the ticket in the queue by its number."),
        ),
        405: (
            _("This address answers another kind of request"),
            _("A page was asked for in a way it does not offer."),
            _("Go back and use the buttons of the page."),
        ),
        409: (
            _("Somebody else was faster"),
            _("What you wanted to change was changed meanwhile, so nothing was saved."),
            _("Go back, look at what changed, and decide again."),
        ),
        413: (
            _("That is too much at once"),
            _("What was sent is larger than the portal takes."),
            _("Shorten it and send it again."),
        ),
        429: (
            _("Too many requests"),
            _("This address has asked too often in a short time."),
            _("Wait a minute, then go on. Nothing that was saved is lost."),
        ),
        500: (
            _("Something went wrong on our side"),
            _("The page could not be made. Nothing was half saved."),
            _("Try again. If it happens a second time, tell your administrator the reference below."),
        ),
        503: (
            _("The portal is resting for a moment"),
            _("The database cannot be reached just now. Nothing was saved from this request."),
            _("Wait a moment and reload the page. On urgent matters use the phone and write it down here later."),
        ),
    }[status]


def show(request: HttpRequest, status: int) -> HttpResponse:
    """The page for ``status``. It asks the database for nothing, so it also works when that is what is broken."""
    reference = secrets.token_hex(5)
    level = logging.ERROR if status >= 500 else logging.WARNING
    log.log(
        level, "page answered %s reference=%s method=%s path=%s", status, reference, request.method, request.path[:200]
    )
    title, what, next_step = words_of(status)
    if request.path.startswith("/api/"):
        return problem_page(request, status, what)
    context: dict[str, Any] = {
        "page": Bare(),
        "status": status,
        "title": title,
        "what": what,
        "next_step": next_step,
        "reference": reference,
        "back": _way_back(request),
    }
    response = render(request, "portal/error.html", context, status=status)
    if status in {429, 503}:
        response["Retry-After"] = "60" if status == 429 else "5"
    response["Cache-Control"] = "no-store"
    return response


def _way_back(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    here = request.build_absolute_uri() if came_from else ""
    return came_from if came_from != here and is_way_back(came_from, request) else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show(request, 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return kept.after_another_sign_in(request) or show(request, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    failure = sys.exc_info()[1]
    return show(request, 503 if isinstance(failure, OperationalError | InterfaceError) else 500)


class OwnPages:
    """Gives Django's empty 405 our own page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.path.startswith("/api/"):
            return response
        page = show(request, 405)
        page["Allow"] = response["Allow"]
        return page
