"""A ticket's photos and documents, for whoever may see the ticket; and who is writing on it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from complaints.models import Attachment, Ticket
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.drafting import drafts_about, writing_words
from portal.files import serving
from portal.files.models import StoredFile


@login_required
@who_see_tickets
@require_GET
def file(request: HttpRequest, number: str, file: UUID) -> HttpResponseBase:
    return serving.download(_file(request, number, file))


@login_required
@who_see_tickets
@require_GET
def preview(request: HttpRequest, number: str, file: UUID) -> HttpResponseBase:
    return serving.preview(_file(request, number, file))


def _file(request: HttpRequest, number: str, file: UUID) -> StoredFile:
    """Of the ticket itself or of one that was merged into it: photos come along for whoever may see the survivor."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user_of(request)).only("pk"), number=number)
    held = get_object_or_404(Attachment.objects.select_related("file"), file__uuid=file)
    if held.ticket_id not in {ticket.pk, *Ticket.objects.absorbed_by(ticket)}:
        raise Http404
    return held.file


@login_required
@who_see_tickets
@require_GET
def presence(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket page's own refresh."""
    user = user_of(request)
    get_object_or_404(Ticket.objects.visible_to(user).only("pk"), number=number)
    response = JsonResponse({"words": writing_words(drafts_about(number), user, timezone.now())})
    response["Cache-Control"] = "private, no-store"
    return response
