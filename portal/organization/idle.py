"""Nobody's session stays open behind an empty chair (RELIABILITY F3).

At a shared desk five minutes without anybody lock the session: it gets no page until its owner's PIN or password.
Thirty minutes end it there and for everybody with a desk's or an administrator's posts; twelve hours end any. What a
list fetches by itself is nobody's presence. What was being sent as it ended is kept for its writer alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.organization.models import User
from portal.organization.roles import DESK, Role

LOCK_AFTER = 5 * 60  # seconds
END_AFTER = 30 * 60
LONGEST = 12 * 3600
NOTED_EVERY = 20  # or each request would write its session
BACK_IN_TIME = 60  # a clock that jumps back further than this is not believed
AT_A_DESK = DESK | {Role.BAR_ATTENDANT, Role.ADMINISTRATOR}
NEVER_ASKED = ("/static/", "/health/", "/api/", "/robots.txt", "/favicon.ico")
OPEN_WHEN_LOCKED = ("/lock/", "/lock/state/", "/switch/", "/logout/", "/i18n/setlang/")


class IdleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(NEVER_ASKED) and isinstance(request.user, User):
            answer = _watch(request, time.time())
            if answer is not None:
                return answer
        return self.get_response(request)


def _watch(request: HttpRequest, now: float) -> HttpResponse | None:
    session = request.session
    idle = now - float(session.setdefault("active_at", int(now)))
    if _is_over(request, idle, now - float(session.setdefault("began_at", int(now)))):
        return _end(request)
    if session.get("shared_desk") and idle > LOCK_AFTER:
        session["locked"] = True
    if session.get("locked"):
        return None if request.path_info in OPEN_WHEN_LOCKED else _covered(request)
    if idle > NOTED_EVERY and not _by_itself(request):
        session["active_at"] = int(now)
    return None


def _is_over(request: HttpRequest, idle: float, age: float) -> bool:
    if not -BACK_IN_TIME <= age <= LONGEST or idle < -BACK_IN_TIME:
        return True
    assert isinstance(request.user, User)
    return idle > END_AFTER and (bool(request.session.get("shared_desk")) or request.user.scope.holds(AT_A_DESK))


def _by_itself(request: HttpRequest) -> bool:
    """A list that looks for news, or a page that asks whether it is locked: nobody pressed anything."""
    asks_for_news = "HX-Request" in request.headers and "If-None-Match" in request.headers
    return asks_for_news or request.path_info == "/lock/state/"


def _end(request: HttpRequest) -> HttpResponse | None:
    """Sign out; what was being sent waits for its writer, not for whoever signs in next at this screen."""
    from portal.pages import kept  # it draws pages, and pages know us

    packed = kept.pack(request) if request.method == "POST" and not kept.is_elsewhere(request.path) else ""
    assert isinstance(request.user, User)
    if packed:
        kept.keep_for(request.user, packed)
    was_shared = bool(request.session.get("shared_desk"))
    logout(request)
    if packed and "HX-Request" not in request.headers:
        return kept.door(request, kept_for_its_writer=True, shared=was_shared)
    return None


def _covered(request: HttpRequest) -> HttpResponse:
    """What a locked session gets in place of every page."""
    from portal.organization.views.lock import lock_page
    from portal.pages import kept

    if "HX-Request" in request.headers:
        response = HttpResponse(status=204)  # the page under the cover stays as it is
        response["HX-Trigger"] = "desk-locked"
        return response
    if request.headers.get("X-Requested-With") == "fetch" or "json" in request.headers.get("Accept", ""):
        return JsonResponse({"locked": True}, status=403)
    packed = kept.pack(request) if request.method == "POST" and not kept.is_elsewhere(request.path) else ""
    return lock_page(request, back=request.get_full_path() if request.method == "GET" else "/", packed=packed)
