"""An opinion becomes a ticket: one button beside it (V5)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints.errors import NotYours, Refusal
from complaints.states import Kind
from portal.arrivals.presses import by_script, not_taken, taken
from portal.arrivals.services import NotTaken
from portal.pages.asking import only_for, user_of
from visits import services
from visits.models import VISITORS
from visits.views.asking import press, visit_asked
from visits.views.steps import STEPS, Refused
from visits.views.visit import page_of


@only_for(VISITORS)
@never_cache
@require_POST
def to_ticket(request: HttpRequest, uuid: UUID, opinion_id: int) -> HttpResponse:
    user = user_of(request)
    found = visit_asked(user, uuid)
    opinion = get_object_or_404(found.opinions, pk=opinion_id)
    kind = request.POST.get("ticket_kind", "")
    try:
        ticket = services.make_ticket(
            opinion.pk, Kind(kind) if kind in Kind.values else Kind.SUGGESTION, press(request)
        )
    except (NotTaken, Refusal) as refusal:
        status = refusal.status if isinstance(refusal, NotTaken) else 403 if isinstance(refusal, NotYours) else 409
        if by_script(request):
            return not_taken(refusal.user_message, status)
        form = STEPS["opinion"].make(found, user, None)
        return page_of(request, found, Refused("opinion", form, refusal.user_message), status)
    messages.success(request, _("%(number)s is registered.") % {"number": ticket.number}, extra_tags="ok")
    return taken(request, found.url)
