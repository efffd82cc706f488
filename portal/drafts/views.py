"""What a form's script asks for while somebody types, and the list 我的草稿. Every draft is its writer's alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.drafts import services
from portal.drafts.models import Draft, DraftFile
from portal.drafts.places import FormPlace, place_of
from portal.drafts.shown import file_facts
from portal.files import serving
from portal.files.refusals import FileRefused
from portal.organization.models import User
from portal.pages import moments
from portal.pages.kept import NOT_KEPT

OUR_OWN = frozenset({"draft", "draft_version", "files", "upload"})
MOST_SHOWN = 60  # characters of a draft's words in the list


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _form_of(request: HttpRequest) -> tuple[str, FormPlace]:
    key = request.POST.get("draft", "")
    place = place_of(key)
    if place is None:
        raise Http404
    return key, place


def _fields(request: HttpRequest) -> services.Fields:
    return [
        (name.replace("\0", ""), value.replace("\0", ""))
        for name, values in request.POST.lists()
        if name not in NOT_KEPT | OUR_OWN
        for value in values
    ]


def _version(request: HttpRequest) -> int:
    text = request.POST.get("draft_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@login_required
@never_cache
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    found = Draft.objects.visible_to(_user(request)).prefetch_related("files").order_by("-saved_at")
    lines = [line for line in map(_line, found) if line is not None]
    return render(request, "portal/drafts.html", {"drafts": lines})


def _line(draft: Draft) -> dict[str, Any] | None:
    place = place_of(draft.key)
    if place is None:
        return None
    typed = draft.typed()
    words = typed.get("text") or typed.get("description") or typed.get("remarks") or ""
    return {
        "key": draft.key,
        "title": place.title,
        "url": place.url,
        "at": moments.with_today(draft.saved_at, timezone.get_current_timezone()),
        "iso": moments.iso(draft.saved_at),
        "words": words if len(words) <= MOST_SHOWN else words[: MOST_SHOWN - 1] + "…",
        "files": len(draft.files.all()),
    }


@login_required
@never_cache
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is typed now; 409 where another tab was there meanwhile."""
    key, _place = _form_of(request)
    try:
        draft = services.save(_user(request), key, _fields(request), _version(request))
    except services.SavedElsewhere as elsewhere:
        return JsonResponse(_told(elsewhere.draft), status=409)
    except services.TooMuch:
        return JsonResponse({"words": _("This is too long to be kept as a draft.")}, status=413)
    at = timezone.localtime(draft.saved_at)
    return JsonResponse({"version": draft.version, "words": _("Draft saved %(time)s") % {"time": f"{at:%H:%M:%S}"}})


def _told(draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        words = _("This form was sent or discarded in another tab. Here nothing more is saved until you send it.")
        return {"version": 0, "words": words}
    at = timezone.localtime(draft.saved_at)
    words = _("This form is open in another tab too, saved there at %(time)s. Here nothing more is saved.")
    return {"version": draft.version, "words": words % {"time": f"{at:%H:%M:%S}"}}


@login_required
@never_cache
@require_POST
def add_file(request: HttpRequest) -> HttpResponse:
    """One photo or document for a form that is still being filled in."""
    key, _place = _form_of(request)
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"words": _("This file is empty.")}, status=400)
    try:
        upload = UUID(request.POST.get("upload", ""))
    except ValueError:
        upload = None
    try:
        file = services.add_file(_user(request), key, sent, upload)
    except FileRefused as refusal:
        return JsonResponse({"words": refusal.user_message}, status=refusal.status)
    return JsonResponse(file_facts(file), status=201)


@login_required
@never_cache
@require_GET
def preview(request: HttpRequest, file: UUID) -> HttpResponseBase:
    mine = DraftFile.objects.filter(draft__user=_user(request)).select_related("file")
    return serving.preview(get_object_or_404(mine, file__uuid=file).file)


@login_required
@never_cache
@require_POST
def remove_file(request: HttpRequest, file: UUID) -> HttpResponse:
    """Out of the draft. Without script the whole form comes here: what stands in it is kept."""
    user = _user(request)
    key = services.remove_file(user, file)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({})
    place = place_of(key or request.POST.get("draft", ""))
    if place is None:
        raise Http404
    if key and request.POST.get("draft") == key:
        try:
            services.save(user, key, _fields(request), _version(request))
        except (services.SavedElsewhere, services.TooMuch):
            pass
    return redirect(place.url)


@login_required
@never_cache
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    key, place = _form_of(request)
    services.discard(_user(request), key)
    return redirect("/me/drafts/" if request.POST.get("next") == "/me/drafts/" else place.url)
