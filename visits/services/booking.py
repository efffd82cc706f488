"""Booking a visit and calling first (V2): planned, called, appointed; and who asks for one through the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Ticket
from portal.arrivals.services import once
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Site, User
from portal.organization.roles import Role
from portal.promises import clock
from residents.models import ApiAccount, Resident, Unit
from visits.models import VISITORS, CallRecord, HomeVisit, VisitEvent, VisitRound
from visits.services.change import Change, Press, begin, changing, ledger_for, require_text, step
from visits.services.staffing import allowed, assign, tell_those_who_go
from visits.states import CALL_LEADS_TO, CallOutcome, EventKind, How, Kind, Status, Step, Target

SHORTEST, LONGEST = 10, 240  # minutes
FURTHEST = timedelta(days=92)
JUST_NOW = timedelta(minutes=30)


@dataclass(frozen=True)
class Call:
    """A call: what came of it, and where a time was agreed, when, how long and who goes."""

    outcome: CallOutcome
    how: How = How.PHONE
    agreed_at: datetime | None = None
    minutes: int = 30
    people: Sequence[User] = ()
    remarks: str = ""


@dataclass(frozen=True)
class Booking:
    """What is booked: whom to visit, why, and when about; a call that was made already may come along."""

    unit: Unit
    kind: Kind
    purpose: str = ""
    resident: Resident | None = None
    ticket: Ticket | None = None
    planned_on: date | None = None
    band: str = ""
    round: VisitRound | None = None
    follows: HomeVisit | None = None
    attempt: int = 1
    minutes: int = 30
    people: Sequence[User] = ()
    call: Call | None = None


@transaction.atomic
def book_visit(booking: Booking, press: Press) -> HomeVisit | None:
    """Put a visit on the list, and where somebody has called already, its agreed time. None: it had arrived before.

    Raises NotYours, NotPossible and Clash.
    """
    site = booking.unit.site
    if not press.by.scope.holds(VISITORS, site_id=site.pk):
        raise NotYours(_("Visits are booked by the front desk and the managers of the site."))
    if not once(press.key, by=press.by):
        return None
    if booking.kind != Kind.PLANNED:
        require_text(booking.purpose, _("Write down what the visit is for."))
    visit = new_visit(booking, press.by, clock.now())
    change = changing(visit, press)
    people = allowed(site, booking.people)
    change.note(EventKind.BOOKED, booking.purpose, people=[user.pk for user in people])
    if people:
        assign(visit, people, change.now)
    if booking.call is not None:
        called(change, booking.call)
    elif people:
        tell_those_who_go(change, people)
    change.write()
    return visit


def new_visit(booking: Booking, by: User | None, now: datetime) -> HomeVisit:
    """The row alone. A home that a round has drawn already is not drawn again."""
    unit = booking.unit
    if booking.kind == Kind.PLANNED:
        Site.objects.select_for_update(no_key=True).get(pk=unit.site_id)  # a round may be drawing this home right now
        if HomeVisit.objects.open().filter(unit=unit, kind=Kind.PLANNED).exists():
            raise NotPossible(_("A planned visit to %(room)s is on the list already.") % {"room": unit.room})
    return HomeVisit.objects.create(
        site_id=unit.site_id,
        unit=unit,
        resident=booking.resident,
        kind=booking.kind,
        purpose=booking.purpose,
        ticket=booking.ticket,
        planned_on=booking.planned_on,
        band=booking.band,
        round=booking.round,
        follows=booking.follows,
        attempt=booking.attempt,
        minutes=booking.minutes,
        made_at=now,
        made_by=by,
    )


@step(Step.CALL)
def record_call(change: Change, call: Call) -> None:
    """Somebody has called: no answer, later, no visit wanted, or a time is agreed and the people are theirs then."""
    called(change, call)


def called(change: Change, call: Call) -> None:
    visit = change.visit
    agreed = call.outcome == CallOutcome.AGREED
    if agreed:
        require_time(change, call)
    CallRecord.objects.create(
        visit=visit,
        at=change.at,
        by=change.by,
        how=call.how,
        outcome=call.outcome,
        agreed_at=call.agreed_at if agreed else None,
        remarks=call.remarks,
    )
    change.note(EventKind.CALLED, call.remarks, how=call.how, outcome=call.outcome)
    change.meet(Target.CONFIRM)
    leads_to = CALL_LEADS_TO[call.outcome]
    if agreed:
        appoint(change, call)
    elif leads_to == Status.REFUSED:
        change.end(leads_to, cause="refused")
        change.note(EventKind.REFUSED, call.remarks)
        change.cancel(Target.REBOOK, cause="refused")
    elif visit.status != Status.APPOINTED:  # who could not be asked for another time keeps the one agreed
        visit.status = leads_to


def appoint(change: Change, call: Call) -> None:
    """The agreed time stands, its people are kept for it, and to come is promised."""
    visit = change.visit
    assert call.agreed_at is not None
    visit.status, visit.starts_at, visit.minutes = Status.APPOINTED, call.agreed_at, call.minutes
    visit.planned_on = call.agreed_at.astimezone(visit.site.zone).date()
    before = {user.pk for user in visit.going}
    people = allowed(change.site, call.people) or visit.going
    if not people:
        raise NotPossible(_("Choose who goes."))
    assign(visit, people, change.now)
    change.note(
        EventKind.APPOINTED, at=call.agreed_at.isoformat(), minutes=call.minutes, people=[user.pk for user in people]
    )
    change.cancel(Target.COME, cause="moved")
    change.begin(Target.COME, call.agreed_at)
    change.meet(Target.REBOOK)
    tell_those_who_go(change, [user for user in people if user.pk not in before])


def require_time(change: Change, call: Call) -> None:
    if call.agreed_at is None:
        raise NotPossible(_("Write down the agreed day and time."))
    if not change.at - JUST_NOW <= call.agreed_at <= change.at + FURTHEST:
        raise NotPossible(_("Agree a time from now on, at most three months ahead."))
    if not SHORTEST <= call.minutes <= LONGEST:
        raise NotPossible(_("A visit takes from 10 minutes to 4 hours."))


@transaction.atomic
def ask_for_visit(
    unit: Unit, resident: Resident, subject: str, times: Iterable[Mapping[str, str]], *, account: ApiAccount
) -> HomeVisit:
    """A resident asks for a visit through the app; the desk answers with a call."""
    now, site = clock.now(), unit.site
    visit = HomeVisit.objects.create(
        site_id=unit.site_id,
        unit=unit,
        resident=resident,
        kind=Kind.CARE,
        status=Status.ASKED,
        purpose=subject,
        preferred_times=list(times),
        asked_by=account,
        made_at=now,
    )
    VisitEvent.objects.create(visit=visit, kind=EventKind.ASKED, at=now, noted_at=now, text=subject)
    ledger = ledger_for(site, now, None)
    begin(ledger, visit, Target.CONFIRM, now)
    ledger.write()
    desk = people_for([Role.RECEPTIONIST], site_id=site.pk, department_id=None, at=now)
    outbox.put(
        outbox.messages_for(
            [person.user_id for _role, people in desk for person in people],
            key=f"visit:{visit.pk}:asked",
            kind="visits.asked",
            params={"zone": site.time_zone},
            link=visit.url,
            now=now,
        )
    )
    return visit
