"""Reports, their editions, and the promises about them; and the figures of months for a year."""

from reports.models.months import MonthCounted, MonthFigures
from reports.models.papers import Edition, Report, ReportEvent, ReportQuerySet, ReportTimer, ReportTimerStep

__all__ = [
    "Edition",
    "MonthCounted",
    "MonthFigures",
    "Report",
    "ReportEvent",
    "ReportQuerySet",
    "ReportTimer",
    "ReportTimerStep",
]
