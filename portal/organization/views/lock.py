"""The lock of a shared desk: cover, PIN or password, and the next user in one press."""

from __future__ import annotations

import time

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.organization.forms import NO_PIN_IS_LONGER, UnlockForm
from portal.organization.services import passwords
from portal.organization.views.asking import user_of
from portal.pages import kept
from portal.ways_back import is_way_back


def lock_page(request: HttpRequest, *, back: str = "/", packed: str = "", why: str = "") -> HttpResponse:
    context = {"back": back, "kept": packed, "why": why, "pin": passwords.pin_is_open(user_of(request))}
    response = render(request, "portal/lock.html", context, status=422 if why else 403)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Unlock. The script asks the same in the background and keeps the page; without it the page comes back by name.

    The secret is looked at whether or not the session is locked by now: what locks it may still be on its way.
    """
    form = UnlockForm(request.POST)
    form.full_clean()
    back = form.cleaned_data.get("next") or request.GET.get("next", "/")
    if not back.startswith("/") or not is_way_back(back, request):
        back = "/"
    in_background = request.headers.get("X-Requested-With") == "fetch"
    if request.method == "GET":
        return lock_page(request, back=back) if request.session.get("locked") else HttpResponseRedirect(back)
    if not _fits(request, form.cleaned_data.get("secret", "")):
        why = _why_not(request)
        if in_background:
            return JsonResponse({"problem": why}, status=422)
        return lock_page(request, back=back, packed=form.cleaned_data.get("kept", ""), why=why)
    request.session["locked"] = False
    request.session["active_at"] = int(time.time())
    if in_background:
        return HttpResponse(status=204)
    found = kept.unpack(form.cleaned_data.get("kept", ""))
    return kept.offer(request, *found) if found else HttpResponseRedirect(back)


def _fits(request: HttpRequest, secret: str) -> bool:
    if secret.isascii() and secret.isdigit() and len(secret) <= NO_PIN_IS_LONGER:
        return passwords.pin_fits(user_of(request), secret)
    return passwords.password_fits(request, secret)


def _why_not(request: HttpRequest) -> str:
    user = user_of(request)
    user.refresh_from_db(fields=["pin_failures"])
    if user.pin and not passwords.pin_is_open(user):
        return _("Too many wrong PINs: from here on only your password unlocks.")
    return _("That is not your PIN or password.")


@login_required
@never_cache
@require_POST
def lock_now(request: HttpRequest) -> HttpResponse:
    if request.session.get("shared_desk"):
        request.session["locked"] = True
    return HttpResponse(status=204) if request.headers.get("X-Requested-With") == "fetch" else redirect("/")


@login_required
@never_cache
@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """Somebody types without sending anything: the request itself is the sign (`portal.organization.idle`)."""
    return HttpResponse(status=204)


@never_cache
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Whether a covered page may open again, whose session this is by now, and the secret that its forms need now."""
    return JsonResponse(
        {
            "user": request.user.pk,
            "locked": bool(request.session.get("locked")),
            "token": get_token(request) if request.user.is_authenticated else "",
        }
    )


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Out in one press; what stood typed on the page waits for whoever typed it."""
    packed = request.POST.get("kept", "")
    if request.user.is_authenticated and kept.unpack(packed):
        kept.keep_for(user_of(request), packed)
    logout(request)
    return redirect("/login/?shared=1")  # the button stands on shared desks alone, and may be pressed twice
