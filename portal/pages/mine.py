"""One's own pages beside /me/: which messages come by which way, and the PIN of a shared desk."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.notifications import channels, choices
from portal.organization.models import User


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def which_messages(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    user = request.user
    if request.method == "POST":
        choices.choose(user, bell=set(request.POST.getlist("bell")), email=set(request.POST.getlist("email")))
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect("pages:which_messages")
    context = {"lines": choices.of(user), "address": user.email, "set_up": channels.mail_is_set_up()}
    return render(request, "portal/my_messages.html", context)
