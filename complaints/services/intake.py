"""Receiving a report: one ticket with its number, its first timers and the first line of its history (C1, C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from complaints import notices
from complaints.errors import NotPossible, NotYours
from complaints.models import Category, Ticket, TicketEvent, TicketTimer
from complaints.services.change import Change, ledger_for, require_text, show_next
from complaints.services.persons import person_called
from complaints.sla import first_grade
from complaints.states import EventKind, Kind, ReportChannel, Severity, Target
from portal.organization.models import Site, User
from portal.organization.roles import DESK, Role
from portal.promises import clock
from residents.models import ApiAccount, Resident, Unit

EARLIEST_RECEPTION = timedelta(days=7)


@dataclass(frozen=True)
class Report:
    """What somebody reports, as it was said. ``severity`` None leaves it to the category until the desk sets it."""

    site: Site
    kind: Kind
    channel: ReportChannel
    description: str
    category: Category | None = None
    severity: Severity | None = None
    unit: Unit | None = None
    resident: Resident | None = None
    colleague: User | None = None  # who found it, or reports it from the own start page (C26)
    visitor_name: str = ""
    visitor_phone: str = ""
    occurred_at: datetime | None = None
    place: str = ""
    about: str = ""
    demand: str = ""
    contact: str = ""
    wished_on: date | None = None
    request_key: UUID | None = None
    received_at: datetime | None = None  # when it was told to the desk, where that was earlier; None is now
    danger: bool | None = None  # what somebody said about it; None leaves it to the category

    @property
    def dangerous(self) -> bool:
        """Whether anybody or anything is in danger: a narrow category knows, of a broad one somebody may say."""
        if self.kind == Kind.PRAISE:
            return False
        of_category = self.category is not None and self.category.dangerous
        if of_category and self.category is not None and self.category.parent_id is None and self.danger is False:
            return False
        return of_category or bool(self.danger)


def register_ticket(report: Report, *, by: User | None = None, resident: ApiAccount | None = None) -> Ticket:
    """Write a report down; its timers run from this moment. The desk's own wished date counts as confirmed.

    The same ``request_key`` again gives the ticket that it made. Raises NotYours for a desk of another site, unless
    they are the colleague who reports it, and NotPossible for an empty description.
    """
    return register(report, by=by, resident=resident)[0]


def register(
    report: Report, *, by: User | None = None, resident: ApiAccount | None = None
) -> tuple[Ticket, list[TicketEvent], list[TicketTimer]]:
    """As ``register_ticket``, with the rows that were written: five statements, six where somebody above is told."""
    if by is not None and not may_report(by, report):
        raise NotYours(_("This is for the front desk of the site."))
    require_text(report.description, _("Write down what happened."))
    # No savepoint: the caller may stand in a transaction of its own, and nothing in here is caught.
    with transaction.atomic(savepoint=False):
        made = _made_before(report.request_key) if report.request_key else None
        if made is not None:
            return made, list(made.events.all()), list(made.timers.all())
        return _register(report, by, resident)


def may_report(user: User, report: Report) -> bool:
    """The desk writes down everybody's reports; everybody of the site their own."""
    if user.scope.holds(DESK, report.site.pk):
        return True
    return report.colleague == user and user.scope.holds(Role, report.site.pk)


def _made_before(request_key: UUID) -> Ticket | None:
    """The ticket of a form sent twice; the second waits for the first here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [request_key.int >> 65])
    return Ticket.objects.select_related("site").filter(request_key=request_key).first()


def _register(
    report: Report, by: User | None, resident: ApiAccount | None
) -> tuple[Ticket, list[TicketEvent], list[TicketTimer]]:
    number, now = next_number(report.site)
    received_at = min(report.received_at or now, now)
    if received_at < now - EARLIEST_RECEPTION:
        raise NotPossible(_("The reception lies more than a week back. Please look at the date."))
    at_the_desk = by is not None and by.scope.holds(DESK, report.site.pk)
    category = report.category
    grade = first_grade(
        report.kind,
        report.severity,
        Severity(category.severity) if category else Severity.MINOR,
        urgent=category is not None and category.urgent,
        dangerous=report.dangerous,
    )
    ticket = Ticket(
        number=number,
        site=report.site,
        kind=report.kind,
        channel=report.channel,
        category=report.category,
        severity=grade,
        dangerous=report.dangerous,
        severity_set_by=by if report.severity else None,
        unit=report.unit,
        resident=report.resident,
        reported_by=resident,
        colleague=report.colleague,
        visitor_name=report.visitor_name,
        visitor_phone=report.visitor_phone,
        description=report.description,
        occurred_at=report.occurred_at,
        place=report.place,
        about=report.about,
        about_person=person_called(report.about, report.site.pk),
        demand=report.demand,
        contact=report.contact,
        wished_on=report.wished_on,
        wish_confirmed_at=now if at_the_desk and report.wished_on else None,
        first_responsible=by if at_the_desk else None,
        received_at=received_at,
        round_began_at=received_at,
        request_key=report.request_key,
    )
    change = Change(ticket, [], now, by, resident, ledger_for(ticket, now, by))
    change.note(EventKind.REGISTERED, severity=ticket.severity, channel=ticket.channel, **notices.kind_of(ticket))
    begin_promises(change)
    show_next(ticket, change.timers)
    ticket.save(force_insert=True)
    change.write_rows()
    return ticket, change.events, change.timers


def begin_promises(change: Change, *, cause: str = "") -> None:
    """What a received report promises from its first second: to be dispatched, handed up, answered and resolved."""
    if change.ticket.kind == Kind.PRAISE:
        return
    change.begin(Target.DISPATCH, change.ticket.received_at, cause=cause)
    change.begin_from_reception(change.ticket.received_at, cause=cause)
    change.hand_up()
    change.alarm()
    if change.ticket.channel == ReportChannel.FORUM:  # until somebody notes when it was posted (C15)
        change.begin(Target.FORUM_REPLY, change.ticket.received_at)


def next_number(site: Site) -> tuple[str, datetime]:
    """The next number of the site's local day, such as YJW-20261121-0007, and the moment: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH clock AS (SELECT coalesce(%s::timestamptz, clock_timestamp()) AS now)
            INSERT INTO complaints_daynumber (site_id, day, last)
            SELECT %s, (now AT TIME ZONE %s)::date, 1 FROM clock
            ON CONFLICT (site_id, day) DO UPDATE SET last = complaints_daynumber.last + 1
            RETURNING last, day, (SELECT now FROM clock)
            """,
            [clock.fixed(), site.pk, site.time_zone],
        )
        last, day, now = cursor.fetchone()
    return f"{site.code}-{day:%Y%m%d}-{last:04d}", now
