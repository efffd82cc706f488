"""Planning and counting reports 编制, by the clock (P3): each is a row with its promises long before it is due."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Site, User
from portal.promises import clock
from portal.promises.timekeeping import Ledger, Place
from reports import promised
from reports.models import Report, ReportEvent, ReportTimer, ReportTimerStep
from reports.papers.counting import document_of
from reports.papers.kinds import FORMS, PaperKind, first_signing, number_of
from reports.periods import Period, named
from reports.promised import Target

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 400  # periods that an outage swallowed


def plan_and_make() -> None:
    """What beat calls. Safe to run twice and at once; what an outage swallowed is made up for.

    A site or a report that cannot be done keeps nobody else's: it is logged, tried again, and its promise climbs.
    """
    plan_reports()
    make_due()


def plan_reports() -> None:
    """A row for every report whose period has begun."""
    for site in Site.objects.order_by("pk"):
        known = dict(_newest(site))
        today = clock.now().astimezone(site.zone).date()
        for kind in PaperKind:
            current = named(FORMS[kind].every, today, site.zone)
            if known.get(kind) != current.code:
                _attempt(plan_kind, site.pk, kind, clock.now())


def _newest(site: Site) -> Any:
    rows = Report.objects.filter(site=site).order_by("kind", "-first").distinct("kind")
    return rows.values_list("kind", "period_code")


@transaction.atomic
def plan_kind(site_id: int, kind: PaperKind, now: datetime) -> None:
    """The current period, and those since the newest row."""
    site = Site.objects.select_for_update(no_key=True, of=("self",)).get(pk=site_id)
    current = named(FORMS[kind].every, now.astimezone(site.zone).date(), site.zone)
    newest = Report.objects.select_related("site").filter(site=site, kind=kind).order_by("-first").first()
    period = newest.period.next() if newest else current
    for _turn in range(MOST_AT_ONCE):
        if period.first > current.first:
            return
        plan(site, kind, period, now)
        period = period.next()


def plan(site: Site, kind: PaperKind, period: Period, now: datetime) -> Report:
    """One report, with the promise to count it and the promise to issue it. The site is locked."""
    due = promised.due_at(site, Target.MADE, period)
    report = Report.objects.create(
        site=site,
        kind=kind,
        period_code=period.code,
        number=number_of(site.code, kind, period.code),
        first=period.first,
        makes_at=due - promised.COUNTS_AHEAD,
    )
    ledger = ledger_of(report, now)
    for target in (Target.MADE, promised.issued_target(kind)):
        policy = promised.policy_target(site.pk, target)
        assert policy is not None
        ledger.begin(policy, period.ends, fixed_due_at=promised.due_at(site, target, period), report=report)
    ledger.write()
    return report


def ledger_of(report: Report, now: datetime, by: User | None = None) -> Ledger:
    place = Place(report.site_id, report.site.time_zone)
    return Ledger(ReportTimer, ReportTimerStep, place, now, by_id=by.pk if by else None)


def promise_again(report: Report, now: datetime, by: User) -> None:
    """A correction is promised like a report whose period ended today."""
    target, zone = promised.issued_target(report.kind), report.site.zone
    policy = promised.policy_target(report.site_id, target)
    if policy is None:
        return
    day = now.astimezone(zone).date() + timedelta(days=1)
    due = clock.wall_clock(day, promised.amount(report.site, target), zone)
    ledger = ledger_of(report, now, by)
    ledger.begin(policy, now, fixed_due_at=due, cause="correction", report=report, round=report.rounds + 1)
    ledger.write()


def lapse(report: Report, now: datetime, by: User) -> None:
    """The correction is left; what was promised about it lapses."""
    ledger = ledger_of(report, now, by)
    for timer in ReportTimer.objects.select_for_update().filter(report=report):
        ledger.cancel(timer, cause="correction left")
    ledger.write()


def meet(report: Report, target: Target, now: datetime, by: User | None = None) -> None:
    ledger = ledger_of(report, now, by)
    for timer in ReportTimer.objects.select_for_update().filter(report=report, target=target):
        ledger.meet(timer)
    ledger.write()


def make_due() -> None:
    """Count what is due, each in a transaction of its own: a killed worker loses one at most, and only its time."""
    for pk in Report.objects.filter(status=Report.Status.PLANNED, makes_at__lte=clock.now()).values_list(
        "pk", flat=True
    ):
        _attempt(make, pk)


def _attempt(step: Callable[..., object], *of: object) -> None:
    try:
        step(*of)
    except Exception:
        logger.exception("%s %s failed", step.__name__, of)


@transaction.atomic
def make(report_id: int) -> bool:
    """Count a planned report; False where somebody did or does."""
    planned = Report.objects.filter(status=Report.Status.PLANNED)
    report = planned.select_for_update(skip_locked=True, of=("self",)).select_related("site__company").filter(
        pk=report_id
    ).first()  # fmt: skip
    now = clock.now()
    if report is None or report.makes_at > now:
        return False
    count(report, now)
    report.status = Report.Status.DRAFT
    report.save()
    ReportEvent.objects.create(report=report, kind=ReportEvent.Kind.MADE, at=now)
    meet(report, Target.MADE, now)
    tell(report, report.form.signed_by[first_signing(report.kind)], "to_sign", now)
    return True


def count(report: Report, now: datetime) -> None:
    """Take the figures as they stand now; whoever calls has locked the report and saves it."""
    first = report.editions.order_by("number").first()
    corrects = json.loads(first.content)["document"] if first else None
    document = document_of(report.site, report.kind, report.period, now, corrects=corrects)
    report.figures, report.counted_at = json.dumps(document, ensure_ascii=False), now
    report.version += 1


def told_key(report: Report, kind: str, of: int) -> str:
    return f"report:{report.pk}:{kind}:{of}"


def tell(report: Report, roles: Any, kind: str, now: datetime, **params: Any) -> None:
    """Into the outbox; the same thing once about the same state of the same report."""
    found = people_for(sorted(roles), site_id=report.site_id, department_id=None, at=now)
    outbox.put(
        outbox.messages_for(
            {person.user_id for _role, people in found for person in people},
            key=told_key(report, kind, params.get("edition", report.version)),
            kind=f"reports.{kind}",
            params={"number": report.number, "kind": report.kind, "site": report.site.name, **params},
            link=report.url,
            now=now,
            not_before=outbox.after_quiet_hours(now, report.site.zone),
        ),
        told_before=True,
    )
