"""The repeats that wait for a decision, each with its tickets, and those that were decided (C17)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints import services
from complaints.errors import Refusal
from complaints.models import Repeat, Ticket
from complaints.repeats import OFTEN
from portal.organization.models import User
from portal.organization.roles import LEADERSHIP
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import site_of

MOST_WAITING = 50
MOST_DECIDED = 20


class DecisionForm(forms.Form):
    do = forms.ChoiceField(choices=[("open", ""), ("dismiss", "")])
    reason = forms.CharField(max_length=500, required=False)


@only_for(LEADERSHIP)
@never_cache
@require_GET
def repeats(request: HttpRequest) -> HttpResponse:
    return _page(request)


@only_for(LEADERSHIP)
@never_cache
@require_POST
def decide(request: HttpRequest, repeat_id: int) -> HttpResponse:
    user = user_of(request)
    repeat = get_object_or_404(Repeat.objects.visible_to(user), pk=repeat_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        said = form.errors.get("reason") or [_("Choose what to do with it.")]
        return _page(request, repeat.pk, said[0], status=422)
    try:
        if form.cleaned_data["do"] == "dismiss":
            repeat = services.dismiss_repeat(repeat.pk, form.cleaned_data["reason"], by=user)
        else:
            repeat = services.open_root_cause(repeat.pk, by=user)
    except Refusal as refusal:
        return _page(request, repeat.pk, refusal.user_message, status=409)
    if repeat.root is None:
        messages.success(request, _("Put aside, with the reason."), extra_tags="ok")
        return redirect("/cases/repeats/")
    said = _("%(number)s looks for the root. Dispatch it next.") % {"number": repeat.root.number}
    messages.success(request, said, extra_tags="ok")
    return redirect(repeat.root.url)


def _page(request: HttpRequest, refused: int = 0, problem: str = "", status: int = 200) -> HttpResponse:
    user = user_of(request)
    found = (
        Repeat.objects.visible_to(user)
        .select_related("unit", "building", "category", "root", "decided_by")
        .prefetch_related(Prefetch("tickets", Ticket.objects.visible_to(user).order_by("received_at", "pk")))
    )
    waiting = found.filter(decided_at=None).order_by("-found_at", "-pk")[:MOST_WAITING]
    decided = found.filter(decided_at__isnull=False).order_by("-decided_at", "-pk")[:MOST_DECIDED]
    context = {
        "waiting": [_shown(one, user) for one in waiting],
        "decided": [_shown(one, user) for one in decided],
        "refused": refused,
        "typed": request.POST.get("reason", "")[:500].replace("\0", ""),
        "problem": problem,
        "often": OFTEN,
        "tab": "repeats",
    }
    return render(request, "complaints/repeats.html", context, status=status)


def _shown(repeat: Repeat, user: User) -> dict[str, Any]:
    site = site_of(repeat.site_id)
    where = (
        _("Unit %(room)s") % {"room": repeat.unit.room}
        if repeat.unit
        else _("Building %(building)s: %(category)s")
        % {"building": repeat.building.code if repeat.building else "", "category": repeat.category}
    )
    return {
        "pk": repeat.pk,
        "where": where,
        "site": site.name,
        "found": moments.short(repeat.found_at, site.zone),
        "tickets": [
            {
                "number": one.number,
                "url": one.url,
                "matter": one.title,
                "received": moments.short(one.received_at, site.zone),
                "status": one.get_status_display(),
            }
            for one in repeat.tickets.all()
        ],
        "may_decide": services.may_decide_repeat(user, repeat),
        "root": repeat.root,
        "reason": repeat.reason,
        "decided": moments.short(repeat.decided_at, site.zone) if repeat.decided_at else "",
        "by": repeat.decided_by.name if repeat.decided_by else "",
    }
