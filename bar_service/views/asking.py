"""Whose bar a page shows, and what its presses bring."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bar_service.models import Bar
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages.asking import user_of


def bars_of(user: User) -> list[Bar]:
    return list(Bar.objects.visible_to(user).select_related("site").order_by("site"))


def bar_or_none(request: HttpRequest) -> Bar | None:
    """The one asked for, of those this person sees; otherwise the first."""
    found = bars_of(user_of(request))
    asked = request.POST.get("bar") or request.GET.get("bar") or ""
    return next((bar for bar in found if str(bar.pk) == asked), found[0] if found and not asked else None)


def bar_of(request: HttpRequest) -> Bar:
    found = bar_or_none(request)
    if found is None:
        raise Http404(_("There is no such bar."))
    return found


def sellers_at(site_id: int) -> list[User]:
    """Who sells at this site, in the order of their names."""
    here = User.objects.filter(is_active=True, memberships__role=Role.SALESPERSON)
    return list(here.filter(memberships__site__in=[site_id]).distinct().order_by("name")) or list(
        here.filter(memberships__site=None).distinct().order_by("name")
    )
