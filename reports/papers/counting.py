"""What each section of a report counts. A block is a list whose first entry says what it is; figures stand by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from complaints.models import Goal
from complaints.remembered import goal_percent
from complaints.states import Kind, Severity
from portal.organization.models import Site
from reports.papers.document import Counting, Document
from reports.papers.kinds import FORMS, PaperKind, number_of
from reports.papers.lists import english_of, lists_of
from reports.periods import Period
from visits.goals import goal_of as visit_goal
from visits.models import VisitGoal

LINES = 30  # of tickets told one by one; the rest stands behind the figure
KINDS = {
    "complaint": [Kind.COMPLAINT],
    "request": [Kind.SERVICE_REQUEST],
    "help": [Kind.HELP],
    "question": [Kind.ENQUIRY, Kind.SUGGESTION],
    "praise": [Kind.PRAISE],
}
CALLED = {"complaint": ["complaint"], "request": ["request"], "help": []}
KEPT, SETTLED = ["kept", "kept_at_first"], ["kept", "kept_at_first", "late"]
Blocks = list[list[Any]]


def document_of(site: Site, kind: str, period: Period, now: datetime, *, corrects: Document | None = None) -> Document:
    """Count a report as things stand now; what stood open then cannot be counted later, a correction takes it over."""
    table = corrects["lists"].get("open") if corrects else None
    stood_open = (table["columns"], table["rows"]) if table else None
    counting = Counting(lists_of(site, period, now, stood_open=stood_open))
    sections = [{"code": code, "blocks": SECTIONS[code](counting)} for code in FORMS[PaperKind(kind)].sections]
    goals = {
        "in_limit": goal_percent(Goal.Code.IN_LIMIT, site.pk),
        "complaints_called": 100,
        "requests_called": goal_percent(Goal.Code.REQUESTS_CALLED, site.pk),
        "satisfied": goal_percent(Goal.Code.SATISFIED, site.pk),
        "visits": visit_goal(VisitGoal.Code.COVERAGE, site.pk),
    }
    return {
        "kind": kind,
        "number": number_of(site.code, kind, period.code),
        "site": site.name,
        "company": site.company.name,
        "period": period.code,
        "zone": str(period.zone),
        "counted_at": now.astimezone(period.zone).isoformat(timespec="seconds"),
        "goals": goals,
        "english": english_of(site),
        "sections": sections,
        **counting.as_json(),
    }


def _line(c: Counting, name: str, label: list[Any], called: Iterable[str] | None = None, **where: Any) -> list[Any]:
    """Received, done, within the limit as first set and as approved, the share; called back and satisfied if asked."""
    n = f"{name}." if name else ""
    settled = c.take(f"{n}settled", "tickets", kept=SETTLED, **where)
    cells: list[list[str]] = [
        ["n", c.take(f"{n}received", "tickets", **where)],
        ["n", c.take(f"{n}done", "tickets", done=[True], **where)],
        ["of", c.take(f"{n}at_first", "tickets", kept=["kept_at_first"], **where), settled],
        ["of", c.take(f"{n}kept", "tickets", kept=KEPT, **where), settled],
        ["share", f"{n}kept", settled, "in_limit"],
    ]
    if called is not None:
        cells += _calls(c, n, list(called))
    return [label, cells]


def _calls(c: Counting, n: str, of: list[str]) -> list[list[str]]:
    if not of:
        return [["none"], ["none"]]
    due = c.take(f"{n}calls_due", "calls", of=of, due=[True])
    judged = c.take(f"{n}judged", "calls", of=of, judged=[True])
    return [
        ["share", c.take(f"{n}called", "calls", of=of, due=[True], finished=[True]), due, _goal_of_calls(of)],
        ["share", c.take(f"{n}satisfied", "calls", of=of, satisfied=[True]), judged, "satisfied"],
    ]


def _goal_of_calls(of: list[str]) -> str:
    """Complaints and requests have goals of their own, both together (a department's line) none."""
    return {"complaint": "complaints_called", "request": "requests_called"}[of[0]] if len(of) == 1 else ""


def _tickets(c: Counting) -> Blocks:
    lines = [
        _line(c, name, ["kind_group", name], CALLED.get(name, []), kind=kinds)
        for name, kinds in KINDS.items()
        if c.values("tickets", "kind").keys() & set(kinds)
    ]
    lines.append(_line(c, "", ["total"], []))  # calls have two goals: a share of both would have neither
    return [["table", "kinds", lines], *_summary(c)]


def _summary(c: Counting, **where: Any) -> Blocks:
    c.take("late", "tickets", kept=["late"], **where)
    c.take("more_time", "tickets", kept=["kept"], **where)
    c.take("running", "tickets", kept=["running"], **where)
    found = c.values("tickets", "cause", kept=["late"], **where)
    causes = [
        [had, c.take(f"cause.{had}.late", "tickets", kept=["late"], cause=[had], **where)]
        for had in sorted(found, key=lambda had: (-found[had], had))
        if had
    ]
    said = ["sentence", "summary", ["received", ["kept", "settled", "in_limit"], "late", "more_time", "running"]]
    return [said, ["causes", causes]] if causes else [said]


def _of_complaints(c: Counting) -> Blocks:
    line = _line(c, "", ["kind_group", "complaint"], ["complaint"], kind=[Kind.COMPLAINT])
    return [["table", "kinds", [line]], *_summary(c, kind=[Kind.COMPLAINT])]


def _severities(c: Counting) -> Blocks:
    found = c.values("tickets", "severity", kind=[Kind.COMPLAINT])
    lines = [
        _line(c, f"severity.{one}", ["severity", one], severity=[one], kind=[Kind.COMPLAINT])
        for one in reversed(Severity.values)
        if found[one]
    ]
    return [["table", "plain", lines]]


def _split(column: str, **where: Any) -> Callable[[Counting], Blocks]:
    """A line for each value, the most frequent first; what has none comes last."""

    def blocks(c: Counting) -> Blocks:
        found = c.values("tickets", column, **where)
        order = sorted(found, key=lambda value: (not value, -found[value], value))
        lines = [_line(c, f"{column}.{value}", ["text", value], **{column: [value]}, **where) for value in order]
        return [["table", "plain", lines]]

    return blocks


def _months(c: Counting) -> Blocks:
    months = sorted(c.values("tickets", "month"))
    return [["table", "plain", [_line(c, f"month.{one}", ["month", one], month=[one]) for one in months]]]


def _open(c: Counting) -> Blocks:
    return [["sentence", "open", [c.take("open", "open"), c.take("open.late", "open", late=[True])]]]


def _major(c: Counting) -> Blocks:
    return [["rows", c.take("major", "tickets", severity=[Severity.MAJOR]), LINES]]


def _late(c: Counting) -> Blocks:
    return [["rows", c.take("complaint.late", "tickets", kind=[Kind.COMPLAINT], kept=["late"]), LINES]]


def _common(c: Counting) -> Blocks:
    _head, rows = c.lists["common"]
    found = {row[0]: row for row in rows}
    return [
        ["issues", [[c.take(f"common.{pk}", "common", issue=[pk]), title, said or outcome]
                    for pk, title, outcome, said, *_rest in found.values()]]
    ]  # fmt: skip


def _service(c: Counting) -> Blocks:
    """Visits, calls, satisfaction, each beside what is aimed at."""
    homes, seen = c.take("homes", "homes"), c.take("homes.seen", "homes", seen=[True])
    due = c.take("service.calls_due", "calls", of=["complaint"], due=[True])
    called = c.take("service.called", "calls", of=["complaint"], due=[True], finished=[True])
    judged = c.take("service.judged", "calls", judged=[True])
    satisfied = c.take("service.satisfied", "calls", satisfied=[True])
    figures = [
        [["n", c.take("visits", "visits")], "visits"],
        [["share", seen, homes, "visits"], "coverage"],
        [["share", called, due, "complaints_called"], "complaints_called"],
        [["share", satisfied, judged, "satisfied"], "satisfied"],
    ]
    return [["strip", figures]]


def _written(code: str) -> Callable[[Counting], Blocks]:
    return lambda _counting: [["text", code]]


SECTIONS: dict[str, Callable[[Counting], Blocks]] = {
    "tickets": _tickets,
    "complaints": _of_complaints,
    "severities": _severities,
    "departments": _split("department"),
    "categories": _split("category"),
    "complaint_departments": _split("department", kind=[Kind.COMPLAINT]),
    "complaint_categories": _split("category", kind=[Kind.COMPLAINT]),
    "months": _months,
    "open": _open,
    "major": _major,
    "late": _late,
    "common": _common,
    "service": _service,
    "next": _written("next"),
    "notes": _written("notes"),
}
TEXTS = ("next", "notes")  # the sections that people write
