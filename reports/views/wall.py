"""The wall screen (P1): the same figures without anybody's name, room or number; red when the limits are not swept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Ticket
from complaints.remembered import placed
from complaints.states import Severity, Target
from complaints.views import shown
from portal.organization.roles import LEADERSHIP
from portal.pages.asking import only_for, user_of
from reports import kept
from reports.periods import named
from reports.views import elsewhere, now, sla, words
from reports.views.asked import Asked, asked_by, sites_of

LISTED = 8
AHEAD = timedelta(hours=6)
RINGS = (Target.DISPATCH, Target.SIGN, Target.RESOLVE, Target.INFORM)
ROUND = 100  # of a ring, in the units of its path


@only_for(LEADERSHIP)
@never_cache
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    user, moment = user_of(request), timezone.now()
    asked = asked_by(request, sites_of(user), usual="week")
    visible = Ticket.objects.visible_to(user)
    if asked.site:
        visible = visible.filter(site=asked.site)
    soon = list(
        visible.open()
        .filter(next_due_at__lt=moment + AHEAD)
        .by_time_left()
        .select_related("unit__entrance__building")[:LISTED]
    )
    local = timezone.localtime(moment, asked.period.zone)
    context = {
        "asked": asked,
        "clock": f"{local:%H:%M}",
        "day": date_format(local, "MONTH_DAY_FORMAT") + " " + date_format(local, "D"),
        "sweep": now.sweep_of(moment),
        "alarm": visible.open().filter(severity=Severity.MAJOR, next_due_at__lt=moment).count(),
        "rows": [_row(ticket, moment) for ticket in soon],
        "figures": now.figures_of(visible, moment),
        "ages": now.ages_of(visible, moment),
        "elsewhere": elsewhere.lines(user, moment, site_id=asked.site.pk if asked.site else None),
        "rings": _rings(request, moment, asked),
    }
    return render(request, "reports/wall.html", context)


def _row(ticket: Ticket, moment: datetime) -> dict[str, Any]:
    """The category and the building; what a caller said, and who it was, stays off the wall."""
    found = placed(ticket)
    left = shown.Words(moment).left(ticket.next_due_at, ticket.next_started_at, ticket.next_warn_at)
    return {
        "severity": ticket.severity,
        "word": Severity(ticket.severity).label,
        "matter": str(found.category.parent or found.category) if found.category else ticket.get_kind_display(),
        "building": ticket.unit.entrance.building.code if ticket.unit_id else "",
        "step": Target(ticket.next_target).label if ticket.next_target else "",
        "left": left,
        "clock": shown.clock_attributes(left, found.site.zone),
    }


def _rings(request: HttpRequest, moment: datetime, asked: Asked) -> list[dict[str, Any]]:
    week = named("week", timezone.localdate(timezone=asked.period.zone), asked.period.zone)
    site_id = asked.site.pk if asked.site else None
    rows = kept.promised(user_of(request).scope, week, site_id=site_id).filter(target__in=RINGS)
    found = kept.figures(rows, kept.groups(week.zone)["target"], moment, whole=False)
    goal = sla.goal_of(asked)
    return [_ring(target, found.get(target.value, kept.Kept()), goal) for target in RINGS]


def _ring(target: Target, found: kept.Kept, goal: int) -> dict[str, Any]:
    filled = round(found.percent or 0)
    return {
        "label": target.label,
        "percent": words.percent(found.percent),
        "state": sla.state_of(found.percent, goal),
        "filled": filled,
        "rest": ROUND - filled,
        "known": _("%(kept)d of %(settled)d") % {"kept": found.kept, "settled": found.settled},
    }
