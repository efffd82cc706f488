"""Opening the suggestion box: every slip becomes a ticket; a week without an opening is told to the supervisor (N2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import BoxOpening, Category
from complaints.services.intake import Report, register_ticket
from complaints.states import Kind, ReportChannel
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Site, User
from portal.organization.roles import DESK, Role
from portal.promises import clock
from residents.models import Unit

LONGEST_AGO = timedelta(days=31)
TOLD_AT = time(8)
A_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Slip:
    """What stood on one slip of paper; most name nobody."""

    text: str
    kind: Kind = Kind.SUGGESTION
    category: Category | None = None
    unit: Unit | None = None
    name: str = ""


@transaction.atomic
def open_box(site: Site, slips: Iterable[Slip], *, on: date, request_key: UUID, by: User) -> BoxOpening:
    """The box was opened on that day; each slip is registered. No slip at all is an opening too.

    The same ``request_key`` again gives the opening that it made. Raises NotYours and NotPossible.
    """
    if not by.scope.holds(DESK, site.pk):
        raise NotYours(_("This is for the front desk of the site."))
    now = clock.now()
    today = now.astimezone(site.zone).date()
    if not today - LONGEST_AGO <= on <= today:
        raise NotPossible(_("Choose a day of the last month."))
    facts = {"site": site, "opened_on": on, "opened_by": by, "noted_at": now}
    opening, made = BoxOpening.objects.get_or_create(request_key=request_key, defaults=facts)
    if made:
        tickets = [_register(site, slip, uuid5(request_key, str(n)), by) for n, slip in enumerate(slips)]
        opening.tickets.set(tickets)
    return opening


def _register(site: Site, slip: Slip, key: UUID, by: User) -> int:
    report = Report(
        site=site,
        kind=slip.kind,
        channel=ReportChannel.SUGGESTION_BOX,
        description=slip.text,
        category=slip.category,
        unit=slip.unit,
        visitor_name=slip.name,
        request_key=key,
    )
    return register_ticket(report, by=by).pk


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def missed_weeks(site_id: int, today: date, back: int) -> list[date]:
    """The Mondays of whole weeks without an opening, the latest first: of ``back`` weeks, since the first opening."""
    this_week = monday_of(today)
    opened = BoxOpening.objects.filter(site=site_id)
    first = opened.aggregate(first=Min("opened_on"))["first"]
    if first is None:
        return []  # a site without a box
    days = opened.filter(opened_on__gte=this_week - back * A_WEEK).values_list("opened_on", flat=True)
    weeks = {monday_of(day) for day in days}
    asked = (this_week - n * A_WEEK for n in range(1, back + 1))
    return [monday for monday in asked if monday > monday_of(first) and monday not in weeks]


def tell_missed_week() -> None:
    """From Monday at eight: each supervisor whose box stayed closed last week, once; also after an outage."""
    now = clock.now()
    for site in Site.objects.order_by("pk"):
        local = now.astimezone(site.zone)
        begins = datetime.combine(monday_of(local.date()), TOLD_AT, tzinfo=site.zone)
        missed = missed_weeks(site.pk, local.date(), back=1) if local >= begins else []
        if missed:
            _tell(site, missed[0], now)


def _tell(site: Site, week: date, now: datetime) -> None:
    found = people_for([Role.SUPERVISOR], site_id=site.pk, department_id=None, at=now)
    outbox.put(
        outbox.messages_for(
            {person.user_id for _role, people in found for person in people},
            key=f"box:{site.pk}:{week:%Y%m%d}",
            kind="complaints.box_missed",
            params={"site": site.name, "week": week.isoformat()},
            link="/suggestion-box/",
            now=now,
        ),
        told_before=True,
    )
