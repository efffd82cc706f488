"""Planned rounds 走访 (V1): the homes are drawn by the rule and shared out to two by two, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from portal.arrivals.services import once
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Site, User
from portal.organization.roles import Role
from portal.promises import clock
from residents.models import Unit
from visits import planner
from visits.goals import rule_of
from visits.homes import met_there, occupied
from visits.models import VISITORS, Assignment, HomeVisit, VisitEvent, VisitRound
from visits.planner import Home, Pick
from visits.services.change import Press
from visits.services.staffing import allowed
from visits.states import EventKind, Kind

MOST_DAYS = 14
LAST_WEEK_FROM = 24  # the day of the month from which a missing round is told
TOLD_AT = time(8)


@dataclass(frozen=True)
class Drawn:
    """What the next round would visit, and the figures behind it."""

    picks: list[tuple[Unit, Pick]]
    wanted: int
    occupied: int
    visited: int
    rounds_this_month: int
    held: dict[str, int]


def next_round(site: Site, today: date) -> Drawn:
    """By the rule alone; nothing is written."""
    rule, homes = rule_of(site.pk), occupied(site)
    units = {home.key: unit for unit, home in homes}
    plain: list[Home] = [home for _unit, home in homes]
    visited = sum(1 for home in plain if home.last_visit is not None and home.last_visit.year == today.year)
    rounds = VisitRound.objects.filter(site=site, begins_on__year=today.year, begins_on__month=today.month).count()
    ahead = sum(1 for home in plain if home.booked and planner.held_back(home, today, rule) == planner.Held.BOOKED)
    wanted = planner.wanted(len(plain), visited + ahead, today, rounds, rule)
    picks = planner.draw(plain, wanted, today, rule)
    held: dict[str, int] = {}
    for home in plain:
        why = planner.held_back(home, today, rule)
        if why is not None:
            held[why] = held.get(why, 0) + 1
    return Drawn([(units[pick.home.key], pick) for pick in picks], wanted, len(plain), visited, rounds, held)


@transaction.atomic
def plan_round(
    site: Site, begins_on: date, days: int, people: Sequence[User], led_by: User, press: Press
) -> VisitRound | None:
    """Write the next round down: its visits, on their days, with their people. None: it had arrived before.

    Raises NotYours and NotPossible.
    """
    if not press.by.scope.holds(VISITORS, site_id=site.pk):
        raise NotYours(_("Visits are booked by the front desk and the managers of the site."))
    if not once(press.key, by=press.by):
        return None
    now = clock.now()
    today = now.astimezone(site.zone).date()
    if not today <= begins_on <= today + timedelta(days=62) or not 1 <= days <= MOST_DAYS:
        raise NotPossible(_("A round begins from today on, within two months, and takes 1 to 14 days."))
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # two rounds at once draw one after the other
    chosen = allowed(site, [*people, led_by])
    drawn = next_round(site, begins_on)
    if not drawn.picks:
        raise NotPossible(_("There is no home for a round now: see below what holds them back."))
    made = VisitRound.objects.create(
        site=site, begins_on=begins_on, days=days, led_by=led_by, made_at=now, made_by=press.by
    )
    _write(made, drawn.picks, planner.teams_of([user.pk for user in dict.fromkeys(chosen)]), now, press.by)
    return made


def _write(made: VisitRound, picks: list[tuple[Unit, Pick]], teams: list[list[int]], now: datetime, by: User) -> None:
    units = {pick.home.key: unit for unit, pick in picks}
    rule = rule_of(made.site_id)
    shared = planner.share_out([pick for _unit, pick in picks], made.days, len(teams), rule)
    residents = met_there(units, made.begins_on)
    visits = HomeVisit.objects.bulk_create(
        HomeVisit(
            site_id=made.site_id,
            unit=units[pick.home.key],
            resident_id=residents.get(pick.home.key),
            kind=Kind.PLANNED,
            round=made,
            planned_on=made.begins_on + timedelta(days=day),
            band=pick.band,
            attempt=len(pick.home.vain) % rule.tries + 1,
            made_at=now,
            made_by=by,
        )
        for day, _team, pick in shared
    )
    Assignment.objects.bulk_create(
        Assignment(visit=visit, user_id=person)
        for visit, (_day, team, _pick) in zip(visits, shared, strict=True)
        for person in teams[team]
    )
    VisitEvent.objects.bulk_create(
        VisitEvent(visit=visit, kind=EventKind.BOOKED, at=now, noted_at=now, by=by) for visit in visits
    )


def tell_missing_rounds() -> None:
    """In a month's last week: each supervisor whose site has fewer rounds than its goal, once a month."""
    now = clock.now()
    for site in Site.objects.order_by("pk"):
        local = now.astimezone(site.zone)
        month = VisitRound.objects.filter(site=site, begins_on__year=local.year, begins_on__month=local.month)
        goal, count = rule_of(site.pk).rounds, month.count()
        late = local.day >= LAST_WEEK_FROM and local.time() >= TOLD_AT
        if late and count < goal and Unit.objects.filter(site=site, status="occupied").exists():
            _tell(site, local, count, goal)


def _tell(site: Site, local: datetime, count: int, goal: int) -> None:
    found = people_for([Role.SUPERVISOR], site_id=site.pk, department_id=None, at=local)
    outbox.put(
        outbox.messages_for(
            {person.user_id for _role, people in found for person in people},
            key=f"rounds:{site.pk}:{local:%Y%m}",
            kind="visits.rounds_missing",
            params={"site": site.name, "count": count, "goal": goal},
            link="/visits/rounds/",
            now=clock.now(),
        ),
        told_before=True,
    )
