"""The promises about reports, and their limits as the policy rows say them: times of the local day after the period."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

from portal.organization.models import Site
from portal.promises import policies
from portal.promises.clock import wall_clock
from reports.papers.kinds import FORMS, PaperKind
from reports.periods import Period

KIND = "report"
COUNTS_AHEAD = timedelta(minutes=10)  # the clock counts that long before the promise to have counted ends


class Target(models.TextChoices):
    MADE = "report_made", pgettext_lazy("limit", "report counted")
    DAILY = "report_daily", pgettext_lazy("limit", "daily report issued")
    MONTHLY = "report_monthly", pgettext_lazy("limit", "monthly report issued")
    QUARTERLY = "report_quarterly", pgettext_lazy("limit", "quarterly report issued")
    YEARLY = "report_yearly", pgettext_lazy("limit", "yearly report issued")


ISSUED = {"today": Target.DAILY, "month": Target.MONTHLY, "quarter": Target.QUARTERLY, "year": Target.YEARLY}


def issued_target(kind: str) -> Target:
    return ISSUED[FORMS[PaperKind(kind)].every]


def amount(site: Site, target: Target) -> timedelta:
    """Raises KeyError where no policy has the target."""
    return policies.limits_of(site.pk, KIND, "")[target].amount


def due_at(site: Site, target: Target, of: Period) -> datetime:
    """The amount counts from the midnight after the period."""
    return wall_clock(of.after, amount(site, target), of.zone)


def policy_target(site_id: int, target: Target) -> int | None:
    policy = policies.policy_for(site_id, KIND, "", "")
    return policy.for_turn(target) if policy else None
