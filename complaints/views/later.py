"""Where a phone sends what it kept while it had no line (SCREENS 5.12); its script is static/js/later.js."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints import services
from complaints.errors import Refusal
from complaints.models import Ticket
from complaints.services.sending_later import NOTE, PROGRESS
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.drafting import key_of
from portal.drafts.services import discard
from portal.files.limits import MOST_FILES
from portal.files.refusals import FileRefused
from portal.files.services import take_in
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK

WORKER = Path(settings.BASE_DIR) / "static/js/later-worker.js"


class LaterForm(forms.Form):
    key = forms.UUIDField()
    slug = forms.ChoiceField(choices=[(PROGRESS, PROGRESS), (NOTE, NOTE)])
    writer = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    text = forms.CharField(max_length=4000, required=False)


def keeps_for(user: User) -> int | str:
    """Whose notes this page keeps on the phone; nobody's at the desk, which has a line and shared machines."""
    return user.pk if user.scope.holds(DEPARTMENT) and not user.scope.holds(DESK) else ""


@login_required
@who_see_tickets
@never_cache
@require_POST
def later(request: HttpRequest, number: str) -> HttpResponse:
    """Answers the phone's script: 200 once it is here, 4xx with the words where it will never be taken."""
    user = user_of(request)
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    form = LaterForm(request.POST)
    if not form.is_valid():
        return _refused(_("This note cannot be read."), 422)
    typed = form.cleaned_data
    if typed["writer"] != user.pk:  # the page is still open, and somebody else has signed in meanwhile
        return _refused(_("This was written by somebody else."), 403)
    try:
        if services.has_arrived(typed["key"], by=user) or not _take(request, ticket, typed, user):
            return JsonResponse({"number": number})
    except FileRefused as refusal:
        return _refused(refusal.user_message, refusal.status)
    except Refusal as refusal:
        return _refused(refusal.user_message, 409)
    discard(user, key_of(number, typed["slug"]))
    messages.success(request, _("%(number)s: the note has arrived.") % {"number": number}, extra_tags="ok")
    return JsonResponse({"number": number})


def _take(request: HttpRequest, ticket: Ticket, typed: dict[str, Any], user: User) -> bool:
    sent = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    if len(sent) > MOST_FILES:
        raise FileRefused(_("At most %(count)d files go with one message.") % {"count": MOST_FILES})
    files = [take_in(one, by=user) for one in sent]
    return services.note_sent_later(ticket, typed["slug"], typed["text"].strip(), files, key=typed["key"], by=user)


def _refused(words: str, status: int) -> JsonResponse:
    return JsonResponse({"words": words}, status=status)


@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that opens a page again without a line; from the top, so that it may answer for every page."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript")
