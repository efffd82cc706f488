"""More time 超时审批: the department asks, the right manager decides, the resident hears why beforehand (C6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import OvertimeRequest, Ticket, TicketTimer
from complaints.services.change import Change, changing, has_in_hand, require_text
from complaints.services.promising import how_it_stands
from complaints.states import BEING_HANDLED, OVERTIME_DECIDED_BY, Decision, EventKind, Severity, Target
from portal.organization.models import Membership, User
from portal.organization.roles import ABOVE, Role
from portal.promises.timekeeping import pauses_of

FURTHEST = timedelta(days=180)


def ask_for_overtime(
    ticket_id: int, until: datetime, reason: str, told_how: str = "", *, by: User, version: int | None = None
) -> OvertimeRequest:
    """The department asks for a later date, before or after the limit; whoever has to decide is told at once.

    ``told_how``: how the resident heard why; blank, the desk is to tell them. The same request again changes nothing.
    Raises NotYours, NotPossible for a date that moves nothing, TransitionNotAllowed where nothing is being handled.
    """
    why = require_text(reason, _("Say why more time is needed."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        open_one = ticket.overtime_requests.filter(decided_at=None).first()
        if open_one is not None and (open_one.asked_by_id, open_one.until) == (by.pk, until):
            return open_one
        change.refuse_stale(version)
        timer = _resolving(change, by)
        if open_one is not None:
            raise NotPossible(_("More time has been asked for already, and is not decided yet."), ticket)
        if not change.now < until <= change.now + FURTHEST or (timer.due_at is not None and until <= timer.due_at):
            raise NotPossible(_("The new date must lie ahead, and after the present limit."), ticket)
        asked_of = approver_of(ticket)
        request = OvertimeRequest.objects.create(
            ticket=ticket,
            round=ticket.round,
            asked_by=by,
            asked_at=change.now,
            asked_of=asked_of,
            reason=why,
            was_due_at=timer.due_at,
            until=until,
            told_how=told_how,
        )
        ticket.overtime_asked_of = asked_of
        change.note(EventKind.OVERTIME_ASKED, why, until=until.isoformat(), of=asked_of, told_how=told_how)
        change.tell([asked_of], "overtime_asked")
    return request


def approver_of(ticket: Ticket) -> Role:
    """Who decides, by severity; about himself nobody does, the next role up in his place (C23)."""
    role = OVERTIME_DECIDED_BY[Severity(ticket.severity)]
    if ticket.about_person_id is not None:
        held = set(Membership.objects.filter(user=ticket.about_person_id).values_list("role", flat=True))
        while role in held and role in ABOVE:
            role = ABOVE[role]
    return role


def decide_overtime(
    ticket_id: int,
    decision: Decision,
    words: str = "",
    *,
    by: User,
    until: datetime | None = None,
    version: int | None = None,
) -> Ticket:
    """Grant, shorten (``until``) or refuse. A granted date moves the deadline: a new term, the breach stays.

    Decided twice in the same way the second changes nothing. Refusing and shortening need words. Raises NotYours for
    anybody but the role that was asked and those who stand in for it, NotPossible where nothing is asked for.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        request = ticket.overtime_requests.order_by("-pk").first()
        if request is None:
            raise NotPossible(_("Nobody has asked for more time."), ticket)
        if request.decided_at is not None:
            if (request.decided_by_id, request.decision) == (by.pk, decision):
                return ticket
            raise TransitionNotAllowed(
                _("This has been decided already: %(decision)s.") % {"decision": request.get_decision_display()}, ticket
            )
        change.refuse_stale(version)
        if not by.scope.holds({Role(request.asked_of)}, ticket.site_id):
            raise NotYours(_("Somebody else decides on this."), ticket)
        if by.pk in {ticket.about_person_id, request.asked_by_id}:
            raise NotYours(_("Nobody decides in his own matter."), ticket)
        if decision != Decision.GRANTED:
            require_text(words, _("Say why."))
        granted = {Decision.GRANTED: request.until, Decision.SHORTENED: until}.get(decision)
        if decision == Decision.SHORTENED and (granted is None or not change.now < granted < request.until):
            raise NotPossible(_("The shorter date must lie ahead, and before the one asked for."), ticket)
        extended(change, request, decision, granted, words.strip())
        request.save()
    return ticket


def ask_the_right_one(change: Change) -> None:
    """Whoever has to decide by now: the severity has changed, or the one who was asked is complained about."""
    ticket = change.ticket
    if not ticket.overtime_asked_of or ticket.overtime_asked_of == approver_of(ticket):
        return
    ticket.overtime_asked_of = approver_of(ticket)
    ticket.overtime_requests.filter(decided_at=None).update(asked_of=ticket.overtime_asked_of)
    change.tell([Role(ticket.overtime_asked_of)], "overtime_asked")


def lapse(change: Change) -> None:
    """Nothing is handled any more that more time could be given for."""
    change.ticket.overtime_asked_of = ""
    open_one = change.ticket.overtime_requests.filter(decided_at=None)
    open_one.update(decided_at=change.now, decision=Decision.LAPSED)


def extended(
    change: Change, request: OvertimeRequest, decision: Decision, granted: datetime | None, words: str
) -> None:
    """What follows from a decision; the request is the caller's to save."""
    ticket = change.ticket
    request.decision, request.granted_until, request.words = decision, granted, words
    request.decided_by, request.decided_at = change.by, change.now
    ticket.overtime_asked_of = ""
    was = None
    for timer in change.running(Target.RESOLVE):
        was = timer.due_at
        if granted is not None:
            pauses = pauses_of(change.steps().get(timer.pk, ()))
            change.ledger.restate(timer, timer.policy_target_id, pauses, fixed_due_at=granted, cause="overtime")
    change.note(
        EventKind.OVERTIME_DECIDED,
        words,
        decision=decision,
        until=granted.isoformat() if granted else "",
        was=was.isoformat() if was else "",
    )
    change.tell([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD], "overtime_decided", decision=decision)
    if granted is not None:
        told = bool(request.told_how) or ticket.reported_by_id is not None
        how_it_stands(change, told=told)
        change.tell([Role.RECEPTIONIST], "overtime_decided" if told else "tell_delay", decision=decision)


def _resolving(change: Change, by: User) -> TicketTimer:
    """The clock that more time is asked for."""
    ticket = change.ticket
    if not has_in_hand(by, ticket):
        raise NotYours(_("The department that has it asks for more time."), ticket)
    running = change.running(Target.RESOLVE)
    if ticket.status not in BEING_HANDLED or not running:
        raise TransitionNotAllowed(_("Nothing is being handled here that more time could be given for."), ticket)
    return running[0]
