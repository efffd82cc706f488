"""On the way and at the door (V2-V5): start, knock, enter, and how it went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from portal.organization.models import User
from visits import planner
from visits.goals import goal_of
from visits.homes import quiet_of
from visits.models import Assignment, HomeVisit, VisitGoal
from visits.planner import Band
from visits.services.booking import Booking, Call, appoint, new_visit, require_time
from visits.services.change import Change, Press, changing, require_text, step
from visits.services.staffing import assign
from visits.states import CallOutcome, EventKind, Kind, Status, Step, Target

TWO = 2
EARLY = timedelta(minutes=45)  # before the agreed time it needs no word (ours)


@step(Step.START)
def start_visit(change: Change, reason: str = "") -> None:
    """At the door. Without an agreed time it needs a reason; after two vain tries, a call whatever the reason."""
    visit = change.visit
    if visit.starts_at is None or visit.status != Status.APPOINTED:
        if by_phone_first(visit):
            raise NotPossible(_("Two went in vain: reach them by phone before anybody goes a third time."))
        visit.uncalled_reason = require_text(
            reason, _("Call first and record it, or write down why you go without a call.")
        )
    elif change.at < visit.starts_at - EARLY:
        reason = require_text(reason, _("They expect you at another time: write down why you go so early."))
    visit.status, visit.started_at = Status.UNDER_WAY, change.at
    change.note(EventKind.STARTED, reason.strip())
    change.meet(Target.COME)
    change.meet(Target.CONFIRM)


@step(Step.KNOCK)
def knock(change: Change) -> None:
    """Three light knocks or one ring; again only after the wait."""
    visit = change.visit
    if visit.knocked_at is not None:
        wait = visit.knocked_at + timedelta(seconds=goal_of(VisitGoal.Code.DOOR_WAIT, visit.site_id)) - change.at
        if wait > timedelta():
            seconds = max(round(wait.total_seconds()), 1)
            raise NotPossible(_("Please wait: knock again in %(seconds)d seconds.") % {"seconds": seconds})
    visit.knocks, visit.knocked_at = visit.knocks + 1, change.at
    change.note(EventKind.KNOCKED, count=visit.knocks)


@step(Step.ENTER)
def enter_home(change: Change, companions: Collection[User] = (), reason: str = "") -> None:
    """Into the home: two in principle, one only with a reason (V3). Talking at the door needs neither.

    Those who are there are named: whoever presses is one of them only if he goes, the desk that writes it down is not.
    """
    visit = change.visit
    if visit.entered_at is not None:
        return
    inside = {person.pk for person in companions}
    if change.by.pk in {person.pk for person in visit.going}:
        inside.add(change.by.pk)
    if not inside:
        raise NotPossible(_("Tick who went in."))
    if len(inside) < TWO:
        visit.alone_reason = require_text(
            reason, _("Two go in, in principle: tick who is with you, or write down why you go in alone.")
        )
    visit.entered_at = change.at
    _went(visit, inside)
    change.note(EventKind.ENTERED, visit.alone_reason, people=sorted(inside))


@dataclass(frozen=True)
class Again:
    """When it is tried again, or which time was agreed at the door."""

    on: date | None = None
    band: str = ""
    call: Call | None = None


@step(Step.DONE)
def finish_visit(change: Change, remarks: str = "", satisfaction: int | None = None) -> None:
    """Done: the home counts as visited this year; a follow-up waits for it no longer."""
    visit = change.visit
    visit.remarks, visit.satisfaction = remarks.strip(), satisfaction
    if visit.entered_at is None:  # at the door; who went in was named then
        _went(visit, {user.pk for user in visit.going})
    change.end(Status.DONE, cause="done")
    change.note(EventKind.DONE, visit.remarks, satisfaction=satisfaction)


@step(Step.NOBODY_HOME)
def nobody_home(change: Change, again: Again, *, note_left: bool = False, remarks: str = "") -> None:
    """The time stands, a note was left or not, and another time of the week is planned; after the third it rests."""
    visit = change.visit
    visit.remarks, visit.note_left = remarks.strip(), note_left
    people = visit.going
    _went(visit, {change.by.pk, *(user.pk for user in people)})
    change.end(Status.NOBODY_HOME, cause="nobody home")
    change.note(EventKind.NOBODY_HOME, visit.remarks, note_left=note_left, knocks=visit.knocks)
    if visit.attempt < goal_of(VisitGoal.Code.TRIES, visit.site_id) or visit.kind != Kind.PLANNED:
        proposed = next_try(visit, change.at.astimezone(visit.site.zone).date())
        follow(change, Again(again.on or proposed.on, again.band or proposed.band), people)


@step(Step.REFUSED)
def visit_refused(change: Change, remarks: str = "") -> None:
    """They want no visit: that stands, and this year no round asks again."""
    change.visit.remarks = remarks.strip()
    change.end(Status.REFUSED, cause="refused")
    change.cancel(Target.REBOOK, cause="refused")
    change.note(EventKind.REFUSED, change.visit.remarks)


@step(Step.MOVED)
def move_visit(change: Change, again: Again, reason: str) -> None:
    """Another time: agreed with them at the door or on the phone, or still to be agreed."""
    visit = change.visit
    visit.remarks = require_text(reason, _("Write down why the visit is moved."))
    people = visit.going
    change.end(Status.MOVED, cause="moved")
    change.cancel(Target.REBOOK, cause="moved")
    change.note(EventKind.MOVED, visit.remarks)
    follow(change, again, people)


@step(Step.CANCEL)
def cancel_visit(change: Change, reason: str) -> None:
    visit = change.visit
    visit.remarks = require_text(reason, _("Write down why the visit is cancelled."))
    change.end(Status.CANCELLED, cause="cancelled")
    change.cancel(Target.REBOOK, cause="cancelled")
    change.note(EventKind.CANCELLED, visit.remarks)


def by_phone_first(visit: HomeVisit) -> bool:
    """Two tries in a row met nobody: the third begins with a call that reaches somebody."""
    return visit.attempt >= goal_of(VisitGoal.Code.TRIES, visit.site_id)


def next_try(visit: HomeVisit, today: date) -> Again:
    """Another part of the week than those in which nobody was there."""
    tried = [_band_of(one) for one in _in_a_row(visit)]
    quiet = quiet_of(visit.resident.do_not_call if visit.resident else [])
    band = planner.next_band(tried, quiet) or Band.EVENING
    return Again(planner.next_day(band, today), band)


def follow(change: Change, again: Again, people: list[User]) -> HomeVisit:
    """The next row of the same matter, for the same people; to book it is promised until a time is agreed."""
    visit = change.visit
    visit.save()  # it is over: the home is free for the next one
    vain = visit.status == Status.NOBODY_HOME
    booking = Booking(
        unit=visit.unit,
        kind=Kind(visit.kind),
        purpose=visit.purpose,
        resident=visit.resident,
        ticket=visit.ticket,
        planned_on=again.on,
        band=again.band,
        round=visit.round,
        follows=visit,
        attempt=visit.attempt + 1 if vain else visit.attempt,
        minutes=visit.minutes,
    )
    following = new_visit(booking, change.by, change.now)
    following.site = visit.site
    assign(following, people, change.now)
    then = changing(following, Press(change.by, at=change.at))
    then.note(EventKind.BOOKED, visit.purpose, people=[user.pk for user in people])
    if again.call is not None and again.call.outcome == CallOutcome.AGREED:
        require_time(then, again.call)
        appoint(then, again.call)
    else:
        then.begin(Target.REBOOK, change.at)
    then.write()
    return following


def _in_a_row(visit: HomeVisit) -> list[HomeVisit]:
    """This one and those before it, back to the first of the row."""
    found, one = [visit], visit
    while one.follows is not None and one.attempt > 1:
        one = one.follows
        found.append(one)
    return [one for one in found if one is visit or one.status == Status.NOBODY_HOME]


def _band_of(visit: HomeVisit) -> Band:
    return planner.band_at((visit.started_at or visit.made_at).astimezone(visit.site.zone))


def _went(visit: HomeVisit, people: Collection[int]) -> None:
    Assignment.objects.filter(visit=visit, user__in=people, released_at=None).update(went=True)
