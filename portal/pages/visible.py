"""What shows nothing is empty, in every form of every page: no field has to know about zero-width characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from portal.invisible import is_blank


class NothingShownIsEmpty:
    """Replaces values of a sent form in which a reader would see nothing; a password is its owner's business."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """After the check of the form's token, which has read the form already. The API has a field of its own."""
        if request.method != "POST" or request.path.startswith("/api/"):
            return
        if any(shows_nothing(value) for _name, values in request.POST.lists() for value in values):
            request.POST = _without(request.POST)  # type: ignore[assignment]


def _without(sent: QueryDict) -> QueryDict:
    typed = sent.copy()
    for name, values in sent.lists():
        if "password" not in name:
            typed.setlist(name, ["" if shows_nothing(value) else value for value in values])
    typed._mutable = False
    return typed


def shows_nothing(value: str) -> bool:
    """A NUL is no text at all: the forms refuse it."""
    return bool(value) and "\0" not in value and is_blank(value)
