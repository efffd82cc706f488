"""What has to add up about visits, beyond what the database itself refuses."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from portal.promises.models import TimerState
from visits.models import Assignment, HomeVisit, Opinion, VisitEvent, VisitTimer
from visits.states import OVER, EventKind, Status, Target


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    begun = VisitEvent.objects.filter(visit=OuterRef("pk"), kind__in=[EventKind.BOOKED, EventKind.ASKED])
    for visit in HomeVisit.objects.filter(~Exists(begun)):
        yield f"{visit} has no event of how it began"
    ended = VisitEvent.objects.filter(visit=OuterRef("pk"), kind=OuterRef("status"))
    for visit in HomeVisit.objects.filter(~Exists(ended), status__in=OVER):
        yield f"{visit} is {visit.status} and no event says so"
    running = VisitTimer.objects.filter(visit=OuterRef("pk"), state=TimerState.RUNNING)
    come = running.filter(target=Target.COME)
    for visit in HomeVisit.objects.filter(~Exists(come), status=Status.APPOINTED):
        yield f"{visit} is appointed and nobody has promised to come"
    for visit in HomeVisit.objects.filter(Exists(running.exclude(target=Target.REBOOK)), status__in=OVER):
        yield f"{visit} is over and a timer of it still runs"
    kept = Assignment.objects.filter(visit=OuterRef("pk"), released_at=None)
    for visit in HomeVisit.objects.filter(Exists(kept), status__in=OVER):
        yield f"{visit} is over and somebody is still kept for it"
    for opinion in Opinion.objects.filter(ticket__isnull=False).exclude(ticket__channel="visit"):
        yield f"opinion {opinion.uuid} names a ticket that did not come from a visit"
