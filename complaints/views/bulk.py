"""Several tickets at once: each in its own transaction, each with its own answer; what failed stays selected."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints import services
from complaints.errors import NotPossible, Refusal
from complaints.forms import BulkForm
from complaints.models import Ticket
from complaints.views import paper
from complaints.views.asking import user_of, who_see_tickets
from portal.organization.models import User
from portal.pages.houses import departments

MOST_AT_ONCE = 50
PICKED = re.compile(r"([A-Za-z0-9]{1,6}-[0-9]{8}-[0-9]{4,9}):([0-9]{1,9})")


def _dispatch(ticket: Ticket, user: User, version: int, typed: dict[str, Any]) -> object:
    department = departments().get(typed["department"] or 0)
    if department is None:
        raise NotPossible(_("Choose a department first."), ticket)
    return services.dispatch_ticket(ticket.pk, department, by=user, version=version)


def _remind(ticket: Ticket, user: User, version: int, typed: dict[str, Any]) -> object:
    return services.remind_holder(ticket.pk, by=user, version=version)


def _note(ticket: Ticket, user: User, version: int, typed: dict[str, Any]) -> object:
    """A note takes nothing from what others did meanwhile: it needs no version, here as on the ticket."""
    return services.note_inside(ticket.pk, typed["text"], by=user)


ACTIONS: dict[str, Callable[[Ticket, User, int, dict[str, Any]], object]] = {
    "dispatch": _dispatch,
    "remind": _remind,
    "note": _note,
}


@login_required
@who_see_tickets
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = BulkForm(request.POST)
    picked = {m[1]: int(m[2]) for one in request.POST.getlist("ticket") if (m := PICKED.fullmatch(one))}
    back = request.POST.get("next", "")
    back = back if re.fullmatch(r"/queue/\?[\w=&%.~+-]*", back, re.ASCII) else "/queue/"
    visible = Ticket.objects.visible_to(user).filter(number__in=list(picked)[:MOST_AT_ONCE])
    if request.POST.get("do") == "slips":
        tickets = visible.select_related("site__company", "category").order_by("received_at", "pk")
        return paper.slips_page(request, [one for one in tickets if paper.may_print_slip(user, one)])
    action = ACTIONS.get(request.POST.get("do", ""))
    if not picked or len(picked) > MOST_AT_ONCE or action is None or not form.is_valid():
        request.session["bulk"] = {"words": _why_not(picked, form), "lines": [], "failed": list(picked)[:MOST_AT_ONCE]}
        return redirect(back)
    found = {ticket.number: ticket for ticket in visible}
    lines = [
        {"number": number, "problem": _one(action, found.get(number), user, version, form.cleaned_data)}
        for number, version in picked.items()
    ]
    failed = [line["number"] for line in lines if line["problem"]]
    done = len(lines) - len(failed)
    words = ngettext("%(count)d ticket done.", "%(count)d tickets done.", done) % {"count": done}
    request.session["bulk"] = {"words": words, "lines": lines, "failed": failed}
    return redirect(back)


def _one(
    action: Callable[[Ticket, User, int, dict[str, Any]], object],
    ticket: Ticket | None,
    user: User,
    version: int,
    typed: dict[str, Any],
) -> str:
    """Why it was refused; nothing when it was done."""
    if ticket is None:
        return _("There is no such ticket for you.")
    try:
        action(ticket, user, version, typed)
    except Refusal as refusal:
        return refusal.user_message
    return ""


def _why_not(picked: dict[str, int], form: BulkForm) -> str:
    if not picked:
        return _("Select tickets first.")
    if len(picked) > MOST_AT_ONCE:
        return _("At most %(count)d tickets at once.") % {"count": MOST_AT_ONCE}
    said = [words for found in form.errors.values() for words in found]
    return said[0] if said else _("Choose what to do with them.")
