"""E-mail as the administrator sees it: whether it works, what could not be sent, and once more."""

from __future__ import annotations

import logging
import uuid

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.notifications import channels
from portal.notifications.models import Channel, Message
from portal.notifications.sender import what_failed
from portal.organization.views.asking import administrators, user_of
from portal.organization.views.frames import settings_frame
from portal.pages import moments
from portal.promises import clock

logger = logging.getLogger(__name__)
SHOWN = 100


@administrators
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    zone = timezone.get_current_timezone()
    dead = Message.objects.dead().select_related("recipient").order_by("-dead_at")[:SHOWN]
    context = {
        **settings_frame("/settings/mail/"),
        "set_up": channels.mail_is_set_up(),
        "printed": settings.EMAIL_BACKEND == channels.CONSOLE_MAIL,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "own_address": user_of(request).email,
        "waiting": Message.objects.leaving().filter(sent_at=None, dead_at=None).count(),
        # Never the text: it is the recipient's, and a link in it would be a way into their account.
        "dead": [
            {
                "pk": row.pk,
                "name": row.recipient.name,
                "channel": Channel(row.channel).label,
                "iso": moments.iso(row.created_at),
                "at": moments.short(row.created_at, zone),
                "attempts": row.attempts,
                "problem": row.problem,
            }
            for row in dead
        ],
    }
    return render(request, "portal/settings/mail.html", context)


@administrators
@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """One mail to oneself, now: what is wrong with the server is said at once."""
    address = user_of(request).email
    if not address:
        messages.warning(request, _("Your own account has no e-mail address yet."), extra_tags="soon")
        return redirect("organization:mail")
    try:
        channels.send_mail_to(address, str(uuid.uuid4()), _("This is the test mail that you asked for."))
    except OSError as failure:
        logger.exception("the test mail could not be sent")
        said = _("The mail server did not take it: %(problem)s. Look at EMAIL_URL.") % {"problem": what_failed(failure)}
        messages.error(request, said, extra_tags="late")
    else:
        messages.success(request, _("The test mail has left for %(address)s.") % {"address": address}, extra_tags="ok")
    return redirect("organization:mail")


@administrators
@require_POST
@transaction.atomic
def again(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Message.objects.dead().select_for_update(of=("self",)), pk=pk)
    Message.objects.filter(pk=row.pk).update(dead_at=None, attempts=0, not_before=clock.now(), lease_until=None)
    record(AuditAction.MESSAGE_RETRIED, by=user_of(request), subject=f"message {row.pk}", request=request)
    messages.success(request, _("It is sent again within a minute."), extra_tags="ok")
    return redirect("organization:mail")
