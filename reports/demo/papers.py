"""The reports of the last months, each counted and signed at its time by those who sign them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db.models import Q

from portal.organization.models import Membership, Site, User
from portal.organization.roles import Role
from portal.promises import clock, sweeping
from reports.models import Report
from reports.papers.kinds import FORMS, PaperKind
from reports.periods import Period, named
from reports.services import making, signing

BACK = {"today": 3, "month": 2, "quarter": 1, "year": 0}  # periods before the current one
SIGNS_AFTER = (timedelta(minutes=6), timedelta(minutes=91), timedelta(minutes=134))
AHEAD = "1. 二次供水水箱清洗，停水前三天公告。\n2. 补足走访户数。\n3. 冬季防火、防冻检查。"
NOTES = "楼道充电已与业委会商定集中停放点。"


def fill_demo(_random: Random, now: datetime) -> None:
    staffed = Site.objects.filter(memberships__role=Role.SUPERVISOR).distinct()  # a benchmark has further ones
    for site in staffed.select_related("company").order_by("pk"):
        for kind in PaperKind:
            _fill(site, kind, now)


def _fill(site: Site, kind: PaperKind, now: datetime) -> None:
    period = named(FORMS[kind].every, now.astimezone(site.zone).date(), site.zone)
    periods = [period]
    for _turn in range(BACK[FORMS[kind].every]):
        period = period.before()
        periods.insert(0, period)
    for one in periods:
        _play(site, kind, one, now)


def _play(site: Site, kind: PaperKind, period: Period, now: datetime) -> None:
    """Planned as it began, counted at its moment, signed within the morning; yesterday's still waits."""
    with clock.standing_at(min(period.begins, now)):
        report = making.plan(site, kind, period, clock.now())
    if report.makes_at > now:
        return
    with clock.standing_at(report.makes_at):
        making.make(report.pk)
    waits = kind == PaperKind.OWNER_DAILY and period.next().ends > now
    steps = [] if waits else list(SIGNS_AFTER)
    for after, (_step, roles) in zip(steps, FORMS[kind].signed_by.items(), strict=False):
        at, by = report.makes_at + after, _who(site, roles, report)
        if by is None or at > now:
            break
        with clock.standing_at(at):
            report = _sign(report, by)
    sweeping.sweep(now)


def _who(site: Site, roles: frozenset[str], report: Report) -> User | None:
    """Somebody of that role at the site who has not signed this paper."""
    report.refresh_from_db()
    signed = [one["user"] for one in report.signed]
    posts = Membership.objects.filter(Q(site=site) | Q(site=None), role__in=roles).exclude(user__in=signed)
    post = posts.select_related("user").order_by("pk").first()
    return post.user if post else None


def _sign(report: Report, by: User) -> Report:
    if report.status == Report.Status.DRAFT:
        return signing.write(report.number, report.version, {"next": AHEAD, "notes": NOTES}, by, sign=True)
    return signing.sign(report.number, report.version, by)
