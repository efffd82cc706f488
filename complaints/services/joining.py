"""Tickets that belong together, and others who take part: merge, links, second departments, watchers (C19)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Ticket, TicketLink, TicketTimer
from complaints.services.change import Change, changing
from complaints.services.grading import recompute
from complaints.services.overtime import ask_the_right_one
from complaints.services.promising import give_word
from complaints.states import UNRESOLVED, EventKind, Kind, Severity, Status, Step, Target, graded
from portal.organization.models import Department, User
from portal.organization.roles import DEPARTMENT, Role
from residents.models import ApiAccount


@transaction.atomic
def merge_tickets(later_id: int, earlier_id: int, *, by: User, version: int | None = None) -> Ticket:
    """The later ticket goes into the earlier one, which keeps its start and takes the higher grade of both.

    The later one's timers lapse, not breached.

    What was promised to its resident is promised on the earlier one; whoever is not of the earlier one's household is
    told and called back for themselves (``bring_back``). Again changes nothing. Raises the refusals of ``require``, and
    NotPossible for tickets that do not fit: another site, over, or received after this one.
    """
    with changing_both(later_id, earlier_id, by=by) as (change, into):
        ticket, earlier = change.ticket, into.ticket
        if ticket.merged_into_id == earlier.pk:
            return ticket
        change.require(Step.MERGE, version)
        if ticket.pk == earlier.pk or ticket.site_id != earlier.site_id:
            raise NotPossible(_("Choose another ticket of the same site."), ticket)
        if (earlier.received_at, earlier.pk) > (ticket.received_at, ticket.pk):
            raise NotPossible(
                _("%(number)s came later: merge that one into this one.") % {"number": earlier.number}, ticket
            )
        if Kind.PRAISE in {ticket.kind, earlier.kind} and ticket.kind != earlier.kind:
            raise NotPossible(_("Praise is not merged with anything else."), ticket)
        if earlier.status not in UNRESOLVED:
            raise NotPossible(_("%(number)s is handled already.") % {"number": earlier.number}, ticket)
        if ticket.claim_with:
            raise NotPossible(_("A claim is open here: it is decided first."), ticket)
        promised = change.running(Target.PROMISE)
        ticket.status, ticket.status_before_wait, ticket.merged_into = Status.MERGED, "", earlier
        ticket.waits_for, ticket.waits_until = "", None
        change.note(EventKind.MERGED, into=earlier.number)
        change.tell_all_concerned("merged", into=earlier.number)
        into.note(EventKind.ABSORBED, ticket.description, number=ticket.number)
        _move_promises(into, ticket, promised)
        into.tell([Role.DEPARTMENT_STAFF] if earlier.department_id else [Role.RECEPTIONIST], "absorbed")
        _keep_the_higher_grade(into, ticket)
    return ticket


def _keep_the_higher_grade(into: Change, ticket: Ticket) -> None:
    """The earlier one takes the grade of the later, with its limits and hand-ups, where that is higher."""
    earlier, grades = into.ticket, list(Severity)
    grade, was = graded(earlier.kind, ticket.severity), Severity(earlier.severity)
    danger = ticket.dangerous and not earlier.dangerous
    if grades.index(grade) <= grades.index(was) and not danger:
        return
    earlier.severity, earlier.severity_set_by = max(grade, was, key=grades.index), into.by
    earlier.dangerous = earlier.dangerous or ticket.dangerous
    recompute(into, cause="regrade")
    ask_the_right_one(into)
    into.note(EventKind.REGRADED, was=was, severity=earlier.severity, number=ticket.number)
    into.hand_up()
    into.alarm()


def _move_promises(into: Change, ticket: Ticket, promised: list[TicketTimer]) -> None:
    given = ticket.events.filter(kind=EventKind.PROMISED, round=ticket.round)
    said = {event.details["turn"]: event.text for event in given} if promised else {}
    for timer in promised:
        if timer.due_at is not None:
            give_word(into, said.get(timer.turn, ""), max(timer.due_at, into.now), of=ticket.number)


def bring_back(change: Change) -> None:
    """This ticket is settled with its own resident: what others reported and was merged into it comes back.

    Told or declined: each is to be told the same day (C8), and called back by the rule (C10). Withdrawn: the matter is
    theirs alone now and is dispatched anew, its limits counted from its own reception. By nobody: it follows.
    """
    void = change.ticket.status == Status.VOID  # a report made by mistake answers for nobody's, its own household's too
    others = change.ticket.absorbed.filter(status=Status.MERGED) if void else of_other_households(change.ticket)
    for pk in [one.pk for one in others]:
        with changing(pk) as back:
            ticket, into = back.ticket, change.ticket
            merged_by = ticket.events.filter(kind=EventKind.MERGED).latest("pk").by
            assert merged_by is not None  # merging is the desk's
            TicketLink.objects.get_or_create(ticket=into, other=ticket, defaults={"by": merged_by, "at": back.now})
            ticket.merged_into = ticket.closed_at = None
            if into.status in {Status.WITHDRAWN, Status.VOID}:
                ticket.status, ticket.department, ticket.handler = Status.REGISTERED, None, None
                back.begin(Target.DISPATCH, back.now, cause="came_back")
                back.begin_from_reception(ticket.received_at, cause="came_back")
            else:
                ticket.status, ticket.resolved_at = Status.RESOLVED, back.now
                back.begin(Target.INFORM, back.now, cause="came_back")
            back.note(EventKind.CAME_BACK, change.events[-1].text, number=into.number)


def of_other_households(settled: Ticket, into: Ticket | None = None) -> Iterator[Ticket]:
    """What was merged into it, also by way of its own household's tickets, and has somebody else to be told."""
    for one in (into or settled).absorbed.filter(status=Status.MERGED).exclude(kind=Kind.PRAISE).order_by("pk"):
        same_home = one.unit_id is not None and one.unit_id == settled.unit_id
        if same_home or (one.resident_id is not None and one.resident_id == settled.resident_id):
            yield from of_other_households(settled, one)
        elif one.resident_id or one.unit_id or one.reported_by_id or one.visitor_phone:
            yield one


def survivor_of(ticket_id: int) -> int:
    """The ticket that goes on, where this one was merged, however often; itself otherwise."""
    into = Ticket.objects.filter(pk=ticket_id, status=Status.MERGED).values_list("merged_into", flat=True).first()
    return survivor_of(into) if into is not None else ticket_id


@contextmanager
def changing_both(
    one: int, other: int, *, by: User | None = None, resident: ApiAccount | None = None
) -> Iterator[tuple[Change, Change]]:
    """Two tickets under lock, in the order of their keys, so that no two such changes wait for each other."""
    with ExitStack() as stack:
        changes = {pk: stack.enter_context(changing(pk, by=by, resident=resident)) for pk in sorted({one, other})}
        yield changes[one], changes[other]


@transaction.atomic
def link_tickets(ticket_id: int, other_id: int, *, by: User) -> Ticket:
    """Each shows the other from now on. Again, or the other way round, changes nothing."""
    with changing_both(ticket_id, other_id, by=by) as (change, there):
        ticket, other = change.ticket, there.ticket
        _require_part(change, by)
        _require_part(there, by)
        if other.pk == ticket.pk:
            raise NotPossible(_("A ticket is not linked to itself."), ticket)
        pair = Q(ticket=ticket, other=other) | Q(ticket=other, other=ticket)
        if not TicketLink.objects.filter(pair).exists():
            TicketLink.objects.create(ticket=ticket, other=other, by=by, at=change.now)
            change.note(EventKind.LINKED, number=other.number)
            there.note(EventKind.LINKED, number=ticket.number)
    return ticket


def add_helper(ticket_id: int, department: Department, *, by: User, version: int | None = None) -> Ticket:
    """A second department sees the ticket and may write on it; nothing starts anew (docs/sla.md)."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if department.pk in ticket.also_with:
            return ticket
        change.require_desk(version)
        if department.site_id != ticket.site_id or department.pk == ticket.department_id:
            raise NotPossible(_("Choose another department of this site."), ticket)
        ticket.also_with = sorted([*ticket.also_with, department.pk])
        change.note(EventKind.HELPER_ADDED, department=department.pk, code=department.code)
        change.tell_department(department.pk, "helping")
    return ticket


def remove_helper(ticket_id: int, department: Department, *, by: User) -> Ticket:
    """The second department is done. Again changes nothing."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if department.pk not in ticket.also_with:
            return ticket
        if not by.scope.holds_in(department.pk, DEPARTMENT, ticket.site_id):
            change.require_desk()
        ticket.also_with = [pk for pk in ticket.also_with if pk != department.pk]
        change.note(EventKind.HELPER_GONE, department=department.pk, code=department.code)
    return ticket


def watch(ticket_id: int, *, by: User, watching: bool = True) -> Ticket:
    """Hear of everything that happens to the ticket, or no longer. Again changes nothing."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if (by.pk in ticket.watchers) == watching:
            return ticket
        _require_part(change, by)
        others = [pk for pk in ticket.watchers if pk != by.pk]
        ticket.watchers = sorted([*others, by.pk]) if watching else others
        change.note(EventKind.WATCHED if watching else EventKind.UNWATCHED)
    return ticket


def _require_part(change: Change, by: User) -> None:
    if not Ticket.objects.visible_to(by).filter(pk=change.ticket.pk).exists():
        raise NotYours(_("This ticket is not yours to see."), change.ticket)
