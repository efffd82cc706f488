"""The call after telling: scheduled by the system, recorded by the caller or by the resident's own rating (K1–K3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from complaints import call_plan, sla
from complaints.call_plan import Household, Moved, Planned
from complaints.calling import call_of
from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Callback, Goal, Ticket
from complaints.remembered import goal_percent
from complaints.services.change import Change, changing, require_text
from complaints.states import (
    ALWAYS_CALLED_BACK,
    CALLED_BACK,
    DRAWN_FOR_CALLBACK,
    CallbackOutcome,
    EventKind,
    Kind,
    Status,
    Step,
    Target,
)
from portal.calendars import BusinessCalendar
from portal.calendars.services import calendar_of
from portal.organization.duty import people_for
from portal.organization.models import User
from portal.organization.roles import DESK, Role
from portal.pages import moments
from portal.promises import policies
from portal.promises.limits import Limit, Rule
from residents.models import ApiAccount

LOW_SCORE = 2
ONE_DAY_OF_CALLS = timedelta(hours=11)
A_DAY = Limit(Target.CALLBACK, Rule.AMOUNT, ONE_DAY_OF_CALLS, pausable=False, levels=())
CALLS_OF_A_SITE = 2001  # the first half of the lock's name in the database


def close_or_call_back(change: Change) -> None:
    """After a resident was told: schedule this round's callback, or close where none is due (K1).

    Complaints always: if the resident is called about something else that day, one call serves both. Requests when the
    month's share asks for one and nobody calls this resident that day.
    """
    ticket = change.ticket
    if ticket.kind not in CALLED_BACK:
        close(change)
        return
    if ticket.names_no_caller:
        call_nobody(change)
        return
    one_at_a_time(ticket.site_id)
    plan = _first_call(change)
    drawn = ticket.kind in ALWAYS_CALLED_BACK or (_has_that_day_free(change, plan) and _share_asks_for_one(change))
    schedule_callback(change, plan, drawn=drawn)


def schedule_callback(change: Change, plan: Planned | None = None, *, drawn: bool = True) -> None:
    """One day of polite hours after telling (K2). What is not drawn is kept too: the month's rate counts it."""
    plan = plan or _first_call(change)
    ticket, now = change.ticket, change.now
    callback = Callback(ticket=ticket, round=ticket.round, told_at=now, not_before=plan.not_before, due_at=plan.due_at)
    change.callback = callback
    if drawn:
        callback.moved = plan.moved
        change.begin(Target.CALLBACK, now, fixed_due_at=plan.due_at if plan.moved else None)
    else:
        callback.outcome, callback.finished_at = CallbackOutcome.NOT_DRAWN, now
        close(change)


def call_nobody(change: Change) -> None:
    """Anonymous, or a colleague's own report: kept too, and counted nowhere (C26)."""
    ticket, now = change.ticket, change.now
    facts = {"told_at": now, "not_before": now, "due_at": now, "outcome": CallbackOutcome.NOBODY, "finished_at": now}
    change.callback = Callback(ticket=ticket, round=ticket.round, **facts)
    close(change)


def one_at_a_time(site_id: int) -> None:
    """Until the transaction ends nobody else draws or calls at this site.

    Two who tell residents at once would count the same month otherwise, and the share fall below its target. Taken
    after the ticket's row; whoever changes several tickets at once locks all of them first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CALLS_OF_A_SITE, site_id])


def _share_asks_for_one(change: Change) -> bool:
    ticket = change.ticket
    first = _midnight(change).replace(day=1)
    month = Callback.objects.told_from(first, change.now + timedelta(days=1))
    found = month.filter(ticket__site_id=ticket.site_id, ticket__kind__in=DRAWN_FOR_CALLBACK).aggregate(
        told=Count("pk"), drawn=Count("pk", filter=~Q(outcome=CallbackOutcome.NOT_DRAWN))
    )
    percent = goal_percent(Goal.Code.REQUESTS_CALLED, ticket.site_id)
    return call_plan.is_drawn(found["told"], found["drawn"], percent)


def _has_that_day_free(change: Change, plan: Planned) -> bool:
    """Whether the resident may be called, and is not called about another ticket on that day (K1)."""
    ticket, zone = change.ticket, change.ticket.site.zone
    if plan.moved == Moved.NEVER:
        return False
    if ticket.resident_id is None:
        return True
    others = Callback.objects.of_resident_since(ticket.resident_id, _midnight(change))
    rows = others.values_list("finished_at", "due_at", "last_tried_at")
    days = {((finished and tried) or due).astimezone(zone).date() for finished, due, tried in rows}
    return plan.due_at.astimezone(zone).date() not in days


def _midnight(change: Change) -> datetime:
    return change.now.astimezone(change.ticket.site.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _home(change: Change) -> Household:
    ticket = change.ticket
    wishes = call_plan.do_not_call(ticket.resident.do_not_call if ticket.resident else [])
    polite = calendar_of("polite_hours", ticket.site_id, ticket.site.time_zone)
    return Household(polite, ticket.site.zone, wishes)


def _limit(change: Change, turn: int) -> tuple[Limit, BusinessCalendar]:
    """What the policy says about that try, and the calendar that counts it; a day of polite hours without one."""
    ticket = change.ticket
    code = ticket.category.code if ticket.category else ""
    policy = policies.policy_for(ticket.site_id, ticket.kind, ticket.severity, code)
    found = policy.for_turn(Target.CALLBACK, turn) if policy else None
    calendar = policies.calendar_code_of(found) if found else "polite_hours"
    limit = policies.limit_of(found) if found else A_DAY
    return limit, calendar_of(calendar, ticket.site_id, ticket.site.time_zone)


def _first_call(change: Change) -> Planned:
    return call_plan.first_call(*_limit(change, 1), _home(change), change.now)


def record_callback(
    callback_id: int,
    outcome: CallbackOutcome,
    *,
    by: User,
    satisfaction: int | None = None,
    solved: bool | None = None,
    remarks: str = "",
    they_called: bool = False,
) -> Ticket:
    """What came of a call. Recorded twice, the second finds it done and changes nothing.

    Raises Callback.DoesNotExist; NotYours for somebody who is not of the desk, who is complained about, or who handled
    the ticket while a colleague is on duty; NotPossible for a second try in one half-day, and for a call at a moment
    that is not to be used, unless ``they_called``. Not solved reopens; at most 2 of 5 points is told to the supervisor;
    the third try without an answer closes the ticket as unreachable.
    """
    ticket_id = Callback.objects.values_list("ticket_id", flat=True).get(pk=callback_id)
    with changing(ticket_id, by=by) as change:
        callback = Callback.objects.select_for_update(no_key=True).get(pk=callback_id)
        if callback.finished_at is not None:
            return change.ticket
        if not by.scope.holds(DESK, change.ticket.site_id):
            raise NotYours(_("Callbacks are made by the front desk."), change.ticket)
        _refuse_own_matter(change, by)
        one_at_a_time(change.ticket.site_id)
        if outcome == CallbackOutcome.NO_ANSWER:
            _refuse_moment(change, callback, outcome)
            no_answer(change, callback, remarks.strip())
        else:
            if not they_called:
                _refuse_moment(change, callback, outcome)
            finish_callback(change, callback, outcome, satisfaction, solved, remarks.strip(), they_called=they_called)
    return change.ticket


def _refuse_own_matter(change: Change, by: User) -> None:
    """Nobody calls back a complaint about himself (C23), nor what he handled while anybody else is on duty."""
    if change.ticket.about_person_id == by.pk:
        raise NotYours(_("This is about yourself: somebody else makes the call."), change.ticket)
    if change.ticket.handler_id == by.pk and _a_colleague_is_on_duty(change, by):
        raise NotYours(_("You handled this ticket: a colleague on duty makes the call."), change.ticket)


def _refuse_moment(change: Change, callback: Callback, outcome: CallbackOutcome) -> None:
    """Polite hours, the resident's own times, and one call a day (K1, K2)."""
    ticket, zone = change.ticket, change.ticket.site.zone
    may = call_of(ticket, change.now)
    never = may.opens_at is None and outcome == CallbackOutcome.REFUSED  # whoever wants no calls at all has refused
    if not may.open and not never:
        raise NotPossible(_("This is no time to call: %(when)s. If they called, say so.") % {"when": may.words}, ticket)
    earlier = _call_about_another(change, callback)
    if earlier is not None:
        raise NotPossible(
            _("This resident was called at %(time)s about something else. Nobody is called twice in a day.")
            % {"time": moments.short(earlier, zone)},
            ticket,
        )


def _call_about_another(change: Change, callback: Callback) -> datetime | None:
    """A call of this resident today after which this one would be too soon; one statement."""
    ticket = change.ticket
    if ticket.resident_id is None:
        return None
    others = Callback.objects.of_resident_since(ticket.resident_id, _midnight(change)).exclude(pk=callback.pk)
    for finished, tried in others.values_list("finished_at", "last_tried_at"):
        if tried and call_plan.too_soon_after(
            tried, reached=finished is not None, now=change.now, zone=ticket.site.zone
        ):
            return tried
    return None


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
        callback = callback or Callback(
            ticket=ticket,
            round=ticket.round,
            told_at=ticket.informed_at,
            not_before=change.now,
            due_at=change.now,
        )
        finish_callback(change, callback, CallbackOutcome.RATED, satisfaction, solved, remarks.strip())
    return ticket


def reopen_ticket(ticket_id: int, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """The resident told the desk that it is not solved: the next round begins (C11)."""
    with changing(ticket_id, by=by) as change:
        change.require(Step.REOPEN, version)
        require_text(reason, _("Say what is not solved."))
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
        plan = call_plan.next_try(*_limit(change, callback.attempts + 1), _home(change), change.now)
        callback.not_before, callback.due_at, callback.moved = plan.not_before, plan.due_at, plan.moved
        change.begin(Target.CALLBACK, change.now, fixed_due_at=plan.due_at if plan.moved else None)
    change.callback = callback


def finish_callback(
    change: Change,
    callback: Callback,
    outcome: CallbackOutcome,
    satisfaction: int | None,
    solved: bool | None,
    remarks: str,
    *,
    they_called: bool = False,
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
    also = {"they_called": True} if they_called else {}
    change.note(kind, remarks, outcome=outcome, satisfaction=satisfaction, solved=solved, **also)
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
    ticket.waits_for_form, ticket.handler, ticket.result_sent_at = False, None, None
    to_department = ticket.department_id is not None and ticket.kind != Kind.PRAISE
    ticket.status = Status.DISPATCHED if to_department else Status.REGISTERED
    change.begin(Target.SIGN if to_department else Target.DISPATCH, change.now)
    change.begin_from_reception(change.now, cause="reopened")
    change.note(EventKind.REOPENED, reason)
    told = [Role.SUPERVISOR, *([Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD] if to_department else [Role.RECEPTIONIST])]
    change.tell(told, "reopened", round=ticket.round)
    change.hand_up()
