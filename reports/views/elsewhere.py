"""Home visits and the bar today, for the page "now" and the wall: figures only, each opens its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bar_service.models import Bar, BarTimer
from bar_service.models.gear import Loan
from bar_service.promised import Target
from portal.organization.models import User
from portal.pages.houses import sites
from portal.promises.models import TimerState
from visits.models import HomeVisit
from visits.states import OVER

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Line:
    label: str
    words: str
    url: str
    state: str = ""


def lines(user: User, now: datetime, *, site_id: int | None = None) -> list[Line]:
    """Four statements at most; what this person may not see is not said."""
    return [*_visits(user, now, site_id), *_bar(user, now, site_id)]


def _visits(user: User, now: datetime, site_id: int | None) -> list[Line]:
    agreed = done = missed = 0
    for zone, of_zone in _sites_by_zone(site_id).items():
        visits, today = HomeVisit.objects.visible_to(user).filter(site__in=of_zone), now.astimezone(zone).date()
        found = visits.of_day(today, zone).aggregate(all=Count("pk"), over=Count("pk", filter=Q(status__in=OVER)))
        agreed, done = agreed + found["all"], done + found["over"]
        missed += visits.missed(today, now).count()
    if not agreed and not missed:
        return []
    said = _("%(done)d of %(agreed)d done") % {"done": done, "agreed": agreed}
    late = ngettext("%(count)d missed", "%(count)d missed", missed) % {"count": missed} if missed else ""
    return [Line(_("Home visits today"), ", ".join(filter(None, [said, late])), "/visits/", "late" if missed else "")]


def _sites_by_zone(site_id: int | None) -> dict[ZoneInfo, list[int]]:
    """A day is each site's own; most companies have one zone, so two statements serve all."""
    found: dict[ZoneInfo, list[int]] = {}
    for site in sites().values():
        if site_id in {None, site.pk}:
            found.setdefault(site.zone, []).append(site.pk)
    return found


def _bar(user: User, now: datetime, site_id: int | None) -> list[Line]:
    bars = Bar.objects.visible_to(user)
    if site_id is not None:
        bars = bars.filter(site=site_id)
    timers = BarTimer.objects.filter(matter__site__in=bars.values("site"))
    rounds = _late(timers.filter(target=Target.VIP_ROUND), now).count()
    out = Loan.objects.out().filter(gear__bar__in=bars).count()
    found = []
    if rounds:
        words = ngettext("%(count)d round overdue", "%(count)d rounds overdue", rounds) % {"count": rounds}
        found.append(Line(_("VIP rooms"), words, "/bar/figures/", "late"))
    if out:
        found.append(Line(_("Hats and boots out"), str(out), "/bar/figures/"))
    return found


def _late(timers: QuerySet, now: datetime) -> QuerySet:  # type: ignore[type-arg]
    return timers.filter(state=TimerState.RUNNING, due_at__lt=now)
