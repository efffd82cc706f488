"""Reports, their editions, and the promises about them."""

from reports.models.papers import Edition, Report, ReportEvent, ReportQuerySet, ReportTimer, ReportTimerStep

__all__ = ["Edition", "Report", "ReportEvent", "ReportQuerySet", "ReportTimer", "ReportTimerStep"]
