"""Visits, who goes, calls, opinions, rounds, and the promises about them."""

from visits.models.opinions import Opinion
from visits.models.rounds import DoorStep, VisitGoal, VisitRound
from visits.models.timers import VisitTimer, VisitTimerStep
from visits.models.visits import VISITORS, Assignment, CallRecord, HomeVisit, HomeVisitQuerySet, VisitEvent

__all__ = [
    "VISITORS",
    "Assignment",
    "CallRecord",
    "DoorStep",
    "HomeVisit",
    "HomeVisitQuerySet",
    "Opinion",
    "VisitEvent",
    "VisitGoal",
    "VisitRound",
    "VisitTimer",
    "VisitTimerStep",
]
