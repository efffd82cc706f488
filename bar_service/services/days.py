"""The opening and the closing of every day are planned by the clock, whether or not anybody looks (B2, B7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from bar_service.models import Bar, BarTimer, BarTimerStep, CheckItem, Matter, Run
from bar_service.promised import Target, amount, bar_day, policy_target
from portal.promises import clock
from portal.promises.clock import wall_clock
from portal.promises.timekeeping import Ledger, Place

TARGETS = {CheckItem.Checklist.OPEN: Target.BAR_READY, CheckItem.Checklist.CLOSE: Target.BAR_CLOSED}
MOST_DAYS_BACK = 7  # after an outage


def plan_days() -> int:
    """Make the checklists of today, and of days that an outage swallowed. Safe to run twice and at once."""
    return sum(plan_days_of(pk, clock.now()) for pk in Bar.objects.filter(retired_at=None).values_list("pk", flat=True))


@transaction.atomic
def plan_days_of(bar_id: int, now: datetime) -> int:
    bar = Bar.objects.select_for_update(of=("self",)).select_related("site").get(pk=bar_id)
    today = bar_day(now, bar.site.zone)
    newest = Run.objects.filter(bar=bar).order_by("-day").values_list("day", flat=True).first()
    first = max(newest + timedelta(days=1), today - timedelta(days=MOST_DAYS_BACK)) if newest else today
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return sum(_plan(bar, day, now, is_first=newest is None) for day in days if day.weekday() in bar.weekdays)


def run_of(bar: Bar, day: date, checklist: str, now: datetime) -> Run:
    """That day's list; made now where the clock has not come by yet. The bar is locked."""
    found = Run.objects.filter(bar=bar, day=day, checklist=checklist).first()
    return found or _make(bar, day, CheckItem.Checklist(checklist), now)


def _plan(bar: Bar, day: date, now: datetime, *, is_first: bool) -> int:
    """On a bar's very first day only what is still ahead is promised."""
    made = 0
    for checklist in TARGETS:
        if is_first and _due_at(bar, day, checklist) <= now:
            continue
        if not Run.objects.filter(bar=bar, day=day, checklist=checklist).exists():
            _make(bar, day, checklist, now)
            made += 1
    return made


def _make(bar: Bar, day: date, checklist: CheckItem.Checklist, now: datetime) -> Run:
    site = bar.site
    matter = Matter.objects.create(bar=bar, site=site, label=day.isoformat())
    run = Run.objects.create(bar=bar, day=day, checklist=checklist, matter=matter)
    policy = policy_target(site.pk, TARGETS[checklist])
    if policy is not None:
        ledger = Ledger(BarTimer, BarTimerStep, Place(site.pk, site.time_zone), now)
        midnight = wall_clock(day, timedelta(), site.zone)
        ledger.begin(policy, midnight, fixed_due_at=_due_at(bar, day, checklist), matter=matter)
        ledger.write()
    return run


def _due_at(bar: Bar, day: date, checklist: CheckItem.Checklist) -> datetime:
    return wall_clock(day, amount(bar.site_id, TARGETS[checklist]), bar.site.zone)
