"""The supervisor's weekly list of numbers that were shown: told once, every Monday, also after an outage."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from portal.audit.models import AuditAction, AuditEntry
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Membership, Site
from portal.organization.roles import Role
from portal.promises import clock

TOLD_AT = time(8)


def tell_supervisors() -> None:
    """Put last week's message into the outbox of each site; one that stands there already stays as it is."""
    now = clock.now()
    for site in Site.objects.all():
        local = now.astimezone(site.zone)
        monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(0), tzinfo=site.zone)
        if local >= datetime.combine(monday.date(), TOLD_AT, tzinfo=site.zone):
            _tell(site, monday - timedelta(weeks=1), monday, now)


def _tell(site: Site, begins: datetime, ends: datetime, now: datetime) -> None:
    staff = Membership.objects.filter(site=site).values("user")
    seen = AuditEntry.objects.filter(action=AuditAction.REVEALED, at__gte=begins, at__lt=ends, by__in=staff).count()
    found = people_for([Role.SUPERVISOR], site_id=site.pk, department_id=None, at=now)
    outbox.put(
        outbox.messages_for(
            {person.user_id for _role, people in found for person in people},
            key=f"reveals:site:{site.pk}:{begins:%Y%m%d}",
            kind="residents.week_of_reveals",
            params={"count": seen},
            link="/residents/shown/?week=1",
            now=now,
        ),
        told_before=True,
    )
