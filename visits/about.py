"""What visits tell pages below: a unit's visits for its own page (V7)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints import further
from complaints.models import Ticket
from portal.organization.models import User
from portal.pages import about
from portal.pages.about import Act, Entry, Figure
from visits.models import VISITORS, HomeVisit
from visits.states import OVER, Kind, Status

STATES = {Status.DONE: "ok", Status.NOBODY_HOME: "soon", Status.REFUSED: "soon"}


def register() -> None:
    about.register(about.Source(_figures, _history, _acts))
    further.register(_follow_up)


def _follow_up(user: User, ticket: Ticket) -> Act | None:
    """A visit about this matter: the room, the resident and the matter go along."""
    if ticket.unit_id is None or not user.scope.holds(VISITORS, ticket.site_id):
        return None
    return Act(f"/visits/new/?ticket={ticket.number}", pgettext("button", "Visit"), "house-door")


def _figures(user: User, unit_id: int) -> list[Figure]:
    counted = (
        HomeVisit.objects.visible_to(user)
        .filter(unit=unit_id)
        .aggregate(
            made=Count("pk", filter=Q(status=Status.DONE)),
            last=Max("ended_at", filter=Q(status=Status.DONE)),
        )
    )
    last = counted["last"]
    return [Figure(str(counted["made"]), _("visits so far"), f"{last:%Y-%m-%d}" if last else _("never visited"))]


def _history(user: User, unit_id: int, before: datetime, limit: int) -> list[Entry]:
    when = Coalesce("ended_at", "starts_at", "made_at")
    found = HomeVisit.objects.visible_to(user).filter(unit=unit_id).annotate(when=when).filter(when__lt=before)
    return [_entry(visit) for visit in found.select_related("made_by").order_by("-when", "-pk")[:limit]]


def _entry(visit: HomeVisit) -> Entry:
    return Entry(
        at=visit.when,  # type: ignore[attr-defined]
        icon="house-door",
        what=_("Home visit"),
        reference="",
        title=visit.purpose or str(Kind(visit.kind).label),
        url=visit.url,
        state_word=str(Status(visit.status).label),
        state=STATES.get(Status(visit.status), "") if visit.status in OVER else "",
        by=visit.made_by.name if visit.made_by else "",
    )


def _acts(user: User, unit_uuid: str) -> list[Act]:
    if not user.scope.holds(VISITORS):
        return []
    return [Act(f"/visits/new/?unit={unit_uuid}", pgettext("button", "Visit"), "house-door", "V")]
