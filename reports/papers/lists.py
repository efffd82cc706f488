"""The lists behind a report, as they stand at one moment: tickets, calls, visits, homes, common issues.

No list names a resident; a ticket is its number and its title.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Coalesce

from complaints import callback_rate
from complaints.models import Callback, Category, CommonIssue, Ticket, TicketTimer, title_of
from complaints.states import ALWAYS_CALLED_BACK, Status, Target
from portal.organization.models import Department, Site
from reports import kept
from reports.causes import causes
from reports.periods import Period
from residents import phones
from visits.coverage import State, cells_of
from visits.models import HomeVisit
from visits.states import Status as VisitStatus

Table = tuple[Sequence[str], list[list[Any]]]
TICKETS = (
    "number", "title", "kind", "severity", "category", "department", "received", "month", "status", "done", "kept",
    "cause",
)  # fmt: skip
DONE = frozenset({Status.RESOLVED, Status.INFORMED, Status.DECLINED, Status.CLOSED})


def lists_of(site: Site, period: Period, now: datetime, *, stood_open: Table | None = None) -> dict[str, Table]:
    """A fixed number of statements, whatever the rows. ``stood_open``: what a correction takes over from then."""
    return {
        "tickets": _tickets(site, period, now),
        "open": stood_open or _open(site, period, now),
        "calls": _calls(site, period, now),
        "visits": _visits(site, period),
        "homes": _homes(site, period),
        "common": _common(site, period),
    }


def english_of(site: Site) -> dict[str, str]:
    """What departments and categories are called in English, by the name that the lists have."""
    departments = Department.objects.filter(site=site).exclude(name_en="").values_list("name", "name_en")
    categories = Category.objects.filter(parent=None).exclude(name_en="").values_list("name", "name_en")
    return {**dict(categories), **dict(departments)}


def _tickets(site: Site, period: Period, now: datetime) -> Table:
    """What was received in the period and not withdrawn, each with how its resolution was kept."""
    how, cause = _how_kept(site, period, now), _causes(site, period, now)
    received = {"received_at__gte": period.begins, "received_at__lt": period.ends}
    rows = _columns_of(Ticket.objects.filter(site=site, **received).exclude(status__in=[Status.WITHDRAWN, Status.VOID]))
    return TICKETS, [
        [*_ticket(row, period), how.get(pk, ""), cause.get(pk, "")] for pk, *row in rows.order_by("received_at", "pk")
    ]


def _columns_of(tickets: Any) -> Any:
    return tickets.annotate(main_category=Coalesce("category__parent__name", "category__name")).values_list(
        "pk", "number", "description", "kind", "severity", "main_category", "department__name", "received_at", "status"
    )


def _ticket(row: Sequence[Any], period: Period) -> list[Any]:
    number, description, kind, severity, category, department, received_at, status = row
    local = received_at.astimezone(period.zone)
    plain = [number, _title(description), kind, severity, category or "", department or ""]
    return [*plain, local.isoformat(timespec="seconds"), f"{local:%Y-%m}", status, status in DONE]


def _title(description: str) -> str:
    """As lists show a ticket; a number that somebody typed into it stays in the house's archive."""
    return phones.masked_in(title_of(description))


def _how_kept(site: Site, period: Period, now: datetime) -> dict[int, str]:
    """By ticket, over all its rounds: late once is late; kept where none runs any more; as first set or as approved."""
    flags = {
        f"is_{name}": ExpressionWrapper(where, output_field=BooleanField())
        for name, where in kept.conditions(now).items()
        if name in {"late", "running", "kept", "kept_at_first"}
    }
    rows = _resolutions(site, period).annotate(**flags)
    of_tickets: dict[int, list[str]] = {}
    for pk, late, running, first, in_time in rows.values_list(
        "ticket", "is_late", "is_running", "is_kept_at_first", "is_kept"
    ):
        how = "late" if late else "running" if running else "kept_at_first" if first else "kept" if in_time else ""
        of_tickets.setdefault(pk, []).append(how)
    worst = ("late", "running", "kept", "kept_at_first")
    return {pk: next((how for how in worst if how in found), "") for pk, found in of_tickets.items()}


def _causes(site: Site, period: Period, now: datetime) -> dict[int, str]:
    """By ticket whose resolution was late: who had it longest meanwhile; of very many, the newest alone."""
    late = _resolutions(site, period).filter(kept.conditions(now)["late"])
    of_timers = {pk: had or "" for had, found in causes(late, now).items() for pk in found}
    return {ticket: of_timers.get(pk, "") for pk, ticket in late.order_by("pk").values_list("pk", "ticket")}


def _resolutions(site: Site, period: Period) -> QuerySet[TicketTimer]:
    received = {"received_at__gte": period.begins, "received_at__lt": period.ends}
    return TicketTimer.objects.filter(target=Target.RESOLVE, site=site, **received).counted()


def _open(site: Site, period: Period, now: datetime) -> Table:
    """What was received before the period's end and is open at the moment of counting."""
    waiting = Ticket.objects.filter(site=site, received_at__lt=period.ends).open()
    late = set(waiting.filter(next_due_at__lt=now).values_list("pk", flat=True))
    rows = _columns_of(waiting).order_by("received_at", "pk")
    head = (*TICKETS[:-2], "late")
    return head, [[*_ticket(row, period), pk in late] for pk, *row in rows]


def _calls(site: Site, period: Period, now: datetime) -> Table:
    """The callbacks of those who were told in the period (K5)."""
    names = ("due", "finished", "judged", "satisfied")
    found = callback_rate.conditions(now)
    flags = {f"is_{name}": ExpressionWrapper(found[name], output_field=BooleanField()) for name in names}
    rows = Callback.objects.told_from(period.begins, period.ends).filter(ticket__site=site).annotate(**flags)
    columns = ("ticket__number", "ticket__description", "ticket__kind", "ticket__department__name", "told_at")
    lines = [
        [
            number,
            _title(said),
            _called(kind),
            kind,
            department or "",
            _local(told, period),
            *(bool(flag) for flag in asked),
        ]
        for number, said, kind, department, told, *asked in rows.order_by("told_at", "pk").values_list(*columns, *flags)
    ]
    return ("number", "title", "of", "kind", "department", "told", *names), lines


def _called(kind: str) -> str:
    return "complaint" if kind in ALWAYS_CALLED_BACK else "request"


def _local(at: datetime, period: Period) -> str:
    return at.astimezone(period.zone).isoformat(timespec="seconds")


def _visits(site: Site, period: Period) -> Table:
    rows = HomeVisit.objects.filter(
        site=site, status=VisitStatus.DONE, ended_at__gte=period.begins, ended_at__lt=period.ends
    )
    columns = rows.order_by("ended_at", "pk").values_list("unit__room", "kind", "ended_at")
    return ("room", "visit_kind", "ended"), [[room, kind, _local(at, period)] for room, kind, at in columns]


def _homes(site: Site, period: Period) -> Table:
    """The homes that count for the coverage (V6), and which had been visited this year by the period's last day."""
    last = period.after - timedelta(days=1)
    counted = [cell for cell in cells_of(site, last) if cell.state != State.EMPTY]
    return ("room", "building", "seen"), [
        [cell.room, cell.building, cell.first is not None and cell.first <= last] for cell in counted
    ]


def _common(site: Site, period: Period) -> Table:
    """The callers of the common issues that stood in the period, opened before its end and not closed before it."""
    issues = CommonIssue.objects.filter(site=site, opened_at__lt=period.ends)
    issues = issues.filter(Q(closed_at=None) | Q(closed_at__gte=period.begins))
    rows = issues.values_list(
        "pk", "title", "outcome", "published_text", "callers__ticket__number", "callers__ticket__description"
    )
    head = ("issue", "issue_title", "outcome", "said", "number", "title")
    return head, [
        [pk, *map(phones.masked_in, (title, outcome, said)), number or "", _title(description or "")]
        for pk, title, outcome, said, number, description in rows.order_by("opened_at", "pk", "callers__pk")
    ]
