"""What stands beside the demo's tickets: an incident, a common issue and its callers, an opened suggestion box."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count

from complaints import services
from complaints.models import Ticket, TicketQuerySet
from complaints.services.box import monday_of
from complaints.states import UNRESOLVED, Severity
from portal.organization.models import Site, User

CALLERS = 3


def fill_beside(site: Site, now: datetime) -> None:
    reception, supervisor = (User.objects.get(username=name) for name in ("reception", "supervisor"))
    open_ones = Ticket.objects.filter(site=site, status__in=UNRESOLVED)
    major = open_ones.filter(severity=Severity.MAJOR, department__isnull=False).order_by("-received_at").first()
    if major is not None:
        happened_at = major.received_at
        services.mark_incident(major.pk, major.description, Severity.MAJOR, by=supervisor, happened_at=happened_at)
        services.report_incident(major.pk, "公司值班室", "集团物业管理部", by=supervisor)
    _common_issue(open_ones, reception)
    today = now.astimezone(site.zone).date()
    services.open_box(site, [], on=monday_of(today), request_key=UUID(int=1), by=reception)


def _common_issue(open_ones: TicketQuerySet, reception: User) -> None:
    """The matter that most of the open tickets are about."""
    often = open_ones.values("category").annotate(n=Count("pk")).order_by("-n", "category").first()
    if often is None:
        return
    callers = list(open_ones.filter(category=often["category"]).order_by("received_at")[:CALLERS])
    first, *others = callers
    issue = services.open_issue(
        first.pk, first.category.name if first.category else first.description[:20], by=reception
    )
    for ticket in others:
        services.join_issue(ticket.pk, issue.pk, by=reception)
