"""Kinds, severities and statuses of a ticket, and the one table of what may follow what (INTERFACES §5)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.organization.roles import Role


class Kind(models.TextChoices):
    COMPLAINT = "complaint", pgettext_lazy("kind", "Complaint")
    SERVICE_REQUEST = "service_request", pgettext_lazy("kind", "Service request")
    ENQUIRY = "enquiry", pgettext_lazy("kind", "Enquiry")
    SUGGESTION = "suggestion", pgettext_lazy("kind", "Suggestion")
    HELP = "help", pgettext_lazy("kind", "Help")
    PRAISE = "praise", pgettext_lazy("kind", "Praise")


class Severity(models.TextChoices):
    MINOR = "minor", pgettext_lazy("severity", "Minor")
    IMPORTANT = "important", pgettext_lazy("severity", "Important")
    MAJOR = "major", pgettext_lazy("severity", "Major")


# Repairs have an urgency, not a severity (C21): it is kept as the first two grades, and named by its own words.
REPAIRS = frozenset({Kind.SERVICE_REQUEST, Kind.HELP})


class Urgency(models.TextChoices):
    ORDINARY = "minor", pgettext_lazy("urgency", "Ordinary")
    URGENT = "important", pgettext_lazy("urgency", "Urgent")


def graded(kind: str, severity: str) -> Severity:
    """The grade as it is kept: a repair is urgent or not, and knows nothing above."""
    return Severity.IMPORTANT if kind in REPAIRS and severity == Severity.MAJOR else Severity(severity)


def grade_label(kind: str, severity: str) -> str | Promise:
    """The word for a grade: 一般 or 急修 of a repair, 轻微, 重要 or 重大 of anything else."""
    return Urgency(graded(kind, severity)).label if kind in REPAIRS else Severity(severity).label


class ReportChannel(models.TextChoices):
    COUNTER = "counter", _("Counter")
    HOTLINE = "hotline", _("Hotline")
    API = "api", _("Online")
    SUGGESTION_BOX = "suggestion_box", _("Suggestion box")
    FORUM = "forum", _("Owners' forum")
    VISIT = "visit", _("Home visit")
    INSPECTION = "inspection", _("Inspection")
    LETTER = "letter", _("Letter or e-mail")
    SURVEY = "survey", _("Survey")
    RECEPTION_DAY = "reception_day", _("Reception day")
    BAR = "bar", _("Bar")
    PASSED_ON = "passed_on", _("Passed on by the company or an authority")


class Status(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("status", "To dispatch")
    DISPATCHED = "dispatched", pgettext_lazy("status", "To sign")
    SIGNED = "signed", pgettext_lazy("status", "Signed")
    IN_PROGRESS = "in_progress", pgettext_lazy("status", "In progress")
    WAITING = "waiting", pgettext_lazy("status", "Waiting")
    RESOLVED = "resolved", pgettext_lazy("status", "To inform")
    INFORMED = "informed", pgettext_lazy("status", "To call back")
    DECLINED = "declined", pgettext_lazy("status", "Declined")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    MERGED = "merged", pgettext_lazy("status", "Merged")
    VOID = "void", pgettext_lazy("status", "Void")


S = Status
BEING_HANDLED = frozenset({S.DISPATCHED, S.SIGNED, S.IN_PROGRESS, S.WAITING})
UNRESOLVED = BEING_HANDLED | {S.REGISTERED}
OVER = frozenset({S.CLOSED, S.WITHDRAWN, S.MERGED, S.VOID})


NOT_OVER = frozenset(Status) - OVER


class Lane(models.TextChoices):
    """Whose move it is: each ticket is in one, by its status and whether it waits for its form."""

    TO_DISPATCH = "to_dispatch"
    TO_SIGN = "to_sign"
    IN_PROGRESS = "in_progress"
    TO_RETURN = "to_return"
    TO_INFORM = "to_inform"
    TO_CALL_BACK = "to_call_back"
    OVER = "over"


LANES = {
    S.REGISTERED: Lane.TO_DISPATCH,
    S.DISPATCHED: Lane.TO_SIGN,
    S.SIGNED: Lane.IN_PROGRESS,
    S.IN_PROGRESS: Lane.IN_PROGRESS,
    S.WAITING: Lane.IN_PROGRESS,
    S.RESOLVED: Lane.TO_INFORM,  # unless it waits for its form
    S.INFORMED: Lane.TO_CALL_BACK,
    S.DECLINED: Lane.TO_CALL_BACK,
    S.CLOSED: Lane.OVER,
    S.WITHDRAWN: Lane.OVER,
    S.MERGED: Lane.OVER,
    S.VOID: Lane.OVER,
}


class Step(models.TextChoices):
    """What somebody does to a ticket. The value is the event's kind in its history."""

    DISPATCH = "dispatched", _("Dispatched")
    ANSWER = "answered", _("Answered on the spot")
    SIGN = "signed", _("Signed for")
    SEND_BACK = "sent_back", _("Sent back")
    NOTE = "note", _("Handling noted")
    WAIT = "waiting", _("Waiting")
    RESUME = "resumed", _("Taken up again")
    RESOLVE = "resolved", _("Handling done")
    RETURN = "returned", _("Form returned")
    INFORM = "informed", _("Resident told")
    DECLINE = "declined", _("Declined with the reason")
    REOPEN = "reopened", _("Reopened")
    WITHDRAW = "withdrawn", _("Withdrawn")
    PASS_ON = "passed_on", _("Praise passed on")
    MERGE = "merged", _("Merged into an earlier ticket")
    CORRECT = "corrected", _("Corrected")
    VOID = "voided", _("Void: made by mistake")
    ANSWER_AT_ONCE = "answered_at_once", _("Answered at once")


@dataclass(frozen=True)
class Transition:
    """From where to where, and whose step it is. ``to`` None leaves the status, or is worked out by the service."""

    start: frozenset[Status]
    to: Status | None
    desk: bool = False  # the front desk's
    department: frozenset[Role] = frozenset()  # of the ticket's own department


STAFF_AND_HEAD = frozenset({Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD})

TRANSITIONS: dict[Step, Transition] = {
    Step.DISPATCH: Transition(
        frozenset({S.REGISTERED, S.DISPATCHED, S.SIGNED, S.IN_PROGRESS}), S.DISPATCHED, desk=True
    ),
    Step.ANSWER: Transition(frozenset({S.REGISTERED}), S.RESOLVED, desk=True),
    Step.SIGN: Transition(frozenset({S.DISPATCHED}), S.SIGNED, department=STAFF_AND_HEAD),
    Step.SEND_BACK: Transition(frozenset({S.DISPATCHED, S.SIGNED}), S.REGISTERED, department=STAFF_AND_HEAD),
    Step.NOTE: Transition(frozenset({S.SIGNED, S.IN_PROGRESS, S.WAITING}), None, department=STAFF_AND_HEAD),
    Step.WAIT: Transition(
        frozenset({S.DISPATCHED, S.SIGNED, S.IN_PROGRESS}), S.WAITING, desk=True, department=STAFF_AND_HEAD
    ),
    Step.RESUME: Transition(frozenset({S.WAITING}), None, desk=True, department=STAFF_AND_HEAD),
    Step.RESOLVE: Transition(frozenset({S.SIGNED, S.IN_PROGRESS, S.WAITING}), S.RESOLVED, department=STAFF_AND_HEAD),
    Step.RETURN: Transition(frozenset({S.RESOLVED}), None, department=frozenset({Role.DEPARTMENT_HEAD})),
    Step.INFORM: Transition(frozenset({S.RESOLVED}), S.INFORMED, desk=True),
    Step.DECLINE: Transition(UNRESOLVED, S.DECLINED, desk=True),
    Step.REOPEN: Transition(frozenset({S.INFORMED, S.DECLINED, S.CLOSED}), None, desk=True),
    Step.WITHDRAW: Transition(UNRESOLVED, S.WITHDRAWN, desk=True),
    Step.PASS_ON: Transition(frozenset({S.REGISTERED}), S.CLOSED, desk=True),
    Step.MERGE: Transition(UNRESOLVED, S.MERGED, desk=True),
    Step.CORRECT: Transition(NOT_OVER, None, desk=True),
    Step.VOID: Transition(NOT_OVER, S.VOID, desk=True),  # after a signature the supervisor's (``may_take``)
    Step.ANSWER_AT_ONCE: Transition(frozenset({S.REGISTERED}), S.CLOSED, desk=True),
}


class WaitFor(models.TextChoices):
    """For whom or what the work waits (C13)."""

    RESIDENT = "resident", _("The resident")
    THIRD_PARTY = "third_party", _("A third party (supplier, power company)")
    PARTS = "parts", _("Parts or material")


class Decision(models.TextChoices):
    """What became of a request for more time (C6)."""

    GRANTED = "granted", pgettext_lazy("overtime", "Granted")
    SHORTENED = "shortened", pgettext_lazy("overtime", "Granted, shortened")
    REFUSED = "refused", pgettext_lazy("overtime", "Refused")
    LAPSED = "lapsed", pgettext_lazy("overtime", "Lapsed")  # handled, or taken back, before anybody decided


DECISIONS = (Decision.GRANTED, Decision.SHORTENED, Decision.REFUSED)


# Who decides on more time (C6).
OVERTIME_DECIDED_BY: dict[Severity, Role] = {
    Severity.MINOR: Role.SUPERVISING_MANAGER,
    Severity.IMPORTANT: Role.GENERAL_MANAGER,
    Severity.MAJOR: Role.GENERAL_MANAGER,
}
# The way up of a claim for damages, level by level (C23).
CLAIM_LEVELS = (Role.DEPARTMENT_HEAD, Role.OPERATIONS_MANAGER, Role.SUPERVISING_MANAGER, Role.GENERAL_MANAGER)


class Target(models.TextChoices):
    """What is promised a time for (INTERFACES §1, ``sla_explain``)."""

    DISPATCH = "dispatch", pgettext_lazy("target", "Dispatch")
    SIGN = "sign", pgettext_lazy("target", "Sign for it")
    HAND_UP_SUPERVISING_MANAGER = (
        "hand_up_supervising_manager",
        pgettext_lazy("target", "Hand up to the supervising manager"),
    )
    HAND_UP_GENERAL_MANAGER = ("hand_up_general_manager", pgettext_lazy("target", "Hand up to the general manager"))
    VIA_OPERATIONS = ("via_operations", pgettext_lazy("target", "Through the operations manager"))
    REPLY = "reply", pgettext_lazy("target", "Clear reply")
    RESOLVE = "resolve", pgettext_lazy("target", "Resolve")
    ARRIVE = "arrive", pgettext_lazy("target", "Arrive on site")
    MADE_SAFE = "made_safe", pgettext_lazy("target", "Make safe")
    RETURN_FORM = "return_form", pgettext_lazy("target", "Return the form")
    INFORM = "inform", pgettext_lazy("target", "Tell the resident")
    CALLBACK = "callback", pgettext_lazy("target", "Call back")
    FORUM_REPLY = "forum_reply", pgettext_lazy("target", "First forum reply")
    INCIDENT_REPORT = "incident_report", pgettext_lazy("target", "Report the incident")
    WRITTEN_REPORT = "written_report", pgettext_lazy("target", "Written report")
    # Small ones beside the line: a word given to the resident, how it stands, and what is being waited for.
    PROMISE = "promise", pgettext_lazy("target", "Keep the promise")
    PROGRESS = "progress", pgettext_lazy("target", "Tell how it stands")
    CHASE = "chase", pgettext_lazy("target", "Ask about the wait")
    CORRECTIVE_MEASURE = "corrective_measure", pgettext_lazy("target", "Corrective measure")


# Who stops a hand-up's timer by acknowledging 阅知.
HANDED_UP_TO: dict[Target, Role] = {
    Target.HAND_UP_SUPERVISING_MANAGER: Role.SUPERVISING_MANAGER,
    Target.HAND_UP_GENERAL_MANAGER: Role.GENERAL_MANAGER,
    Target.VIA_OPERATIONS: Role.OPERATIONS_MANAGER,
}


# A closed incident still has to be reported (C16), a forum post still to be answered (C15), a measure taken (C17).
OUTLIVE_THE_CLOSE = frozenset(
    {Target.INCIDENT_REPORT, Target.WRITTEN_REPORT, Target.FORUM_REPLY, Target.CORRECTIVE_MEASURE}
)


class EventKind(models.TextChoices):
    """Everything that stands in a ticket's history: the steps, and what is not a step."""

    REGISTERED = "registered", _("Registered")
    DISPATCHED = Step.DISPATCH.value, Step.DISPATCH.label
    ANSWERED = Step.ANSWER.value, Step.ANSWER.label
    SIGNED = Step.SIGN.value, Step.SIGN.label
    SENT_BACK = Step.SEND_BACK.value, Step.SEND_BACK.label
    NOTE = Step.NOTE.value, Step.NOTE.label
    ARRIVED = "arrived", _("Arrived on site")
    MADE_SAFE = "made_safe", _("Danger over")
    APPOINTED = "appointed", _("Appointment agreed")
    WAITING = Step.WAIT.value, Step.WAIT.label
    RESUMED = Step.RESUME.value, Step.RESUME.label
    RESOLVED = Step.RESOLVE.value, Step.RESOLVE.label
    RETURNED = Step.RETURN.value, Step.RETURN.label
    REPLIED = "replied", _("Answered the resident")
    INFORMED = Step.INFORM.value, Step.INFORM.label
    RESULT_SENT = "result_sent", _("Result sent to the app")
    DECLINED = Step.DECLINE.value, Step.DECLINE.label
    CALLBACK = "callback", _("Called back")
    RATED = "rated", _("Rated by the resident")
    REOPENED = Step.REOPEN.value, Step.REOPEN.label
    CLOSED = "closed", _("Closed")
    WITHDRAWN = Step.WITHDRAW.value, Step.WITHDRAW.label
    PASSED_ON = Step.PASS_ON.value, Step.PASS_ON.label
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    FORWARDED = "forwarded", _("Forwarded by the operations manager")
    REGRADED = "regraded", _("Severity changed")
    SEVERITY_CONFIRMED = "severity_confirmed", _("Severity confirmed")
    WISH_CONFIRMED = "wish_confirmed", _("Wished date confirmed")
    COMMENT = "comment", _("Message from the resident")
    INTERNAL_NOTE = "internal_note", _("Internal note")
    ATTACHED = "attached", _("Photo or document added")
    UNDONE = "undone", _("Undone")
    MANAGER_CALLED = "manager_called", _("Supervising manager called to the counter")
    REMINDED = "reminded", _("Reminded")
    INCIDENT = "incident", _("Marked as an incident")
    INCIDENT_REPORTED = "incident_reported", _("Incident reported to the company")
    WRITTEN_REPORT = "written_report", _("Report to the general manager written")
    FORUM_POST = "forum_post", _("Forum post noted")
    FORUM_WRITTEN = "forum_written", _("Forum reply written")
    FORUM_CONFIRMED = "forum_confirmed", _("Forum reply confirmed")
    FORUM_SENT_BACK = "forum_sent_back", _("Forum reply sent back")
    FORUM_POSTED = "forum_posted", _("Reply posted in the forum")
    CHASED = "chased", _("Asked about the wait")
    OVERTIME_ASKED = "overtime_asked", _("More time asked for")
    OVERTIME_DECIDED = "overtime_decided", _("More time decided")
    PROMISED = "promised", _("Promised to the resident")
    PROMISE_KEPT = "promise_kept", _("Promise kept")
    PROMISE_MOVED = "promise_moved", _("Promise moved, the resident told before")
    MERGED = Step.MERGE.value, Step.MERGE.label
    ABSORBED = "absorbed", _("A later ticket merged into this one")
    CAME_BACK = "came_back", _("Back: the earlier one is settled")
    LINKED = "linked", _("Linked")
    HELPER_ADDED = "helper_added", _("Second department added")
    HELPER_GONE = "helper_gone", _("Second department no longer needed")
    WATCHED = "watched", _("Watched")
    UNWATCHED = "unwatched", _("No longer watched")
    RESPONSIBLE = "responsible", _("First responsible person named")
    ABOUT_SET = "about_set", _("Person complained about named")
    NAME_HIDDEN = "name_hidden", _("Name hidden from the department")
    NAME_SHOWN = "name_shown", _("Name shown to the department again")
    CLAIMED = "claimed", _("Damage claimed")
    CLAIM_PASSED_UP = "claim_passed_up", _("Claim passed up")
    CLAIM_DECIDED = "claim_decided", _("Claim decided")
    GROUPED = "grouped", _("Part of a common issue")
    MEASURE_SET = "measure_set", _("Corrective measure set")
    MEASURE_TAKEN = "measure_taken", _("Corrective measure taken")
    NO_MEASURE = "no_measure", _("No corrective measure needed")
    HANDED_UP_LATE = "handed_up_late", _("Handed up now: the message had been lost")
    NOT_TOLD = "not_told", _("Messages about this had been lost")
    CORRECTED = Step.CORRECT.value, Step.CORRECT.label
    VOIDED = Step.VOID.value, Step.VOID.label


# What a resident may read of the history; texts of other kinds stay inside the house.
SHOWN_TO_RESIDENTS = frozenset(
    {
        EventKind.REGISTERED,
        EventKind.APPOINTED,
        EventKind.DISPATCHED,
        EventKind.SIGNED,
        EventKind.WAITING,
        EventKind.RESUMED,
        EventKind.RESOLVED,
        EventKind.REPLIED,
        EventKind.RESULT_SENT,
        EventKind.INFORMED,
        EventKind.DECLINED,
        EventKind.RATED,
        EventKind.REOPENED,
        EventKind.CLOSED,
        EventKind.WITHDRAWN,
        EventKind.COMMENT,
        EventKind.ATTACHED,
        EventKind.OVERTIME_DECIDED,
        EventKind.PROMISED,
        EventKind.PROMISE_KEPT,
        EventKind.PROMISE_MOVED,
        EventKind.MERGED,
        EventKind.VOIDED,
    }
)
# Of these the words themselves are meant for the resident.
WORDS_FOR_RESIDENTS = frozenset(
    {
        EventKind.REPLIED,
        EventKind.RESULT_SENT,
        EventKind.INFORMED,
        EventKind.DECLINED,
        EventKind.RATED,
        EventKind.COMMENT,
        EventKind.WITHDRAWN,
        EventKind.PROMISED,
        EventKind.PROMISE_MOVED,
    }
)


# What its author may take back within ten minutes (docs/sla.md, "Undo"). Not among them: signatures, acknowledgements,
# and whatever told a resident something.
UNDOABLE = frozenset(
    {
        EventKind.DISPATCHED,
        EventKind.SENT_BACK,
        EventKind.NOTE,
        EventKind.ARRIVED,
        EventKind.WAITING,
        EventKind.RESUMED,
        EventKind.RESOLVED,
        EventKind.RETURNED,
        EventKind.REGRADED,
        EventKind.SEVERITY_CONFIRMED,
        EventKind.CALLBACK,
        EventKind.REOPENED,
        EventKind.CLOSED,
        EventKind.PASSED_ON,
        EventKind.INTERNAL_NOTE,
        EventKind.CHASED,
        EventKind.OVERTIME_ASKED,
        EventKind.PROMISED,
        EventKind.PROMISE_KEPT,
        EventKind.MERGED,
        EventKind.HELPER_ADDED,
        EventKind.HELPER_GONE,
        EventKind.WATCHED,
        EventKind.UNWATCHED,
        EventKind.RESPONSIBLE,
        EventKind.ABOUT_SET,
        EventKind.NAME_HIDDEN,
        EventKind.NAME_SHOWN,
        EventKind.CORRECTED,
    }
)


class CallbackOutcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    REFUSED = "refused", _("Refused")
    RATED = "rated", _("Rated by the resident")
    UNREACHABLE = "unreachable", _("Unreachable after three attempts")
    NOT_DRAWN = "not_drawn", _("Not drawn")
    NOBODY = "nobody", _("Nobody to call: no name was left")
    VOID = "void", _("Void: the ticket was made by mistake")


# Kinds whose informed tickets are called back: complaints always, these when drawn (K1).
ALWAYS_CALLED_BACK = frozenset({Kind.COMPLAINT})
DRAWN_FOR_CALLBACK = frozenset({Kind.SERVICE_REQUEST, Kind.HELP})
CALLED_BACK = ALWAYS_CALLED_BACK | DRAWN_FOR_CALLBACK
# Kinds that may be over while the caller is still there 当场答复 (C30).
ANSWERED_AT_ONCE = frozenset({Kind.ENQUIRY, Kind.SUGGESTION})
# Kinds whose department returns a form.
HAS_FORM = frozenset({Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.HELP})
