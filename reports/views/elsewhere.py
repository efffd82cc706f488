"""Home visits and the bar today, for the page "now" and the wall: figures only, each opens its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bar_service.models import Bar, BarTimer
from bar_service.models.gear import Loan
from bar_service.promised import Target
from portal.organization.models import User
from portal.promises.models import TimerState
from visits.models import HomeVisit, VisitTimer
from visits.states import Status

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
    local = timezone.localtime(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    visits = HomeVisit.objects.visible_to(user)
    if site_id is not None:
        visits = visits.filter(site=site_id)
    today = visits.filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1))
    found = today.order_by().aggregate(agreed=Count("pk"), done=Count("pk", filter=Q(status=Status.DONE)))
    missed = _late(VisitTimer.objects.filter(visit__in=visits), now).count()
    if not found["agreed"] and not missed:
        return []
    said = _("%(done)d of %(agreed)d done") % found
    late = ngettext("%(count)d missed", "%(count)d missed", missed) % {"count": missed} if missed else ""
    return [Line(_("Home visits today"), ", ".join(filter(None, [said, late])), "/visits/", "late" if missed else "")]


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
