"""Where a phone sends a note that it kept while it had no line (SCREENS 5.12); its script is static/js/later.js."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints import services
from complaints.errors import Refusal
from complaints.models import Ticket
from complaints.services.sending_later import NOTE, PROGRESS
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.drafting import key_of
from portal.arrivals.presses import Press, not_taken, press_of, taken
from portal.arrivals.services import NotTaken, has_arrived
from portal.drafts.services import discard
from portal.files.limits import MOST_FILES
from portal.files.refusals import FileRefused
from portal.files.services import take_in
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK


class LaterForm(forms.Form):
    slug = forms.ChoiceField(choices=[(PROGRESS, PROGRESS), (NOTE, NOTE)])
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
        return not_taken(_("This note cannot be read."), 422)
    try:
        _take(request, ticket, form.cleaned_data["slug"], form.cleaned_data["text"].strip(), press_of(request, user))
    except (FileRefused, NotTaken) as refusal:
        return not_taken(refusal.user_message, refusal.status)
    except Refusal as refusal:
        return not_taken(refusal.user_message, 409)
    return taken(request, ticket.url)


def _take(request: HttpRequest, ticket: Ticket, slug: str, text: str, press: Press) -> None:
    user = user_of(request)
    if press.key and has_arrived(press.key, by=user):  # its photos need not be stored again
        return
    sent = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    if len(sent) > MOST_FILES:
        raise FileRefused(_("At most %(count)d files go with one message.") % {"count": MOST_FILES})
    files = [take_in(one, by=user) for one in sent]
    services.note_sent_later(ticket, slug, text, files, key=press.key, by=user)
    discard(user, key_of(ticket.number, slug))
    messages.success(request, _("%(number)s: the note has arrived.") % {"number": ticket.number}, extra_tags="ok")
