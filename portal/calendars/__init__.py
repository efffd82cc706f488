"""Calendars: when time counts. ``BusinessCalendar`` is pure and imports without Django."""

from portal.calendars.business_time import BusinessCalendar

__all__ = ["BusinessCalendar"]
