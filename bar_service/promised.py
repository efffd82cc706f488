"""The targets of the bar's promises, and their limits as the policy rows say them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.promises import policies
from portal.promises.clock import wall_clock

KIND = "bar"


class Target(models.TextChoices):
    VIP_ROUND = "vip_round", _("round in the VIP room")
    BAR_READY = "bar_ready", _("bar ready")
    BAR_CLOSED = "bar_closed", _("bar closed")
    GEAR_BACK = "gear_back", _("hats and boots back")
    SALES_REQUEST = "sales_request", _("request of sales")
    # No timers: a table's state is computed from these three and the clock.
    FIRST_DRINK = "first_drink", _("first drink")
    REFILL = "refill", _("refill")
    ASHTRAY = "ashtray", _("ashtray")


def amount(site_id: int, target: Target) -> timedelta:
    """How long a target gives at this site. Raises KeyError where no policy has it."""
    return policies.limits_of(site_id, KIND, "")[target].amount


def policy_target(site_id: int, target: Target) -> int | None:
    policy = policies.policy_for(site_id, KIND, "", "")
    return policy.for_turn(target) if policy else None


# What is done after midnight still belongs to the evening before.
DAY_BEGINS = timedelta(hours=4)


def bar_day(moment: datetime, zone: ZoneInfo) -> date:
    """The working day of the bar that ``moment`` falls into."""
    return (moment.astimezone(zone).replace(tzinfo=None) - DAY_BEGINS).date()


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when that working day lasts."""
    return wall_clock(day, DAY_BEGINS, zone), wall_clock(day + timedelta(days=1), DAY_BEGINS, zone)
