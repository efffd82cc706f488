"""The call after telling: scheduled by the system, recorded by the caller or by the resident's own rating (K1–K3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from complaints import sla
from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Callback, Ticket
from complaints.services.change import Change, changing
from complaints.states import (
    ALWAYS_CALLED_BACK,
    DRAWN_FOR_CALLBACK,
    CallbackOutcome,
    EventKind,
    Kind,
    Status,
    Step,
    Target,
)
from portal.calendars.services import calendar_of
from portal.organization.duty import people_for
from portal.organization.models import User
from portal.organization.roles import DESK, Role
from portal.pages import moments
from portal.promises import limits
from residents.models import ApiAccount

LOW_SCORE = 2
ONE_DAY_OF_CALLS = timedelta(hours=11)


def close_or_call_back(change: Change) -> None:
    """After a resident was told: schedule this round's callback, or close where none is due."""
    if _is_called_back(change):
        schedule_callback(change)
    else:
        close(change)


def schedule_callback(change: Change) -> None:
    """One day of polite hours after telling (K2)."""
    timer = change.begin(Target.CALLBACK, change.now)
    due_at = timer.due_at if timer is not None and timer.due_at is not None else change.now + timedelta(days=1)
    change.callback = Callback(ticket=change.ticket, round=change.ticket.round, not_before=change.now, due_at=due_at)


def _is_called_back(change: Change) -> bool:
    """Complaints always; requests when drawn, and never the same resident twice in a day (K1)."""
    ticket = change.ticket
    if ticket.kind in ALWAYS_CALLED_BACK:
        return True
    if ticket.kind not in DRAWN_FOR_CALLBACK:
        return False
    local = change.now.astimezone(ticket.site.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if (
        ticket.resident_id
        and Callback.objects.filter(
            ticket__resident_id=ticket.resident_id, due_at__date=(local + timedelta(days=1)).date()
        ).exists()
    ):
        return False
    told = Ticket.objects.filter(
        site_id=ticket.site_id, kind__in=DRAWN_FOR_CALLBACK, informed_at__gte=midnight.replace(day=1)
    )
    others = told.exclude(pk=ticket.pk)
    drawn = Callback.objects.filter(ticket__in=others).values("ticket").distinct().count()
    return sla.is_drawn(others.count() + 1, drawn)


def record_callback(
    callback_id: int,
    outcome: CallbackOutcome,
    *,
    by: User,
    satisfaction: int | None = None,
    solved: bool | None = None,
    remarks: str = "",
) -> Ticket:
    """What came of a call. Recorded twice, the second finds it done and changes nothing.

    Raises Callback.DoesNotExist; NotYours for somebody who is not of the desk, or who handled the ticket while a
    colleague is on duty; NotPossible for a second try in one half-day. Not solved reopens; at most 2 of 5 points is
    told to the supervisor; the third try without an answer closes the ticket as unreachable.
    """
    ticket_id = Callback.objects.values_list("ticket_id", flat=True).get(pk=callback_id)
    with changing(ticket_id, by=by) as change:
        callback = Callback.objects.select_for_update(no_key=True).get(pk=callback_id)
        if callback.finished_at is not None:
            return change.ticket
        if not by.scope.holds(DESK, change.ticket.site_id):
            raise NotYours(_("Callbacks are made by the front desk."), change.ticket)
        if change.ticket.handler_id == by.pk and _a_colleague_is_on_duty(change, by):
            raise NotYours(_("You handled this ticket: a colleague on duty makes the call."), change.ticket)
        if outcome == CallbackOutcome.NO_ANSWER:
            no_answer(change, callback, remarks.strip())
        else:
            finish_callback(change, callback, outcome, satisfaction, solved, remarks.strip())
    return change.ticket


def rate_ticket(ticket_id: int, satisfaction: int, solved: bool, remarks: str = "", *, resident: ApiAccount) -> Ticket:
    """The resident's own rating counts as this round's callback; not solved reopens.

    Raises NotPossible before the resident was told, and for a second rating in a round.
    """
    with changing(ticket_id, resident=resident) as change:
        ticket = change.ticket
        if ticket.informed_at is None or ticket.status not in {Status.INFORMED, Status.DECLINED, Status.CLOSED}:
            raise NotPossible(_("You can rate this once you have been told the result."), ticket)
        callback = Callback.objects.select_for_update(no_key=True).filter(ticket=ticket, round=ticket.round).first()
        if callback is not None and callback.solved is not None:
            raise NotPossible(_("You have rated this already. Thank you."), ticket)
        callback = callback or Callback(ticket=ticket, round=ticket.round, not_before=change.now, due_at=change.now)
        finish_callback(change, callback, CallbackOutcome.RATED, satisfaction, solved, remarks.strip())
    return ticket


def reopen_ticket(ticket_id: int, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """The resident told the desk that it is not solved: the next round begins (C11)."""
    with changing(ticket_id, by=by) as change:
        change.require(Step.REOPEN, version)
        if not reason.strip():
            raise NotPossible(_("Say what is not solved."), change.ticket)
        callback = Callback.objects.filter(ticket=change.ticket, round=change.ticket.round, finished_at=None).first()
        if callback is not None:
            finish_callback(change, callback, CallbackOutcome.REACHED, None, False, reason.strip())
        else:
            begin_next_round(change, reason.strip())
    return change.ticket


def answer_within_a_day(ticket: Ticket, now: datetime) -> datetime:
    """By when an unhappy resident is promised to hear again: a day of polite hours, at a full hour."""
    polite = calendar_of("polite_hours", ticket.site_id, ticket.site.time_zone)
    due = polite.deadline(now, ONE_DAY_OF_CALLS).astimezone(ticket.site.zone)
    return due.replace(minute=0, second=0, microsecond=0)


def _a_colleague_is_on_duty(change: Change, by: User) -> bool:
    found = people_for(
        [Role.RECEPTIONIST, Role.SHIFT_LEADER], site_id=change.ticket.site_id, department_id=None, at=change.now
    )
    return any(person.user_id != by.pk for _role, people in found for person in people)


def no_answer(change: Change, callback: Callback, remarks: str) -> None:
    """This turn of the promise is met by trying; the next one is due at the end of the next half-day (K3)."""
    zone = change.ticket.site.zone
    if change.before is not None:
        change.before.keep_callback(callback)
    if callback.last_tried_at is not None and change.now < callback.not_before:
        raise NotPossible(
            _("Nobody answered in this half-day. The next try counts from %(time)s.")
            % {"time": moments.short(callback.not_before, zone)},
            change.ticket,
        )
    callback.attempts += 1
    callback.last_tried_at = change.now
    change.note(EventKind.CALLBACK, remarks, outcome=CallbackOutcome.NO_ANSWER, attempt=callback.attempts)
    change.meet(Target.CALLBACK, cause="no_answer")
    if callback.attempts >= sla.MOST_ATTEMPTS:
        callback.outcome, callback.finished_at, callback.finished_by = (
            CallbackOutcome.UNREACHABLE,
            change.now,
            change.by,
        )
        close(change)
    else:
        timer = change.begin(Target.CALLBACK, change.now)
        callback.not_before, end = limits.next_half_day(change.now, zone)
        callback.due_at = timer.due_at if timer is not None and timer.due_at is not None else end
    change.callback = callback


def finish_callback(
    change: Change,
    callback: Callback,
    outcome: CallbackOutcome,
    satisfaction: int | None,
    solved: bool | None,
    remarks: str,
) -> None:
    """The round's last word: what was said, and what follows from it."""
    ticket = change.ticket
    if change.before is not None:
        change.before.keep_callback(callback)
    callback.outcome, callback.satisfaction, callback.solved = (outcome, satisfaction, solved)
    callback.remarks, callback.finished_at, callback.finished_by = (remarks, change.now, change.by)
    callback.attempts += outcome == CallbackOutcome.REACHED
    callback.last_tried_at = change.now
    change.callback = callback
    change.meet(Target.CALLBACK, cause=outcome)
    kind = EventKind.RATED if outcome == CallbackOutcome.RATED else EventKind.CALLBACK
    change.note(kind, remarks, outcome=outcome, satisfaction=satisfaction, solved=solved)
    if satisfaction is not None and satisfaction <= LOW_SCORE:
        change.tell([Role.SUPERVISOR], "low_score", satisfaction=satisfaction)
    if solved is False:
        begin_next_round(change, remarks)
    elif ticket.status != Status.CLOSED:
        close(change)


def close(change: Change) -> None:
    """Over, unless a word given to the resident is still to be kept: then that closes it."""
    if change.running(Target.PROMISE):
        return
    change.ticket.status = Status.CLOSED
    change.note(EventKind.CLOSED)


def begin_next_round(change: Change, reason: str) -> None:
    """The next round: to the same department with a new signature, or to the desk where there was none."""
    ticket = change.ticket
    if ticket.status not in {Status.INFORMED, Status.DECLINED, Status.CLOSED}:
        raise TransitionNotAllowed(_("%(number)s is still open.") % {"number": ticket.number}, ticket)
    change.cancel(cause="reopened")
    ticket.round += 1
    ticket.round_began_at = change.now
    ticket.resolved_at = ticket.returned_at = ticket.informed_at = ticket.closed_at = None
    ticket.waits_for_form, ticket.handler = False, None
    to_department = ticket.department_id is not None and ticket.kind != Kind.PRAISE
    ticket.status = Status.DISPATCHED if to_department else Status.REGISTERED
    change.begin(Target.SIGN if to_department else Target.DISPATCH, change.now)
    change.begin_from_reception(change.now, cause="reopened")
    change.note(EventKind.REOPENED, reason)
    told = [Role.SUPERVISOR, *([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD] if to_department else [Role.RECEPTIONIST])]
    change.tell(told, "reopened", round=ticket.round)
