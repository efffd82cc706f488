"""Whom an internal note can name: the colleagues who may see the ticket, found by name or initials."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Ticket
from complaints.services import colleagues_of
from complaints.views.asking import user_of, who_see_tickets
from portal.organization.models import Membership
from portal.organization.roles import DESK
from residents.spelling import is_abbreviated

MOST_OFFERED = 8


def persons_to_choose(ticket: Ticket, *, desk: bool) -> list[tuple[int | str, str]]:
    """The desk of the ticket's site, or all who work there, and nobody; one statement."""
    posts = Membership.objects.filter(Q(site_id=ticket.site_id) | Q(site_id=None), user__is_active=True)
    if desk:
        posts = posts.filter(role__in=DESK)
    rows = posts.order_by("user__name", "user_id").values_list("user_id", "user__name").distinct()
    return [*([] if desk else [("", _("Nobody of ours"))]), *rows]


@login_required
@who_see_tickets
@never_cache
@require_GET
def colleagues(request: HttpRequest, number: str) -> HttpResponse:
    user, typed = user_of(request), request.GET.get("q", "").strip()[:20].lower()
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    found = [
        {"name": one.name, "post": one.post}
        for one in colleagues_of(ticket)
        if typed and one.user_id != user.pk and (typed in one.name.lower() or is_abbreviated(one.name, typed))
    ]
    return JsonResponse({"results": found[:MOST_OFFERED]})
