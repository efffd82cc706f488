"""What reports keep themselves."""

from reports.models.months import MonthCounted, MonthFigures

__all__ = ["MonthCounted", "MonthFigures"]
