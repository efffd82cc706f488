"""Whose visits, at which site, and the press behind a form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.arrivals.presses import press_of
from portal.organization.models import Site, User
from portal.organization.roles import DEPARTMENT, DESK
from portal.pages.asking import user_of
from portal.pages.houses import sites
from visits.models import VISITORS, HomeVisit
from visits.services import Press

SEE_VISITS = VISITORS | DEPARTMENT


def site_asked(request: HttpRequest, user: User) -> Site:
    """The site named in the address, of those that are this person's; else their own desk's, else their first."""
    mine = sites_of(user)
    asked = request.GET.get("site", "")
    return next((site for site in mine if site.code == asked), mine[0])


def sites_of(user: User) -> list[Site]:
    everywhere, at_desk = user.scope.sites_as(SEE_VISITS)
    found = [site for pk, site in sorted(sites().items()) if everywhere or pk in at_desk]
    return sorted(found, key=lambda site: not user.scope.holds(DESK, site_id=site.pk))


def arranges(user: User, site: Site) -> bool:
    return user.scope.holds(VISITORS, site_id=site.pk)


def visit_asked(user: User, uuid: UUID) -> HomeVisit:
    seen = HomeVisit.objects.visible_to(user).with_people().select_related("site__company", "follows", "round")
    return get_object_or_404(seen, uuid=uuid)


def press(request: HttpRequest) -> Press:
    """Raises NotTaken where the device's own words about it cannot be read."""
    user = user_of(request)
    found = press_of(request, user)
    return Press(user, found.key, found.at)


def page_context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What every page of visits stands on: the site, the others, and whose presses this device keeps."""
    user = user_of(request)
    site = more.pop("site", None) or site_asked(request, user)
    shared = bool(request.session.get("shared_desk"))
    return {
        "site": site,
        "sites": sites_of(user),
        "arranges": arranges(user, site),
        "writer": "" if shared else user.pk,
        **more,
    }
