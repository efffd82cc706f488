"""The views of the queue that people save for themselves: their page, their forms, and what they count."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from complaints import saved_views
from complaints.errors import NotPossible
from complaints.forms import HOW_LATE, FilterForm, ViewNameForm
from complaints.saved_views import SavedView
from complaints.states import Severity
from complaints.tabs import tab_filters
from complaints.views.asking import user_of, who_see_tickets
from portal.organization.models import User
from portal.pages.houses import departments


def narrowed(asked: dict[str, Any], now: datetime) -> Q:
    """What a filter asks besides its tab and its text."""
    found = Q()
    if asked.get("severity"):
        found &= Q(severity=asked["severity"])
    if asked.get("department"):
        found &= Q(department_id=asked["department"])
    if asked.get("late"):
        found &= Q(next_due_at__lt=now) if asked["late"] == "over" else Q(next_warn_at__lte=now)
    return found


def code_of(view: SavedView) -> str:
    return f"own_{view.pk}"


def url_of(view: SavedView) -> str:
    return "/queue/?" + urlencode(view.filter)


def conditions(own: list[SavedView], user: User, now: datetime) -> dict[str, Q]:
    """What the counts of one's own views ask, beside those of the tabs. A text would join tables: it is not counted."""
    tabs = tab_filters(user.scope)
    return {
        code_of(view): tabs[view.filter["tab"]] & narrowed(view.filter, now)
        for view in own
        if not view.filter.get("q") and view.filter.get("tab") in tabs
    }


@login_required
@who_see_tickets
@never_cache
@require_http_methods(["GET", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """One's own views, to put in order; a POST saves what the queue shows as one more."""
    user = user_of(request)
    if request.method == "GET":
        return _page(request)
    from complaints.views.queue import TABS

    form = ViewNameForm(request.POST)
    asked = FilterForm(request.POST).usable()
    asked["tab"] = asked["tab"] if asked["tab"] in TABS else "mine"
    if not form.is_valid():
        return _page(request, form.errors["name"][0], status=422)
    try:
        view = saved_views.save_view(user, form.cleaned_data["name"], asked)
    except NotPossible as refusal:
        return _page(request, refusal.user_message, status=409)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name}, extra_tags="ok")
    return redirect(url_of(view))


@login_required
@who_see_tickets
@never_cache
@require_POST
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename, move or delete one; somebody else's is not there."""
    user, do = user_of(request), request.POST.get("do", "")
    try:
        if do == "delete":
            saved_views.delete_view(user, view_id)
        elif do in {"left", "right"}:
            saved_views.move_view(user, view_id, -1 if do == "left" else 1)
        else:
            form = ViewNameForm(request.POST)
            if not form.is_valid():
                return _page(request, form.errors["name"][0], status=422)
            saved_views.rename_view(user, view_id, form.cleaned_data["name"])
    except SavedView.DoesNotExist:
        raise Http404 from None
    except NotPossible as refusal:
        return _page(request, refusal.user_message, status=409)
    return redirect("/queue/views/")


def _page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    own = list(user_of(request).saved_views.all())
    context = {
        "problem": problem,
        "most": saved_views.MOST_VIEWS,
        "typed": request.POST.get("name", "")[:20].replace("\0", ""),
        "views": [
            {"pk": view.pk, "name": view.name, "url": url_of(view), "words": _words(view.filter), "first": n == 0,
             "last": n == len(own) - 1}
            for n, view in enumerate(own)
        ],
    }  # fmt: skip
    return render(request, "complaints/views.html", context, status=status)


def _words(kept: dict[str, Any]) -> str:
    """What a view shows: "To dispatch, Major, Engineering"."""
    from complaints.views.queue import TABS

    department = departments().get(kept.get("department") or 0)
    said = [
        str(TABS[kept["tab"]]()) if kept.get("tab") in TABS else "",
        str(Severity(kept["severity"]).label) if kept.get("severity") in Severity.values else "",
        str(department or ""),
        str(dict(HOW_LATE).get(kept.get("late", ""), "")),
        f"“{kept['q']}”" if kept.get("q") else "",
    ]
    return pgettext("between facts", ", ").join(part for part in said if part)
