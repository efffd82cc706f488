"""A form sent after the session had ended: nothing typed is lost, it is offered again once its writer has signed in.

The words travel in the browser's own page, as hidden fields of the sign-in form; the server keeps nothing of somebody
whom it does not know yet. After signing in they are shown, and one press sends them to where they were going.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from portal.organization.models import KeptForm, User

MOST_BYTES = 100_000  # of what is kept: the longest form has some 8,000 characters
MOST_FIELDS = 200  # the suggestion box has five for each of its rows
KEPT_FOR = timedelta(days=3)
NOT_KEPT = frozenset(
    {"csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "own_password", "kept"}
)
# What the portal itself put into a form, and what was chosen in it: no words of anybody's.
NOT_SHOWN = frozenset(
    [
        "draft",
        "draft_version",
        "tried",
        "version",
        "seen",
        "request_key",
        "next",
        "party",
        "chosen_party",
        "kind",
        "channel",
        "category",
        "subcategory",
        "severity",
        "department",
        "dispatch_now",
        "contact",
        "how",
        "understood",
        "outcome",
        "score",
        "up_to",
        "language",
        "theme",
        "single_keys",
    ]
)
ELSEWHERE = (
    "/login/",
    "/logout/",
    "/api/",
    "/admin/",
    "/me/password/",
    "/me/pin/",
    "/me/drafts/",
    "/i18n/",
    "/lock/",
    "/switch/",
)


class KeepWhatWasTyped:
    """Instead of sending a form's writer away to sign in, answers with the sign-in page that holds the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 302 or not _goes_to_the_door(response):
            return response
        if request.headers.get("HX-Request"):  # a part of a page: the whole page goes to the door
            response = HttpResponse(status=204)
            response["HX-Redirect"] = str(settings.LOGIN_URL)
            return response
        if request.method != "POST" or request.path.startswith(ELSEWHERE):
            return response
        packed = pack(request)
        return _door(request, packed) if packed else response


def is_elsewhere(path: str) -> bool:
    """Whether what is sent there is nothing to keep."""
    return path.startswith(ELSEWHERE)


def keep_for(user: User, packed: str) -> None:
    """Until that person signs in again; the newest takes the place of what was kept before."""
    KeptForm.objects.filter(kept_at__lt=timezone.now() - KEPT_FOR).delete()
    KeptForm.objects.update_or_create(user=user, defaults={"packed": packed})


def take_for(user: User) -> tuple[str, list[tuple[str, str]]] | None:
    """What was kept for this person, once."""
    row = KeptForm.objects.filter(user=user, kept_at__gte=timezone.now() - KEPT_FOR).first()
    if row is None:
        return None
    row.delete()
    return unpack(row.packed)


def door(request: HttpRequest, *, kept_for_its_writer: bool, shared: bool) -> HttpResponse:
    from portal.pages.views import sign_in_with

    return sign_in_with(request, "", kept_for_its_writer=kept_for_its_writer, shared=shared)


def _door(request: HttpRequest, packed: str) -> HttpResponse:
    from portal.pages.views import sign_in_with  # the door itself knows this module

    return sign_in_with(request, packed)


def after_another_sign_in(request: HttpRequest) -> HttpResponse | None:
    """For a form of our own page that was made before its writer signed in anew; None for everything else.

    Signing in changes the secret that every form carries, so a form in an older tab no longer fits. Only what comes
    from our own origin is offered again, and only its writer's press sends it.
    """
    if request.method != "POST" or not _from_our_page(request) or request.path.startswith(ELSEWHERE):
        return None
    packed = pack(request, wordless=True)  # a press too: whoever sees that it was not taken presses again
    found = unpack(packed)
    if found is None:
        return None
    if not request.user.is_authenticated:
        return _door(request, packed)
    page = offer(request, *found)
    page.status_code = 403
    return page


def _from_our_page(request: HttpRequest) -> bool:
    """By what the browser itself says: where the form stood, or, where it does not say that, the page it came from."""
    ours = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    if origin is not None and origin != "null":
        return origin == ours or origin in settings.CSRF_TRUSTED_ORIGINS
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    return origin is None and request.headers.get("Referer", "").startswith(f"{ours}/")


def _goes_to_the_door(response: HttpResponse) -> bool:
    address = str(response.get("Location", "")).partition("?")[0]
    return address == str(settings.LOGIN_URL)


def pack(request: HttpRequest, *, wordless: bool = False) -> str:
    """Where a form was going and what stood in it; empty for too much for a form of ours, and where nothing was typed.

    ``wordless``: also a press, or what was only chosen.
    """
    fields = [(name, value) for name, values in request.POST.lists() if name not in NOT_KEPT for value in values]
    if not wordless and not any(value.strip() for name, value in fields if name not in NOT_SHOWN):
        return ""
    packed = json.dumps({"to": request.path, "fields": fields}, ensure_ascii=False)
    return packed if len(fields) <= MOST_FIELDS and len(packed.encode()) <= MOST_BYTES else ""


def unpack(packed: str) -> tuple[str, list[tuple[str, str]]] | None:
    """The address and the fields, or None for anything that no page of ours can have packed."""
    if not packed or len(packed.encode("utf-8", "replace")) > MOST_BYTES:
        return None
    try:
        found = json.loads(packed)
        to, fields = found["to"], [(str(name), str(value)) for name, value in found["fields"]]
        "".join(name + value for name, value in fields).encode()  # half a character could not be drawn
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(to, str) or to.startswith(ELSEWHERE) or len(fields) > MOST_FIELDS or not _is_ours(to):
        return None
    return to, [(name, value) for name, value in fields if name not in NOT_KEPT]


def _is_ours(address: str) -> bool:
    if not address.startswith("/") or "?" in address or "\0" in address:
        return False
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def offer(request: HttpRequest, to: str, fields: list[tuple[str, str]]) -> HttpResponse:
    """What was typed, readable, and the button that sends it on."""
    context: dict[str, Any] = {
        "to": to,
        "fields": fields,
        "typed": [value for name, value in fields if name not in NOT_SHOWN and value.strip()],
        "back": to.rsplit("/", 2)[0] + "/" if to.startswith("/tickets/") else to,
    }
    response = render(request, "portal/kept.html", context)
    response["Cache-Control"] = "no-store"
    return response
