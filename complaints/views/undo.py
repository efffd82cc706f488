"""Undoing one's own last step, and the offer to do so beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints import services
from complaints.errors import Refusal
from complaints.models import LastStep, Ticket, TicketEvent
from complaints.states import EventKind
from complaints.views.asking import user_of, who_see_tickets
from portal.organization.models import User

BAR_SECONDS = timedelta(seconds=10)


def undo_offer(ticket: Ticket, user: User, now: datetime, events: Iterable[TicketEvent] = ()) -> dict[str, Any] | None:
    """What the page needs to offer it, None where it cannot be. ``bar``: it has only just happened."""
    last = getattr(ticket, "last_step", None)
    if not services.can_undo(last, ticket, user, now) or last is None:
        return None
    step = next((event for event in events if event.pk in last.events), None)
    return {
        "number": ticket.number,
        "event": last.events[0],
        "what": str(EventKind(step.kind).label) if step else "",
        "bar": now - last.at < BAR_SECONDS,
    }


@login_required
@who_see_tickets
@never_cache
@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Back to where it was; whoever sent a form back sees the ticket again by this."""
    user = user_of(request)
    last = get_object_or_404(LastStep.objects.filter(by=user).select_related("ticket"), ticket__number=number)
    try:
        ticket = services.undo_last_step(last.ticket_id, by=user)
    except Refusal as refusal:
        messages.warning(request, refusal.user_message, extra_tags="soon")
        ticket = last.ticket
    else:
        messages.success(request, _("%(number)s: the last step was undone.") % {"number": number}, extra_tags="ok")
    if request.POST.get("next") == "/callbacks/":
        return redirect("/callbacks/")
    seen = Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()
    return redirect(ticket.url if seen else "/queue/")
