"""When a resident's number may be dialled: in the site's polite hours and outside their do-not-call times (K2).

The rule holds wherever a number can be dialled (docs/sla.md), so it stands here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.calendars.business_time import Hours
from portal.calendars.services import calendar_of
from portal.pages import moments

LOOKED_AHEAD = 8  # days


@dataclass(frozen=True)
class Calling:
    """Whether one may call now, and if not, from when (None: not within a week)."""

    open: bool
    opens_at: datetime | None = None
    unwanted: bool = False  # it is the resident's own wish that stands against it

    @property
    def words(self) -> str:
        """What stands in the place of the button; nothing while one may call."""
        if self.open:
            return ""
        if self.opens_at is None:
            return _("not to be called")
        return _("may be called at %(time)s") % {
            "time": moments.short(self.opens_at, self.opens_at.tzinfo or ZoneInfo("UTC"))
        }


def calling(now: datetime, site_id: int, zone_name: str, do_not_call: Iterable[Mapping[str, str]]) -> Calling:
    """The answer for one resident at one site; the calendar is remembered for some seconds."""
    spans = [(time.fromisoformat(span["start"]), time.fromisoformat(span["end"])) for span in do_not_call]
    calendar = calendar_of("polite_hours", site_id, zone_name)
    return when_callable(now.astimezone(ZoneInfo(zone_name)), calendar.hours_on, spans)


def polite_hours(now: datetime, site_id: int, zone_name: str) -> Hours:
    """The site's polite hours of that day."""
    return calendar_of("polite_hours", site_id, zone_name).hours_on(now.astimezone(ZoneInfo(zone_name)).date())


def when_callable(local: datetime, polite_on: Callable[[date], Hours], do_not_call: Hours) -> Calling:
    """The rule itself, for a moment in the site's wall-clock time. Pure."""

    def polite(at: datetime) -> bool:
        return any(within(at.time(), *span) for span in polite_on(at.date()))

    def unwanted(at: datetime) -> bool:
        return any(within(at.time(), *span) for span in do_not_call)

    if polite(local) and not unwanted(local):
        return Calling(True)
    for day in range(LOOKED_AHEAD):
        on = local.date() + timedelta(days=day)
        begins = sorted({opens for opens, _closes in polite_on(on)} | {ends for _begins, ends in do_not_call})
        for begin in begins:
            at = datetime.combine(on, begin, tzinfo=local.tzinfo)
            if at > local and polite(at) and not unwanted(at):
                return Calling(False, at, polite(local))
    return Calling(False, None, polite(local))


def within(at: time, begins: time, ends: time) -> bool:
    """An end before its start lies past midnight; 00:00 to 00:00 is the whole day."""
    return begins <= at < ends if begins < ends else at >= begins or at < ends
