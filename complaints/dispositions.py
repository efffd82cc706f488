"""The disposition register 投诉处置记录表 (C7): one line a ticket, read from its history; nobody keeps it by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.forms import MarkField
from complaints.models import Callback, Ticket, TicketEvent, TicketQuerySet, TicketTimer, TimerStep
from complaints.searching import tickets_matching
from complaints.states import EventKind, Kind, Severity, Status, Target
from portal.organization.models import Site
from portal.organization.roles import DESK, MANAGEMENT, Role
from portal.promises.models import TimerEventKind, TimerState

READERS = DESK | MANAGEMENT | {Role.DEPARTMENT_HEAD}
LONGEST_DAYS = 366
YEARS = range(2000, 2101)
BATCH = 1000
ANY_KIND = "any"
LATE, WITHIN = "late", "within"
HOW_KEPT = ((WITHIN, pgettext_lazy("limit", "Within the limit")), (LATE, pgettext_lazy("limit", "Past the limit")))
# Where each fact of a line stands in a ticket's history.
SIGNED, HANDLED, RETURNED, TOLD = "signed", "handled", "returned", "told"
FACTS = {
    EventKind.SIGNED: (SIGNED,),
    EventKind.RESOLVED: (HANDLED,),
    EventKind.ANSWERED: (HANDLED,),
    EventKind.RETURNED: (RETURNED,),
    EventKind.INFORMED: (TOLD,),
    EventKind.DECLINED: (HANDLED, TOLD),
}


class RegisterFilterForm(forms.Form):
    """Which lines. A month goes before dates; a value that is none of those offered is said, and does not narrow."""

    site = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    month = forms.DateField(label=_("Month"), input_formats=["%Y-%m"], required=False)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)
    kind = forms.ChoiceField(choices=[("", ""), (ANY_KIND, ""), *Kind.choices], required=False)
    severity = forms.ChoiceField(choices=[("", ""), *Severity.choices], required=False)
    department = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    kept = forms.ChoiceField(choices=[("", ""), *HOW_KEPT], required=False)
    q = forms.CharField(max_length=60, required=False)
    after = MarkField(max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        for name in ("month", "since", "until"):
            if asked.get(name) and asked[name].year not in YEARS:
                self.add_error(name, ValidationError(_("Choose a year from 2000 to 2100.")))
        since, until = asked.get("since"), asked.get("until")
        if since and until and not asked.get("month"):
            if since > until:
                self.add_error("since", ValidationError(_("The first day comes after the last one.")))
            elif (until - since).days >= LONGEST_DAYS:
                self.add_error("since", ValidationError(_("Choose at most a year at once.")))
        return asked

    def usable(self) -> dict[str, Any]:
        self.full_clean()
        blank: dict[str, Any] = dict.fromkeys(self.fields)
        return blank | {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


def days_asked(asked: dict[str, Any], today: date) -> tuple[date, date]:
    """The first day and the last; where nothing is asked, the month of today so far."""
    if month := asked["month"]:
        return month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    since, until = asked["since"], asked["until"]
    if since is None and until is None:
        return today.replace(day=1), today
    if until is None:
        until = max(since, min(today, since + timedelta(days=LONGEST_DAYS - 1)))
    return since or until.replace(day=1), until


def lines_asked(
    visible: TicketQuerySet, site: Site, asked: dict[str, Any], days: tuple[date, date], now: datetime
) -> TicketQuerySet:
    """The tickets of the register, newest first: one range of an index by site and reception."""
    first, last = (datetime.combine(day, time(0), tzinfo=site.zone) for day in (days[0], days[1] + timedelta(days=1)))
    found = visible.filter(site_id=site.pk, received_at__gte=first, received_at__lt=last)
    if asked["kind"] != ANY_KIND:
        found = found.filter(kind=asked["kind"] or Kind.COMPLAINT)
    if asked["severity"]:
        found = found.filter(severity=asked["severity"])
    if asked["department"]:
        found = found.filter(department_id=asked["department"])
    if asked["kept"]:
        found = found.filter(_kept(asked["kept"], now)).exclude(status=Status.VOID)
    if asked["q"]:
        found = found.filter((tickets_matching(asked["q"]) or Q()) | Q(description__contains=asked["q"]))
    return found.order_by("-received_at", "-pk")


def _kept(how: str, now: datetime) -> Q:
    promise = TicketTimer.objects.filter(ticket=OuterRef("pk"), target=Target.RESOLVE)
    late = Exists(promise.filter(Q(breached_at__isnull=False) | Q(state=TimerState.RUNNING, due_at__lt=now)))
    return Q(late) if how == LATE else ~late & Exists(promise.exclude(state=TimerState.CANCELLED))


def going_on(found: TicketQuerySet, after: tuple[datetime, int] | None) -> TicketQuerySet:
    if after is None:
        return found
    moment, pk = after
    return found.filter(received_at__lte=moment).filter(Q(received_at__lt=moment) | Q(pk__lt=pk))


@dataclass(slots=True)
class Fact:
    kind: str
    at: datetime
    who: str
    text: str
    details: dict[str, Any]


@dataclass(slots=True)
class Line:
    """One ticket: what stands now, of its present round; the limit counts over all rounds."""

    ticket: Ticket
    facts: dict[str, Fact] = field(default_factory=dict)
    callback: Callback | None = None
    due_at: datetime | None = None
    kept: str = ""  # within, late, or nothing while it runs and where nothing was promised
    first_due_at: datetime | None = None  # the limit as first set, where more time was granted
    kept_at_first: str = ""


def lines_of(tickets: Iterable[Ticket], now: datetime) -> Iterator[Line]:
    """Four statements for each batch; the tickets come with their unit and resident."""
    waiting = iter(tickets)
    while batch := list(islice(waiting, BATCH)):
        yield from _lines(batch, now)


def _lines(batch: list[Ticket], now: datetime) -> list[Line]:
    lines = {ticket.pk: Line(ticket) for ticket in batch}
    for ticket_id, turn, fact in _standing(list(lines)):
        line = lines[ticket_id]
        if turn == line.ticket.round:
            line.facts.update(dict.fromkeys(FACTS[EventKind(fact.kind)], fact))
    for callback in Callback.objects.filter(ticket_id__in=list(lines), finished_at__isnull=False).order_by("round"):
        lines[callback.ticket_id].callback = callback
    promises: dict[int, list[_Promise]] = defaultdict(list)
    for promise in _promises(list(lines)):
        promises[promise.ticket_id].append(promise)
    for ticket_id, all_of_it in promises.items():
        if lines[ticket_id].ticket.status != Status.VOID:  # its number stays in the register, and counts for nothing
            lines[ticket_id].due_at, lines[ticket_id].kept = _result(all_of_it, now)
    timers = {promise.pk: promise for all_of_it in promises.values() for promise in all_of_it}
    extended = TimerStep.objects.filter(
        timer_id__in=list(timers), kind=TimerEventKind.RECOMPUTED, details__cause="overtime", details__was__gt=""
    )
    # The first one last, as it has the first limit.
    for timer_id, was in extended.order_by("-pk").values_list("timer_id", "details__was"):
        line, met_at = lines[timers[timer_id].ticket_id], timers[timer_id].met_at
        line.first_due_at = datetime.fromisoformat(was)
        line.kept_at_first = LATE if (met_at or now) > line.first_due_at else WITHIN
    return list(lines.values())


def _standing(tickets: list[int]) -> list[tuple[int, int, Fact]]:
    """Ticket, round and what happened; as rows, since a register of 10,000 lines reads 50,000 of them."""
    columns = ("pk", "ticket_id", "round", "kind", "at", "by__name", "text", "details")
    events = TicketEvent.objects.filter(ticket_id__in=tickets, kind__in=[*FACTS, EventKind.UNDONE])
    found = list(events.order_by("at", "pk").values_list(*columns))
    gone = {pk for *_same, kind, _at, _who, _text, how in found if kind == EventKind.UNDONE for pk in how["undone"]}
    return [
        (ticket_id, turn, Fact(kind, at, who or "", text, details))
        for pk, ticket_id, turn, kind, at, who, text, details in found
        if kind != EventKind.UNDONE and pk not in gone
    ]


class _Promise(NamedTuple):
    pk: int
    ticket_id: int
    state: str
    due_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None


def _promises(tickets: list[int]) -> Iterator[_Promise]:
    found = TicketTimer.objects.filter(ticket_id__in=tickets, target=Target.RESOLVE).order_by("round", "turn")
    return map(_Promise._make, found.values_list(*_Promise._fields))


def _result(timers: list[_Promise], now: datetime) -> tuple[datetime | None, str]:
    last = timers[-1]
    if any(t.breached_at or (t.state == TimerState.RUNNING and t.due_at and t.due_at < now) for t in timers):
        return last.due_at, LATE
    return last.due_at, WITHIN if last.state == TimerState.MET else ""
