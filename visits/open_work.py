"""What is open with a person here: the visits that they go to."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.organization.models import User
from portal.organization.open_work import Work
from portal.pages import moments
from visits.models import HomeVisit
from visits.states import Status

MOST = 200


def of(person: User, viewer: User) -> Iterator[Work]:
    mine = HomeVisit.objects.open().filter(assignments__user=person, assignments__released_at=None)
    seen = set(mine.visible_to(viewer).values_list("pk", flat=True))
    for visit in mine.select_related("site").order_by("planned_on", "pk")[:MOST]:
        at = f" · {moments.short(visit.starts_at, visit.site.zone)}" if visit.starts_at else ""
        title = f"{_('Home visit')} · {Status(visit.status).label}{at}"
        yield Work(title, visit.url if visit.pk in seen else "", _("goes there"))
