"""Severity and wished date: what the desk sets, confirms or changes, and the deadlines that follow (C2, C5)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints import notices
from complaints.errors import NotPossible, TransitionNotAllowed
from complaints.models import Ticket
from complaints.services.change import Change, changing
from complaints.services.overtime import ask_the_right_one
from complaints.sla import ON_SITE, targets_from_reception
from complaints.states import HANDED_UP_TO, UNRESOLVED, EventKind, Kind, Severity, Target, graded
from portal.invisible import is_blank
from portal.organization.models import User
from portal.promises import policies


def set_severity(
    ticket_id: int, severity: Severity, reason: str = "", *, by: User, version: int | None = None
) -> Ticket:
    """Set or confirm the severity; changing one that somebody set needs a reason.

    Every timer of the round is recomputed from its own start with its pauses kept, as a new term; what is past by
    then escalates at once with the cause ``regrade``. Lowering never erases a breach. More time that was granted
    lapses, as it was for another severity; who decides on what is asked for follows the new one.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        severity = graded(ticket.kind, severity)
        if ticket.severity == severity and ticket.severity_set_by_id is not None:
            return ticket
        change.require_desk(version)
        if ticket.status not in UNRESOLVED:
            raise TransitionNotAllowed(_("The handling is done: the severity stays."), ticket)
        if ticket.dangerous and severity == Severity.MINOR:
            raise NotPossible(_("What is dangerous is never minor. If it is none, correct the category."), ticket)
        if ticket.severity == severity:
            ticket.severity_set_by = by
            change.note(EventKind.SEVERITY_CONFIRMED, severity=severity, **notices.kind_of(ticket))
            return ticket
        if ticket.severity_set_by_id is not None and is_blank(reason):
            raise NotPossible(_("Say why the severity changes."), ticket)
        was, ticket.severity, ticket.severity_set_by = ticket.severity, severity, by
        recompute(change, cause="regrade")
        ask_the_right_one(change)
        change.note(EventKind.REGRADED, reason.strip(), was=was, severity=severity, **notices.kind_of(ticket))
        change.hand_up()
        change.alarm()
    return ticket


def confirm_wish(ticket_id: int, *, by: User, version: int | None = None) -> Ticket:
    """The desk confirms the date that the resident wished; a minor ticket is due at the end of that local day."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.wish_confirmed_at is not None:
            return ticket
        change.require_desk(version)
        if ticket.wished_on is None or ticket.status not in UNRESOLVED:
            raise NotPossible(_("There is no wished date to confirm."), ticket)
        if ticket.wished_on < change.now.astimezone(ticket.site.zone).date():
            raise NotPossible(_("The wished date has passed. Agree another one with the resident."), ticket)
        ticket.wish_confirmed_at = change.now
        recompute(change, cause="wish")
        change.note(EventKind.WISH_CONFIRMED, wished_on=ticket.wished_on.isoformat())
    return ticket


def recompute(change: Change, *, cause: str, keep_dates: bool = False) -> None:
    """Each promise of the round from its own start. ``keep_dates``: with the date that was granted or wished."""
    ticket = change.ticket
    policy = policies.policy_for(
        ticket.site_id, ticket.kind, ticket.severity, ticket.category.code if ticket.category else ""
    )
    promised = targets_from_reception(Kind(ticket.kind), Severity(ticket.severity), dangerous=ticket.dangerous)
    lapsing = {Target.REPLY, *HANDED_UP_TO, *ON_SITE}
    pauses = change.pauses()
    for timer in change.running():
        if timer.round != ticket.round or (timer.fixed_due_at is not None and timer.target != Target.RESOLVE):
            continue  # a date that somebody named stays: a promise, the end of a wait
        policy_target_id = policy.for_turn(timer.target, timer.turn) if policy else None
        if policy_target_id is None or (timer.target in lapsing and timer.target not in promised):
            change.ledger.cancel(timer, cause=cause)
            continue
        wished = change.wished_deadline() if timer.target == Target.RESOLVE else None
        fixed = timer.fixed_due_at if keep_dates else wished
        same = policies.limit_of(policy_target_id) == policies.limit_of(timer.policy_target_id)
        if not same or fixed != timer.fixed_due_at:
            change.ledger.restate(timer, policy_target_id, pauses.get(timer.pk, ()), fixed_due_at=fixed, cause=cause)
    change.begin_from_reception(ticket.round_began_at, cause=cause)
