"""Tickets, their history, their timers, and the callbacks that follow."""

from complaints.models.box import BoxOpening
from complaints.models.callbacks import Callback, CallbackQuerySet, Goal
from complaints.models.cases import CaseVersion, LibraryCase, Repeat
from complaints.models.catalogue import Category, DayNumber, Phrase
from complaints.models.forum import Courtesy, ForumPost, ForumReply
from complaints.models.history import Attachment, LastStep, TicketEvent
from complaints.models.incidents import Incident
from complaints.models.issues import CommonIssue, IssueTicket
from complaints.models.overtime import Claim, OvertimeRequest, TicketLink
from complaints.models.tickets import FAR_AWAY, TITLE_LENGTH, Ticket, TicketQuerySet, title_of
from complaints.models.timers import Outcome, TicketTimer, TimerStep
from complaints.saved_views import SavedView

__all__ = [
    "FAR_AWAY",
    "TITLE_LENGTH",
    "Attachment",
    "BoxOpening",
    "Callback",
    "CallbackQuerySet",
    "CaseVersion",
    "Category",
    "Claim",
    "CommonIssue",
    "Courtesy",
    "DayNumber",
    "ForumPost",
    "ForumReply",
    "Goal",
    "Incident",
    "IssueTicket",
    "LastStep",
    "LibraryCase",
    "Outcome",
    "OvertimeRequest",
    "Phrase",
    "Repeat",
    "SavedView",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "TicketQuerySet",
    "TicketTimer",
    "TimerStep",
    "title_of",
]
