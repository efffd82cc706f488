"""The set-up's own pages: where to begin, the first people in one go, what was shipped, and opening."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.organization import setup
from portal.organization.errors import Refused
from portal.organization.forms import PasswordOnceMore, PersonRow, place_of
from portal.organization.forms import places as place_choices
from portal.organization.models import User
from portal.organization.roles import Role
from portal.organization.services import passwords, people, places
from portal.organization.setup import shipped
from portal.organization.views.asking import administrators, problems
from portal.organization.views.frames import CHECK, first_open_step, setup_frame

ROWS = 6
PEOPLE_SHOWN = 30
Rows = forms.formset_factory(PersonRow, extra=ROWS, max_num=ROWS, absolute_max=ROWS)


@administrators
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    return redirect(first_open_step())


@administrators
@require_http_methods(["GET", "POST"])
def first_people(request: HttpRequest) -> HttpResponse:
    """Several accounts at once: all of them, or none and what is wrong."""
    kwargs = {"places": place_choices()}
    rows = Rows(request.POST or None, form_kwargs=kwargs)
    ask = PasswordOnceMore(request.POST or None, request=request)
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        if not rows.is_valid():
            wrong = [problem for row in rows.forms for problem in problems(row)]
            wrong += [("", str(said)) for said in rows.non_form_errors()]
        wrong += problems(ask) if not ask.is_valid() else []
        if not wrong:
            try:
                opened = _open(request, [row.cleaned_data for row in rows.forms if row.has_changed()])
            except Refused as refusal:
                wrong = [("", refusal.user_message)]
            else:
                said = _("%(count)d accounts have been opened.") % {"count": opened}
                messages.success(request, said, extra_tags="ok")
                return redirect(request.path)
    found = User.objects.filter(is_active=True).order_by("-pk")
    context = {
        **setup_frame(request.path),
        "rows": rows,
        "ask": ask,
        "errors": wrong,
        "people": list(found[:PEOPLE_SHOWN]),
        "links": request.session.pop("links", []),
    }
    return render(request, "portal/setup/people.html", context, status=422 if wrong else 200)


@transaction.atomic
def _open(request: HttpRequest, said: list[dict[str, Any]]) -> int:
    links = []
    for one in said:
        user = people.open_account(
            username=one["username"],
            name=one["name"],
            phone="",
            email=one["email"],
            roles=[(Role(one["role"]), place_of(one["place"]))],
            request=request,
        )
        link = passwords.give_link(user.pk, by_mail=bool(user.email), request=request)
        links.append([user.name, link, bool(user.email)])
    request.session["links"] = links
    return len(said)


@administrators
@require_GET
def limits(request: HttpRequest) -> HttpResponse:
    context = {**setup_frame(request.path), "shipped": shipped.everything()}
    return render(request, "portal/setup/limits.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """What is there and what is missing; opening waits for the steps without which nobody could work."""
    missing = [step for step in setup.steps() if step.code in {"company", "sites", "people"} and not step.holds()]
    if request.method == "POST" and not missing:
        places.open_portal(request=request)
        messages.success(request, _("The portal is open. Everybody whose account has a password can work."), "ok")
        return redirect("organization:people")
    context = {**setup_frame(CHECK), "missing": missing, "finished": setup.is_finished()}
    return render(request, "portal/setup/check.html", context, status=422 if request.method == "POST" else 200)
