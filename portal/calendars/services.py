"""From calendar rows to the pure ``BusinessCalendar``, and the country's holidays into their table."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date, time, timedelta

from django.db.models import F, Q

from portal.calendars.business_time import BusinessCalendar
from portal.calendars.models import Holiday, SiteCalendar
from portal.memo import for_a_moment

logger = logging.getLogger(__name__)

ROUND_THE_CLOCK = "round_the_clock"


@for_a_moment
def calendar_of(code: str, site_id: int, time_zone: str) -> BusinessCalendar:
    """The calendar ``code`` as the site has it, else as the company has it; unknown codes run round the clock.

    Statements: none for round the clock, else three (four with holidays); remembered for some seconds.
    """
    if code == ROUND_THE_CLOCK:
        return BusinessCalendar(time_zone, None)
    rows = SiteCalendar.objects.filter(Q(site=site_id) | Q(site=None), code=code)
    found = rows.order_by(F("site").asc(nulls_last=True)).prefetch_related("weekly_hours", "date_hours").first()
    if found is None:
        logger.error("calendar %s is missing: round the clock counts in its place", code)
        return BusinessCalendar(time_zone, None)
    return build(found, time_zone)


def build(calendar: SiteCalendar, time_zone: str) -> BusinessCalendar:
    """Raises ValueError for a calendar that never opens or whose intervals overlap."""
    week: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for hours in calendar.weekly_hours.all():
        week[hours.weekday].append((hours.opens, hours.closes))
    dates: dict[date, list[tuple[time, time]]] = defaultdict(list)
    holidays: list[date] = []
    if calendar.keeps_holidays:
        for holiday in Holiday.objects.all():
            if holiday.works:
                dates[holiday.on] = list(week.get(0, []))  # a make-up day keeps Monday's hours
            else:
                holidays.append(holiday.on)
    own: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for row in calendar.date_hours.all():
        own[row.on] += [(row.opens, row.closes)] if row.opens is not None and row.closes is not None else []
    dates.update(own)
    return BusinessCalendar(time_zone, None if calendar.round_the_clock else week, holidays, dates)


def seed_holidays(years: range) -> int:
    """Add China's statutory holidays and make-up workdays; a year that the library does not cover is left out."""
    import chinese_calendar

    rows: list[Holiday] = []
    for year in years:
        on = date(year, 1, 1)
        try:
            while on.year == year:
                day_off, name = chinese_calendar.get_holiday_detail(on)
                works = chinese_calendar.is_workday(on)
                if name and (day_off or works):
                    rows.append(Holiday(on=on, name=name, works=not day_off))
                on += timedelta(days=1)
        except NotImplementedError:
            logger.debug("the holiday library does not cover %s yet: only weekends count there", year)
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True))
