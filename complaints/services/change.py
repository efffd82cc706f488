"""One change of one ticket: its row, timers, history and messages, written together or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints import notices, sla
from complaints.errors import NotPossible, NotYours, Stale, TransitionNotAllowed
from complaints.models import FAR_AWAY, Callback, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.services.keeping import Before
from complaints.services.mentioning import colleagues_of
from complaints.states import (
    ANSWERED_AT_ONCE,
    HANDED_UP_TO,
    OUTLIVE_THE_CLOSE,
    OVER,
    TRANSITIONS,
    EventKind,
    Kind,
    Severity,
    Status,
    Step,
    Target,
    Transition,
)
from portal.invisible import is_blank
from portal.notifications import outbox
from portal.notifications.models import Channel
from portal.notifications.outbox import Outgoing
from portal.organization.duty import people_for
from portal.organization.models import Membership, User
from portal.organization.roles import ABOVE, DEPARTMENT, DESK, Role
from portal.organization.scope import Scope
from portal.promises import clock, policies
from portal.promises.models import TimerState
from portal.promises.timekeeping import Ledger, Place, open_pause, pauses_of
from residents.models import ApiAccount

SECOND_THOUGHTS = timedelta(seconds=10)


@dataclass
class Change:
    """Everything a service needs while it holds the ticket. ``by`` is the person, or ``resident`` the caller."""

    ticket: Ticket
    timers: list[TicketTimer]
    now: datetime
    by: User | None
    resident: ApiAccount | None
    ledger: Ledger
    before: Before | None = None  # nothing stood before a registration
    callback: Callback | None = None
    events: list[TicketEvent] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)
    corrected: frozenset[str] = frozenset()  # columns that only a correction writes

    # --- may it be done ----------------------------------------------------------------------------------------------

    def require(self, step: Step, version: int | None = None) -> None:
        """Raises Stale, NotYours or TransitionNotAllowed, in this order."""
        self.refuse_stale(version)
        transition = TRANSITIONS[step]
        if self.by is not None and not may_take(self.by, step, self.ticket):
            raise NotYours(_("This step belongs to somebody else."), self.ticket)
        if self.ticket.status not in transition.start:
            raise TransitionNotAllowed(
                _("%(number)s is at “%(status)s”: this step is not possible there.")
                % {"number": self.ticket.number, "status": self.ticket.get_status_display()},
                self.ticket,
            )

    def require_desk(self, version: int | None = None) -> None:
        """For what the desk does besides the steps."""
        self.refuse_stale(version)
        if self.by is not None and not self.by.scope.holds(DESK, self.ticket.site_id):
            raise NotYours(_("This is for the front desk."), self.ticket)
        if self.ticket.status in OVER:
            raise TransitionNotAllowed(_("%(number)s is over.") % {"number": self.ticket.number}, self.ticket)

    def refuse_stale(self, version: int | None) -> None:
        if version is not None and version != self.ticket.version:
            raise Stale.of(self.ticket)

    # --- promises ----------------------------------------------------------------------------------------------------

    def begin(
        self,
        target: Target,
        started_at: datetime,
        *,
        fixed_due_at: datetime | None = None,
        cause: str = "",
        first_turn: int = 1,
    ) -> TicketTimer | None:
        """Start the next turn of ``target`` in this round; None where the policy promises nothing."""
        ticket = self.ticket
        turns = (t.turn for t in self.timers if t.target == target and t.round == ticket.round)
        turn = max(first_turn, 1 + max(turns, default=0))
        policy = policies.policy_for(
            ticket.site_id, ticket.kind, ticket.severity, ticket.category.code if ticket.category else ""
        )
        policy_target_id = policy.for_turn(target, turn) if policy else None
        if policy_target_id is None:
            return None
        timer = self.ledger.begin(
            policy_target_id,
            started_at,
            fixed_due_at=fixed_due_at,
            cause=cause,
            ticket=ticket,
            site_id=ticket.site_id,
            received_at=ticket.received_at,
            round=ticket.round,
            turn=turn,
        )
        self.timers.append(timer)  # type: ignore[arg-type]
        return timer  # type: ignore[return-value]

    def running(self, *targets: Target) -> list[TicketTimer]:
        return [timer for timer in self.timers if timer.is_open and (not targets or timer.target in targets)]

    def meet(self, *targets: Target, cause: str = "") -> None:
        for timer in self.running(*targets):
            self.ledger.meet(timer, cause=cause)

    def cancel(self, *targets: Target, cause: str) -> None:
        for timer in self.running(*targets):
            self.ledger.cancel(timer, cause=cause)

    def pauses(self, *, ending: datetime | None = None) -> dict[int, list[tuple[datetime, datetime]]]:
        """The pauses of each timer, by its id; one statement. ``ending`` ends those that are still open."""
        return {timer_id: pauses_of(found, ending=ending) for timer_id, found in self.steps().items()}

    def steps(self) -> dict[int, list[TimerStep]]:
        """What happened so far to each timer, by its id; one statement."""
        found: dict[int, list[TimerStep]] = {}
        for step in TimerStep.objects.filter(timer__in=[t for t in self.timers if t.pk]).order_by("pk"):
            found.setdefault(step.timer_id, []).append(step)
        return found

    def pause_what_may(self, *, until: datetime | None = None, cause: str) -> None:
        pauses = self.pauses() if until else {}
        for timer in self.running():
            if policies.limit_of(timer.policy_target_id).pausable:
                self.ledger.pause(timer, pauses.get(timer.pk, ()), until=until, cause=cause)

    def resume_paused(self, *, cause: str) -> None:
        """Waiting that ends in another step writes the resume first."""
        steps = self.steps()
        for timer in self.running():
            if open_pause(steps.get(timer.pk, ())) is not None:
                self.ledger.resume(timer, pauses_of(steps[timer.pk], ending=self.now), cause=cause)

    def pause_again(self, *, until: datetime | None, cause: str) -> None:
        """The same wait with another end: it ends and begins at this moment."""
        steps = self.steps()
        for timer in self.running():
            if open_pause(steps.get(timer.pk, ())) is not None:
                pauses = pauses_of(steps[timer.pk], ending=self.now)
                self.ledger.resume(timer, pauses, cause=cause)
                self.ledger.pause(timer, pauses, until=until, cause=cause)

    def begin_from_reception(self, started_at: datetime, *, cause: str = "") -> None:
        """What runs whatever the department does: resolving, the reply, the hand-ups. Missing ones only."""
        ticket = self.ticket
        there = {
            timer.target for timer in self.timers if timer.round == ticket.round and timer.state != TimerState.CANCELLED
        }
        for target in sla.targets_from_reception(
            Kind(ticket.kind), Severity(ticket.severity), dangerous=ticket.dangerous
        ):
            if target not in there:
                self.begin(
                    target,
                    started_at,
                    fixed_due_at=self.wished_deadline() if target == Target.RESOLVE else None,
                    cause=cause,
                )

    def wished_deadline(self) -> datetime | None:
        """The deadline that the resident wished, where it counts: confirmed, minor, and in the first round."""
        ticket = self.ticket
        confirmed = ticket.wish_confirmed_at is not None and ticket.round == 1
        if not sla.wish_moves(ticket.kind, Severity(ticket.severity), ticket.wished_on, confirmed):  # type: ignore[arg-type]
            return None
        return sla.wished_deadline(ticket.wished_on, ticket.site.zone) if ticket.wished_on else None

    # --- history and messages ----------------------------------------------------------------------------------------

    def note(self, kind: EventKind, text: str = "", **details: Any) -> None:
        self.events.append(
            TicketEvent(
                ticket=self.ticket,
                kind=kind,
                at=self.now,
                by=self.by,
                by_resident=self.resident,
                round=self.ticket.round,
                text=text,
                details=details,
            )
        )

    def tell(self, roles: Iterable[Role], kind: str, **params: Any) -> None:
        """Queue a notice to those roles' people, but not to the one who did it."""
        self._queue(notices.for_roles(self.ticket, roles, kind, params, now=self.now, but=self.by))

    def hand_up(self, timers: Iterable[TicketTimer] | None = None) -> None:
        """Tell the managers of each hand-up that begins in this change 转呈 (C4), also one who does it himself.

        The message is the proof: a hand-up without one was never handed up. ``timers``: of these instead.
        """
        begun = [timer for timer in self.running(*HANDED_UP_TO) if timer.pk is None] if timers is None else timers
        targets = [Target(timer.target) for timer in begun]
        if targets:
            roles = [HANDED_UP_TO[target] for target in targets]
            params = {"targets": [target.value for target in targets], "round": self.ticket.round}
            self._queue(notices.for_roles(self.ticket, roles, "handed_up", params, now=self.now, but=None))

    def tell_department(self, department_id: int, kind: str, **params: Any) -> None:
        """The same for a department that is not the ticket's own."""
        roles = [Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD]
        self._queue(
            notices.for_roles(self.ticket, roles, kind, params, now=self.now, but=self.by, department_id=department_id)
        )

    def tell_people(self, people: Iterable[int], kind: str, **params: Any) -> None:
        """Queue a notice to these very people, but not to the one who did it."""
        self._queue(notices.for_people(self.ticket, people, kind, params, now=self.now, but=self.by))

    def alarm(self) -> None:
        """The supervisor hears at once of danger or damage that goes on: where somebody now has to be on site."""
        if any(timer.pk is None for timer in self.running(Target.MADE_SAFE)):
            self.tell([Role.SUPERVISOR], "danger")

    def tell_all_concerned(self, kind: str, *, also: Iterable[Role] = (), **params: Any) -> None:
        """It ends without being handled: whoever has it, helps, watches or was handed it hears, each once (C4, C9).

        To be called before its hand-ups are cancelled.
        """
        self.tell_people(self.concerned(also), kind, **params)

    def concerned(self, also: Iterable[Role] = ()) -> list[int]:
        ticket, departments = self.ticket, [*filter(None, [self.ticket.department_id]), *self.ticket.also_with]
        of_round = {
            Target(t.target) for t in self.timers if t.round == ticket.round and t.state != TimerState.CANCELLED
        }
        posts = [([*also, *(HANDED_UP_TO[one] for one in of_round & HANDED_UP_TO.keys())], ticket.department_id)]
        posts += [([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD], one) for one in departments]
        found = [*filter(None, [*ticket.watchers, ticket.first_responsible_id])]
        for roles, department in posts:
            for _role, people in people_for(roles, site_id=ticket.site_id, department_id=department, at=self.now):
                found += [person.user_id for person in people]
        return list(dict.fromkeys(found))

    def _queue(self, told: list[Outgoing]) -> None:
        for message in told:
            message.key = str(max(len(self.events) - 1, 0))  # it tells of what was noted last
            if message.channel != Channel.IN_APP:  # what cannot be withdrawn waits for second thoughts
                message.not_before += SECOND_THOUGHTS
        self.messages += told

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self) -> None:
        ticket = self.ticket
        if ticket.status in OVER:
            ticket.closed_at = ticket.closed_at or self.now
            for timer in self.running():  # nothing climbs about a ticket that is over
                if timer.target not in OUTLIVE_THE_CLOSE or ticket.status != Status.CLOSED:
                    self.ledger.cancel(timer, cause=ticket.status)
            ticket.overtime_asked_of = ""
        show_next(ticket, self.timers)
        if ticket.watchers:
            told = {message.recipient_id for message in self.messages}
            seeing = {one.user_id for one in colleagues_of(ticket)}  # who lost sight of it hears no more
            self.tell_people(seeing & set(ticket.watchers) - told, "watched", step=self.events[0].kind)
        ticket.version += 1
        _begun, steps = self.ledger.rows()
        ticket.save(update_fields=[*SAVED, *sorted(self.corrected)])
        self.write_rows()
        if self.callback is not None:
            self.callback.save()
        if self.before is not None:
            self.before.remember(self, steps)

    def write_rows(self) -> None:
        """The history first: what it tells is keyed by the id that an event has got then, and it says who was told."""
        self.messages = notices.once_each(self.messages)
        told_of = [(self.events[int(message.key)], message) for message in self.messages]
        for event, message in told_of:
            event.details["told"] = sorted({*event.details.get("told", ()), message.recipient_id})
        TicketEvent.objects.bulk_create(self.events)
        self.ledger.write()
        for event, message in told_of:
            message.key = event.message_key
        outbox.put(self.messages)


SAVED = [
    field.attname
    for field in Ticket._meta.concrete_fields
    if field.name
    not in {"id", "uuid", "number", "site", "kind", "channel", "description", "received_at", "request_key", "lane"}
]


SAVED_BY_CORRECTIONS = frozenset({"kind", "description"})  # and by their undoing; no other change touches them


def show_next(ticket: Ticket, timers: Iterable[TicketTimer]) -> None:
    """Keep on the ticket what the queue shows: the running promise that is due first, and the open hand-ups."""
    running = [timer for timer in timers if timer.state == TimerState.RUNNING and timer.due_at is not None]
    first = min(running, key=lambda timer: (timer.due_at, timer.started_at, timer.target, timer.turn), default=None)
    ticket.next_target = first.target if first else ""
    ticket.next_started_at = first.started_at if first else None
    ticket.next_warn_at = first.warn_at if first else None
    ticket.next_due_at = first.due_at if first else None
    ticket.next_rule = policies.limit_of(first.policy_target_id).rule if first else ""
    ticket.queue_at = (first.due_at if first else None) or FAR_AWAY
    ticket.open_hand_ups = sorted({timer.target for timer in running if timer.target in HANDED_UP_TO})
    ticket.resolve_due_at = next((timer.due_at for timer in running if timer.target == Target.RESOLVE), None)


def may_take(user: User, step: Step, ticket: Ticket) -> bool:
    """Whether the step is this person's, wherever the ticket stands: the desk's, or its own department's."""
    transition = TRANSITIONS[step]
    scope = user.scope
    if ticket.about_person_id == user.pk:
        return False  # nobody handles a complaint about himself (C23)
    if step == Step.VOID and ticket.was_signed():
        return scope.holds({Role.SUPERVISOR}, ticket.site_id)
    manager_decides = ticket.severity == Severity.MAJOR and step in {Step.DECLINE, Step.WAIT}
    if (
        manager_decides
    ):  # INTERFACES §5 and docs/sla.md: a major ticket is declined or paused by the supervising manager
        return scope.holds({Role.SUPERVISING_MANAGER}, ticket.site_id)
    if transition.desk and scope.holds(DESK, ticket.site_id):
        return True
    if ticket.department_id is None:
        return False
    if scope.holds_in(ticket.department_id, transition.department, ticket.site_id):
        return True
    if step == Step.NOTE and any(scope.holds_in(pk, transition.department, ticket.site_id) for pk in ticket.also_with):
        return True  # a second department writes down what it does
    return ticket.about_person_id is not None and _stands_above(scope, transition, ticket)


def has_in_hand(user: User, ticket: Ticket, desk: Iterable[Role] = DESK) -> bool:
    """Whether the ticket is this person's work: at its site's ``desk``, or in the department that has it."""
    scope = user.scope
    return scope.holds(desk, ticket.site_id) or scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id)


def _stands_above(scope: Scope, transition: Transition, ticket: Ticket) -> bool:
    """Where the one complained about would take the step, the next role up does (C23)."""
    theirs = Membership.objects.filter(user=ticket.about_person_id, department=ticket.department_id)
    passed_up = {
        ABOVE[Role(role)] for role in theirs.values_list("role", flat=True) if Role(role) in transition.department
    }
    return scope.holds(passed_up, ticket.site_id)


def steps_open_to(user: User, ticket: Ticket) -> list[Step]:
    """The steps that this person may take on this ticket now, the likeliest next one first. No statement."""
    steps = [step for step in _LIKELIEST if ticket.status in TRANSITIONS[step].start and may_take(user, step, ticket)]
    if ticket.waits_for_form:
        steps = [step for step in steps if step != Step.INFORM]
    else:
        steps = [step for step in steps if step != Step.RETURN]
    if ticket.kind not in ANSWERED_AT_ONCE:
        steps = [step for step in steps if step != Step.ANSWER_AT_ONCE]
    if ticket.kind != Kind.PRAISE:
        return [step for step in steps if step != Step.PASS_ON]
    return [step for step in steps if step == Step.PASS_ON]


_LIKELIEST = (
    Step.PASS_ON,
    Step.SIGN,
    Step.RESUME,
    Step.RETURN,
    Step.INFORM,
    Step.RESOLVE,
    Step.DISPATCH,
    Step.NOTE,
    Step.ANSWER_AT_ONCE,
    Step.ANSWER,
    Step.WAIT,
    Step.SEND_BACK,
    Step.DECLINE,
    Step.REOPEN,
    Step.MERGE,
)


@contextmanager
def changing(ticket_id: int, *, by: User | None = None, resident: ApiAccount | None = None) -> Iterator[Change]:
    """Lock the ticket and its timers, read the clock once, and write what the body did. Raises Ticket.DoesNotExist."""
    with transaction.atomic():
        # no_key: colleagues may still add events pointing at this row while we hold it. First the ticket, then its
        # timers: the sweep takes timers alone and never waits, so the two cannot lock each other out.
        ticket = (
            Ticket.objects.select_for_update(of=("self",), no_key=True)
            .select_related("site", "department", "category", "unit", "resident")
            .get(pk=ticket_id)
        )
        timers = list(TicketTimer.objects.select_for_update(no_key=True).filter(ticket=ticket).order_by("pk"))
        now = clock.now()
        change = Change(
            ticket=ticket, timers=timers, now=now, by=by, resident=resident, ledger=ledger_for(ticket, now, by)
        )
        change.before = Before(ticket, timers)
        yield change
        if change.events:
            change.write()


def ledger_for(ticket: Ticket, now: datetime, by: User | None) -> Ledger:
    return Ledger(TicketTimer, TimerStep, Place(ticket.site_id, ticket.site.time_zone), now, by.pk if by else None)


def require_text(text: str, what: str) -> str:
    """``text`` without surrounding white space. Raises NotPossible when nothing that shows is left."""
    if is_blank(text):
        raise NotPossible(what)
    return text.strip()
