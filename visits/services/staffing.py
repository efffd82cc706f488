"""Who goes: assigned for the agreed time, nobody in two homes at once (V6). The database refuses; here are words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, Refusal
from portal.organization.models import Membership, Site, User
from portal.organization.roles import DEPARTMENT
from portal.pages import moments
from visits.models import VISITORS, Assignment, HomeVisit
from visits.route import first_free
from visits.services.change import Change, step
from visits.states import EventKind, Step

LAST_VISIT_ENDS = time(20)
MOST_PEOPLE = 6
LOCKS = 7303  # the first half of the advisory locks that let the bookings of one person take turns


class Clash(Refusal):
    """Somebody is elsewhere at that time. ``next_free``: when all of them are free again that day, or None."""

    def __init__(self, user_message: str, next_free: datetime | None) -> None:
        super().__init__(user_message)
        self.next_free = next_free


def may_visit(site: Site) -> list[User]:
    """Who can be sent: the desk, the managers, and the departments' people (a second pair of eyes)."""
    here = Membership.objects.filter(Q(site=site) | Q(site=None), role__in=VISITORS | DEPARTMENT)
    return list(User.objects.filter(pk__in=here.values("user"), is_active=True).order_by("pk"))


def assign(visit: HomeVisit, people: Iterable[User], now: datetime) -> None:
    """These people and nobody else go; at the agreed time where there is one. Raises Clash and NotPossible."""
    wanted = {person.pk: person for person in people}
    if len(wanted) > MOST_PEOPLE:
        raise NotPossible(_("At most six people go to one home."))
    during = _span(visit)
    here = Assignment.objects.select_for_update().filter(visit=visit, released_at=None)
    kept = {row.user_id: row for row in here}
    Assignment.objects.filter(pk__in=[row.pk for pk, row in kept.items() if pk not in wanted]).update(released_at=now)
    _take_turns(sorted(wanted))
    try:
        with transaction.atomic():
            for pk in sorted(wanted):
                if pk in kept:
                    Assignment.objects.filter(pk=kept[pk].pk).update(during=during)
                else:
                    Assignment.objects.create(visit=visit, user=wanted[pk], during=during)
    except IntegrityError as refused:
        if "nobody_is_booked_twice" not in str(refused):
            raise
        raise clash(visit, list(wanted.values())) from None


def _take_turns(people: list[int]) -> None:
    """Of two desks that want the same people one waits here, in the order of the keys.

    Without it both rows would stand when the constraint is looked at, and each would wait for the other.
    """
    with connection.cursor() as cursor:
        for pk in people:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, pk])


def clash(visit: HomeVisit, people: list[User]) -> Clash:
    """Who is where at that time, and when all are free: words that can be acted on."""
    zone, during = visit.site.zone, _span(visit)
    assert during is not None
    assert visit.starts_at is not None
    local = visit.starts_at.astimezone(zone)
    evening = datetime.combine(local.date(), LAST_VISIT_ENDS, tzinfo=zone)
    others = (
        Assignment.objects.filter(user__in=people, released_at=None, during__overlap=(visit.starts_at, None))
        .exclude(visit=visit)
        .select_related("visit__unit", "user")
        .order_by("during", "pk")
    )
    busy = list(others.filter(during__startswith__lt=evening))
    free = first_free([_ends(row) for row in busy], visit.starts_at, visit.minutes, evening)
    met = next((row for row in busy if _ends(row)[0] < during[1]), None)
    if met is None:  # given up again a moment ago
        return Clash(_("Somebody was just booked at that time. Please send it again."), free)
    begins, ends = _ends(met)
    words = _("%(name)s is at %(room)s from %(begins)s to %(ends)s.") % {
        "name": met.user.name,
        "room": met.visit.unit.room,
        "begins": moments.short(begins, zone),
        "ends": f"{ends.astimezone(zone):%H:%M}",
    }
    then = (
        _("All of them are free from %(time)s on.") % {"time": moments.short(free, zone)}
        if free
        else _("They are not free together any more that day.")
    )
    return Clash(f"{words} {then}", free)


@step(Step.STAFF)
def change_staff(change: Change, people: Iterable[User]) -> None:
    """Others go. Who is new is told."""
    before = {user.pk for user in change.visit.going}
    chosen = allowed(change.site, people)
    assign(change.visit, chosen, change.now)
    if {user.pk for user in chosen} != before:
        change.note(EventKind.STAFFED, people=[user.pk for user in chosen])
        tell_those_who_go(change, [user for user in chosen if user.pk not in before])


def tell_those_who_go(change: Change, people: Iterable[User]) -> None:
    at = change.visit.starts_at
    change.tell([user.pk for user in people], "going", at=at.isoformat() if at else "")


def allowed(site: Site, people: Iterable[User]) -> list[User]:
    known = {user.pk for user in may_visit(site)}
    chosen = list(people)
    if any(person.pk not in known for person in chosen):
        raise NotPossible(_("Choose people of this site."))
    return chosen


def _span(visit: HomeVisit) -> tuple[datetime, datetime] | None:
    if visit.starts_at is None:
        return None
    return visit.starts_at, visit.starts_at + timedelta(minutes=visit.minutes)


def _ends(row: Assignment) -> tuple[datetime, datetime]:
    assert row.during is not None
    return row.during.lower, row.during.upper
