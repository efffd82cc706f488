"""How a moment is written: the day only where it is not today, the year only where it is not this one (T6)."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from django.utils import timezone
from django.utils.translation import gettext as _


def iso(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def short(moment: datetime, zone: tzinfo, *, today: date | None = None, seconds: bool = False) -> str:
    """13:31, or 11-21 13:31, or 2025-11-21 13:31."""
    local = moment.astimezone(zone)
    today = today or timezone.now().astimezone(zone).date()
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if local.date() == today:
        return clock
    return f"{local:%m-%d} {clock}" if local.year == today.year else f"{local:%Y-%m-%d} {clock}"


def with_today(moment: datetime, zone: tzinfo) -> str:
    """As ``short``, and today is named: for lists that mix days."""
    local = moment.astimezone(zone)
    today = timezone.now().astimezone(zone).date()
    return (
        _("today %(clock)s") % {"clock": f"{local:%H:%M}"}
        if local.date() == today
        else short(moment, zone, today=today)
    )
