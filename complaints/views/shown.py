"""What pages show of a ticket: words, clocks and marks, made once for each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from complaints.models import Ticket, TicketQuerySet, TicketTimer, title_of
from complaints.shielding import hides
from complaints.states import HANDED_UP_TO, Kind, Severity, Status, Target, grade_label
from portal.organization.scope import Scope
from portal.pages import moments
from portal.pages.countdown import DAY, HOUR, TimeLeft, amount_words, tick_words, time_left
from portal.pages.houses import department_of, site_of
from portal.pages.templatetags.icons import use
from portal.promises.limits import Rule
from portal.promises.models import TimerState

BARS = {Severity.MINOR: use("bars-1"), Severity.IMPORTANT: use("bars-2"), Severity.MAJOR: use("bars-3")}

# The limit beside a countdown is short: what is due, and how long it may take.
DUE = {
    Target.DISPATCH: pgettext_lazy("limit", "Dispatch"),
    Target.SIGN: pgettext_lazy("limit", "Sign"),
    Target.HAND_UP_SUPERVISING_MANAGER: pgettext_lazy("limit", "Acknowledge"),
    Target.HAND_UP_GENERAL_MANAGER: pgettext_lazy("limit", "Acknowledge"),
    Target.VIA_OPERATIONS: pgettext_lazy("limit", "Acknowledge"),
    Target.REPLY: pgettext_lazy("limit", "Reply"),
    Target.RESOLVE: pgettext_lazy("limit", "Resolve"),
    Target.ARRIVE: pgettext_lazy("limit", "On site"),
    Target.MADE_SAFE: pgettext_lazy("limit", "Made safe"),
    Target.CORRECTIVE_MEASURE: pgettext_lazy("limit", "Measure"),
    Target.RETURN_FORM: pgettext_lazy("limit", "Return"),
    Target.INFORM: pgettext_lazy("limit", "Inform"),
    Target.CALLBACK: pgettext_lazy("limit", "Call back"),
    Target.FORUM_REPLY: pgettext_lazy("limit", "Reply"),
    Target.INCIDENT_REPORT: pgettext_lazy("limit", "Report"),
    Target.WRITTEN_REPORT: pgettext_lazy("limit", "Report"),
    Target.PROMISE: pgettext_lazy("limit", "Keep the promise"),
    Target.PROGRESS: pgettext_lazy("limit", "Tell how it stands"),
    Target.CHASE: pgettext_lazy("limit", "Ask about the wait"),
}
FIRED_BEFORE_ANYBODY_ABOVE = 1  # the warning goes to the owner; what fires after it has climbed


@dataclass(slots=True)
class Row:
    """One line of a list."""

    number: str
    version: int
    severity: str
    severity_word: str
    bars: SafeString
    matter: str
    kind_word: str
    told: str
    round: int
    who: str
    room: str
    step_word: str
    with_words: str
    left: TimeLeft
    clock: SafeString
    limit: str


class Words:
    """The labels of one answer in one language: looked up once, not once a row."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.tick = tick_words()
        self.grade = {(kind, grade): str(grade_label(kind, grade)) for kind in Kind for grade in Severity}
        self.kind = {value: str(label) for value, label in Kind.choices}
        self.status = {value: str(label) for value, label in Status.choices}
        self.due = {target.value: str(label) for target, label in DUE.items()}
        self.role = {target.value: str(role.label) for target, role in HANDED_UP_TO.items()}
        self.nobody = pgettext("department", "nobody yet")
        self.desk = pgettext("department", "front desk")
        self.to_return = pgettext("status", "To return")
        self.acknowledge = pgettext("status", "To acknowledge")

    def step_of(self, ticket: Ticket | Line) -> str:
        """Where the ticket stands; handled, it first waits for its form, and only then the resident can be told."""
        return self.to_return if ticket.waits_for_form else self.status[ticket.status]

    def left(self, due_at: datetime | None, started_at: datetime | None, soon_at: datetime | None) -> TimeLeft:
        return time_left(self.now, due_at=due_at, started_at=started_at, soon_at=soon_at, words=self.tick)

    def limit(self, target: str, rule: str, started_at: datetime | None, due_at: datetime | None, zone: tzinfo) -> str:
        """ "Dispatch 10 min"; where the length is no round figure (pauses, a wished date), the deadline itself."""
        if due_at is None or started_at is None or not target:
            return ""
        what = self.due.get(target, target)
        if rule == Rule.END_OF_LOCAL_DAY:
            return _("%(what)s the same day") % {"what": what}
        seconds = round((due_at - started_at).total_seconds())
        if rule == Rule.AMOUNT and _is_round(seconds):
            return pgettext("limit", "%(what)s %(limit)s") % {"what": what, "limit": amount_words(due_at - started_at)}
        return _("%(what)s by %(moment)s") % {"what": what, "moment": moments.short(due_at, zone)}


def _is_round(seconds: int) -> bool:
    return seconds % 60 == 0 if seconds < HOUR else seconds % HOUR == 0 if seconds < DAY else seconds % DAY == 0


def clock_attributes(left: TimeLeft, zone: tzinfo) -> SafeString:
    """What the page's script needs to tick: the deadline with its offset, the start, and when it is due soon."""
    if left.due_at is None or left.started_at is None or left.soon_at is None:
        return mark_safe("")
    due = left.due_at.astimezone(zone).isoformat(timespec="seconds")
    return format_html(
        ' datetime="{}" data-from="{}" data-soon="{}"',
        due,
        int(left.started_at.timestamp()),
        int(left.soon_at.timestamp()),
    )


def climbed(ticket: Ticket, timers: Iterable[TicketTimer]) -> int:
    """How many levels the late promise has fired that the queue shows; lists ask the database (``with_climbed``)."""
    late = [t for t in timers if t.target == ticket.next_target and t.state == TimerState.RUNNING and t.breached_at]
    return max(late, key=lambda timer: timer.pk).levels_fired if late else 0


def told_words(ticket: Line) -> str:
    """How far up a late promise has climbed; empty while nobody above was told."""
    climbed = (ticket.climbed or 0) - FIRED_BEFORE_ANYBODY_ABOVE
    if climbed <= 0:
        return ""
    return ngettext("%(count)d level up", "%(count)d levels up", climbed) % {"count": climbed}


class Line(NamedTuple):
    """One ticket as a list reads it: flat, as fifty times five models cost a third of the page."""

    pk: int
    number: str
    version: int
    site_id: int
    department_id: int | None
    kind: str
    severity: str
    status: str
    round: int
    description: str
    visitor_name: str
    resident: str | None
    room: str | None
    handler: str | None
    next_target: str
    next_started_at: datetime | None
    next_warn_at: datetime | None
    next_due_at: datetime | None
    next_rule: str
    queue_at: datetime
    waits_for_form: bool
    name_hidden: bool
    climbed: int | None


_LOOKUPS = {"resident": "resident__name", "room": "unit__room", "handler": "handler__name"}


def lines_of(tickets: TicketQuerySet, scope: Scope) -> list[Line]:
    """As these posts may see them: a hidden name stays at the desk."""
    columns = [_LOOKUPS.get(name, name) for name in Line._fields]
    lines = map(Line._make, tickets.with_climbed().values_list(*columns))
    return [
        line._replace(resident=None, visitor_name="", room=None)
        if line.name_hidden and hides(scope, line.site_id)
        else line
        for line in lines
    ]


def line_of(ticket: Ticket) -> Line:
    """Of a ticket that is there anyway, with its unit, resident and handler."""
    joined = {
        "resident": ticket.resident.name if ticket.resident else None,
        "room": ticket.unit.room if ticket.unit else None,
        "handler": ticket.handler.name if ticket.handler else None,
        "climbed": getattr(ticket, "climbed", None),
    }
    return Line(**{name: getattr(ticket, name) for name in Line._fields if name not in joined}, **joined)


def rows_of(lines: Iterable[Line], now: datetime) -> list[Row]:
    words = Words(now)
    return [row_of(line, words) for line in lines]


def row_of(ticket: Line, words: Words) -> Row:
    zone = site_of(ticket.site_id).zone
    left = words.left(ticket.next_due_at, ticket.next_started_at, ticket.next_warn_at)
    if ticket.status == Status.WAITING and left.state == "none":
        left = on_hold()
    step, holder = words.step_of(ticket), _holder(ticket, words)
    if ticket.next_target in words.role and ticket.status != Status.REGISTERED:
        step, holder = words.acknowledge, words.role[ticket.next_target]
    return Row(
        number=ticket.number,
        version=ticket.version,
        severity=ticket.severity,
        severity_word=words.grade[ticket.kind, ticket.severity],  # type: ignore[index]
        bars=BARS[Severity(ticket.severity)],
        matter=title_of(ticket.description) or ticket.number,
        kind_word=words.kind[ticket.kind],
        told=told_words(ticket),
        round=ticket.round,
        who=ticket.visitor_name if ticket.resident is None else ticket.resident,
        room=ticket.room or "",
        step_word=step,
        with_words=holder,
        left=left,
        clock=clock_attributes(left, zone),
        limit=words.limit(ticket.next_target, ticket.next_rule, ticket.next_started_at, ticket.next_due_at, zone),
    )


def on_hold() -> TimeLeft:
    """A clock that stands: no deadline, never late."""
    return TimeLeft("hold", pgettext("countdown", "on hold"), 0)


def _holder(ticket: Line, words: Words) -> str:
    if ticket.status in {Status.INFORMED, Status.DECLINED} or (
        ticket.status == Status.RESOLVED and not ticket.waits_for_form
    ):
        return words.desk
    if ticket.department_id is None:
        return words.nobody
    department = str(department_of(ticket.department_id))
    return f"{department} · {ticket.handler}" if ticket.handler else department


def bars_of(ticket: Ticket) -> SafeString:
    return BARS[Severity(ticket.severity)]
