"""When a resident's number may be dialled: in the site's polite hours and outside their do-not-call times (K2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.calendars.services import calendar_of

Spans = list[tuple[time, time]]


@dataclass(frozen=True)
class Calling:
    """Whether one may call now, and if not, from when (None: not within a week)."""

    open: bool
    opens_at: datetime | None


def spans_of(do_not_call: Iterable[Mapping[str, str]]) -> Spans:
    return [(time.fromisoformat(span["start"]), time.fromisoformat(span["end"])) for span in do_not_call]


def calling(now: datetime, site_id: int, zone_name: str, do_not_call: Iterable[Mapping[str, str]]) -> Calling:
    """The answer for one resident at one site; the calendar is remembered for some seconds."""
    polite, spans = calendar_of("polite_hours", site_id, zone_name), spans_of(do_not_call)
    local = now.astimezone(ZoneInfo(zone_name))

    def may(at: datetime) -> bool:
        hours = polite.hours_on(at.date())
        return any(_within(at.time(), *span) for span in hours) and not any(_within(at.time(), *s) for s in spans)

    if may(local):
        return Calling(True, None)
    for day in range(8):
        on = local.date() + timedelta(days=day)
        begins = sorted({opens for opens, _closes in polite.hours_on(on)} | {ends for _begins, ends in spans})
        for begin in begins:
            at = datetime.combine(on, begin, tzinfo=local.tzinfo)
            if at > local and may(at):
                return Calling(False, at)
    return Calling(False, None)


def _within(at: time, begins: time, ends: time) -> bool:
    """A span may pass midnight; 00:00 as its end is the day's."""
    if begins < ends or ends == time(0):
        return begins <= at and (at < ends or ends == time(0))
    return at >= begins or at < ends
