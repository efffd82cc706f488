"""The day 走访: the route by building with its agreed times, a building's map, the year's coverage, what was missed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.organization.models import Site, User
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from visits import planner, services
from visits.coverage import Cell, cells_of
from visits.goals import rule_of
from visits.homes import place_of
from visits.models import HomeVisit, VisitRound
from visits.route import Stop, route
from visits.states import AHEAD, Status
from visits.views.asking import SEE_VISITS, arranges, page_context, site_asked
from visits.views.mapping import buildings_of, coverage_card, map_of
from visits.views.shown import line_of

DAY_BEGINS = time(9)
NEXT_HOMES = 10
MOST_STOPS, MOST_MISSED = 120, 30


@only_for(SEE_VISITS)
@never_cache
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    site = site_asked(request, user)
    today = now.astimezone(site.zone).date()
    on = _day_asked(request, today)
    everybody = request.GET.get("who") != "me"
    stops = list(_stops(user, site, on, everybody=everybody))
    cells = cells_of(site, today) if arranges(user, site) else []
    lines = _lines(stops, site, on, now, {cell.pk: cell for cell in cells})
    context = page_context(
        request,
        site=site,
        on=on,
        is_today=on == today,
        day_words=date_format(on, _("l, j F")),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        everybody=everybody,
        lines=lines,
        done_count=sum(1 for line in lines if line["over"]),
        people="、".join(dict.fromkeys(name for line in lines for name in line["people"])),
        at_once=False,
    )
    if arranges(user, site):
        context |= _of_the_desk(request, user, site, today, now, cells, lines)
    return render(request, "visits/day.html", context)


def _of_the_desk(
    request: HttpRequest,
    user: User,
    site: Site,
    today: date,
    now: datetime,
    cells: list[Cell],
    lines: list[dict[str, Any]],
) -> dict[str, Any]:
    rule = rule_of(site.pk)
    chosen = request.GET.get("building", "") or (lines[0]["building"] if lines else "")
    numbered = {line["unit"]: line["number"] for line in lines if not line["over"]}
    rounds = VisitRound.objects.filter(site=site, begins_on__year=today.year, begins_on__month=today.month).count()
    return {
        "map": map_of(site, cells, chosen, today, numbered),
        "coverage": coverage_card(cells, rule.percent, today),
        "buildings": buildings_of(cells, rule.percent, chosen),
        "missed": _missed(user, site, today, now),
        "asked": _asked(user, site),
        "rounds_words": ngettext(
            "%(n)d round this month (at least %(goal)d)", "%(n)d rounds this month (at least %(goal)d)", rounds
        )
        % {"n": rounds, "goal": rule.rounds},
        "few_rounds": rounds < rule.rounds,
        "next_homes": [] if lines else _next_homes(site, today),
    }


def _day_asked(request: HttpRequest, today: date) -> date:
    try:
        found = parse_date(request.GET.get("day", ""))
    except ValueError:
        found = None
    return found if found is not None and 2000 <= found.year <= 2100 else today


def _stops(user: User, site: Site, on: date, *, everybody: bool) -> Any:
    found = HomeVisit.objects.visible_to(user).filter(site=site).of_day(on, site.zone)
    if not everybody:
        found = found.filter(assignments__user=user).distinct()
    return found.with_people()[:MOST_STOPS]


def _lines(
    visits: list[HomeVisit], site: Site, on: date, now: datetime, cells: dict[int, Cell]
) -> list[dict[str, Any]]:
    """In the order of the route, numbered."""
    known = {visit.pk: visit for visit in visits}
    begins = max(now.astimezone(site.zone), datetime.combine(on, DAY_BEGINS, tzinfo=site.zone))
    stops = [
        Stop(
            visit.pk,
            place_of(visit.unit),
            visit.minutes,
            (visit.started_at or visit.starts_at) if visit.status not in AHEAD - {Status.APPOINTED} else None,
        )
        for visit in visits
    ]
    return [
        line_of(known[stop.key], number, at, site, now, cells.get(known[stop.key].unit_id))
        for number, (stop, at) in enumerate(route(stops, begins), 1)
    ]


def _missed(user: User, site: Site, today: date, now: datetime) -> list[dict[str, Any]]:
    missed = HomeVisit.objects.visible_to(user).filter(site=site).missed(today, now)
    found = missed.select_related("unit", "follows").order_by("planned_on", "pk")
    return [
        {"url": visit.url, "room": visit.unit.room, "words": _missed_words(visit, site)}
        for visit in found[:MOST_MISSED]
    ]


def _missed_words(visit: HomeVisit, site: Site) -> str:
    if visit.starts_at is not None:
        return _("agreed for %(at)s, not gone to") % {"at": moments.short(visit.starts_at, site.zone)}
    if visit.follows is not None and visit.follows.status == Status.NOBODY_HOME:
        return _("nobody home, to be booked again")
    day_words = f"{visit.planned_on:%m-%d}" if visit.planned_on else "–"
    return _("planned for %(day)s, not gone to") % {"day": day_words}


def _asked(user: User, site: Site) -> list[dict[str, Any]]:
    """Who asks for a visit through the app and waits for our call."""
    found = HomeVisit.objects.visible_to(user).filter(site=site, status=Status.ASKED).select_related("unit")
    return [
        {
            "url": visit.url,
            "room": visit.unit.room,
            "subject": visit.purpose,
            "at": moments.short(visit.made_at, site.zone),
        }
        for visit in found.order_by("made_at")[:MOST_MISSED]
    ]


def _next_homes(site: Site, today: date) -> list[dict[str, Any]]:
    """What belongs on an empty day: the ten that the rule would draw first."""
    drawn = services.next_round(site, today)
    units = {pick.home.key: unit for unit, pick in drawn.picks}
    picks = planner.draw([pick.home for _unit, pick in drawn.picks], NEXT_HOMES, today, rule_of(site.pk))
    return [
        {
            "room": units[pick.home.key].room,
            "url": f"/visits/new/?unit={units[pick.home.key].uuid}&kind=planned",
            "last": f"{pick.home.last_visit:%Y-%m-%d}" if pick.home.last_visit else "",
        }
        for pick in picks
    ]
