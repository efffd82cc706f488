"""What the codes of a document are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

SECTIONS = {
    "tickets": pgettext_lazy("report", "Complaints and requests"),
    "complaints": pgettext_lazy("report", "Complaints"),
    "severities": pgettext_lazy("report", "Complaints by severity"),
    "departments": pgettext_lazy("report", "By department"),
    "categories": pgettext_lazy("report", "By category"),
    "complaint_departments": pgettext_lazy("report", "Complaints by department"),
    "complaint_categories": pgettext_lazy("report", "Complaints by category"),
    "months": pgettext_lazy("report", "By month"),
    "open": pgettext_lazy("report", "Open at the end"),
    "major": pgettext_lazy("report", "Major matters"),
    "late": pgettext_lazy("report", "Complaints past their limit"),
    "common": pgettext_lazy("report", "Common issues"),
    "service": pgettext_lazy("report", "Visits, callbacks and satisfaction"),
    "next": pgettext_lazy("report", "Ahead"),
    "notes": pgettext_lazy("report", "Remarks"),
}
HEADS = {
    "kinds": (
        pgettext_lazy("report", "Kind"),
        pgettext_lazy("report", "Received"),
        pgettext_lazy("report", "Done"),
        pgettext_lazy("report", "As first set"),
        pgettext_lazy("report", "As approved"),
        pgettext_lazy("report", "Within the limit"),
        pgettext_lazy("report", "Called back"),
        pgettext_lazy("report", "Satisfied"),
    ),
}
HEADS["plain"] = (pgettext_lazy("report", "Of which"), *HEADS["kinds"][1:6])
KINDS = {
    "complaint": pgettext_lazy("report", "Complaints"),
    "request": pgettext_lazy("report", "Service requests"),
    "help": pgettext_lazy("report", "Help"),
    "question": pgettext_lazy("report", "Enquiries, suggestions"),
    "praise": pgettext_lazy("report", "Praise"),
    "service": pgettext_lazy("report", "Service"),
}
AIMED_AT = {
    "visits": (pgettext_lazy("report", "home visits"), ""),
    "coverage": (pgettext_lazy("report", "of the homes visited this year"), "visits"),
    "complaints_called": (pgettext_lazy("report", "of the complaints called back"), "complaints_called"),
    "satisfied": (pgettext_lazy("report", "satisfied"), "satisfied"),
}
# What a figure is called, and what it counts, by the last part of its name.
FIGURES = {
    "received": pgettext_lazy("figure", "Received"),
    "done": pgettext_lazy("figure", "Done"),
    "settled": pgettext_lazy("figure", "Result known"),
    "at_first": pgettext_lazy("figure", "Within the limit as first set"),
    "kept": pgettext_lazy("figure", "Within the limit as approved"),
    "late": pgettext_lazy("figure", "Past the limit"),
    "more_time": pgettext_lazy("figure", "With more time approved"),
    "running": pgettext_lazy("figure", "Still running"),
    "calls_due": pgettext_lazy("figure", "Callbacks due"),
    "called": pgettext_lazy("figure", "Called back"),
    "judged": pgettext_lazy("figure", "Gave an opinion"),
    "satisfied": pgettext_lazy("figure", "Satisfied"),
    "open": pgettext_lazy("figure", "Open"),
    "visits": pgettext_lazy("figure", "Home visits"),
    "homes": pgettext_lazy("figure", "Homes lived in"),
    "seen": pgettext_lazy("figure", "Visited this year"),
    "major": pgettext_lazy("figure", "Major"),
}
RULES = {
    "received": gettext_lazy("Received in this time and not withdrawn."),
    "done": gettext_lazy("Of these, handled or declined by the moment of counting."),
    "settled": gettext_lazy("Those whose result is known: resolved, or past the limit. The denominator of the rates."),
    "at_first": gettext_lazy("Resolved within the limit as it was first set, in every round."),
    "kept": gettext_lazy("Resolved within the limit, with more time where that was granted before the limit."),
    "late": gettext_lazy("Past the limit once, whatever became of it since."),
    "more_time": gettext_lazy("Past the limit as first set, within the one that was approved before it."),
    "running": gettext_lazy("Not resolved, limit still ahead."),
    "calls_due": gettext_lazy("Callbacks that were due by the moment of counting, of those told in this time."),
    "called": gettext_lazy("Of the callbacks due, those that were made or answered by the resident."),
    "judged": gettext_lazy("Callbacks in which the resident gave an opinion."),
    "satisfied": gettext_lazy("Of these, with 4 or 5 points."),
    "open": gettext_lazy("Received before the end of this time, open at the moment of counting."),
    "visits": gettext_lazy("Home visits made in this time."),
    "homes": gettext_lazy("Homes somebody lives in."),
    "seen": gettext_lazy("Of these, visited this year by the last day of this time."),
    "major": gettext_lazy("Of those received, the major ones."),
}
KEPT = {
    "": pgettext_lazy("kept", "lapsed, or never promised"),
    "running": pgettext_lazy("kept", "running"),
    "kept_at_first": pgettext_lazy("kept", "within the limit"),
    "kept": pgettext_lazy("kept", "within the approved limit"),
    "late": pgettext_lazy("kept", "late"),
}
LISTS = {
    "tickets": pgettext_lazy("list", "Received"),
    "open": pgettext_lazy("list", "Open"),
    "calls": pgettext_lazy("list", "Callbacks"),
    "visits": pgettext_lazy("list", "Home visits"),
    "homes": pgettext_lazy("list", "Homes"),
    "common": pgettext_lazy("list", "Common issues"),
}
COLUMNS = {
    "number": pgettext_lazy("column", "Number"),
    "title": pgettext_lazy("column", "Matter"),
    "kind": pgettext_lazy("column", "Kind"),
    "severity": pgettext_lazy("column", "Severity"),
    "category": pgettext_lazy("column", "Category"),
    "department": pgettext_lazy("column", "Department"),
    "received": pgettext_lazy("column", "Received"),
    "month": pgettext_lazy("column", "Month"),
    "status": pgettext_lazy("column", "Status"),
    "done": pgettext_lazy("column", "Done"),
    "kept": pgettext_lazy("column", "Limit"),
    "cause": pgettext_lazy("column", "Longest with"),
    "late": pgettext_lazy("column", "Late now"),
    "of": pgettext_lazy("column", "Rate"),
    "told": pgettext_lazy("column", "Told"),
    "due": pgettext_lazy("column", "Due"),
    "finished": pgettext_lazy("column", "Called back"),
    "judged": pgettext_lazy("column", "Gave an opinion"),
    "satisfied": pgettext_lazy("column", "Satisfied"),
    "room": pgettext_lazy("column", "Room"),
    "visit_kind": pgettext_lazy("column", "Kind of visit"),
    "ended": pgettext_lazy("column", "Visited"),
    "building": pgettext_lazy("column", "Building"),
    "seen": pgettext_lazy("column", "Visited this year"),
    "issue": pgettext_lazy("column", "Issue no."),
    "issue_title": pgettext_lazy("column", "Issue"),
    "outcome": pgettext_lazy("column", "Outcome"),
    "said": pgettext_lazy("column", "Said to the owners"),
}
