"""A report's figures once more, slowly and by other means: from each ticket's history, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from complaints.models import Callback, Ticket
from complaints.states import Kind
from complaints.undone import standing
from portal.organization.models import Site
from reports.papers.counting import document_of
from reports.papers.document import miscounted
from reports.papers.kinds import PaperKind
from reports.periods import Period
from reports.tests import slowly

GROUP_OF = {
    Kind.COMPLAINT: "complaint",
    Kind.SERVICE_REQUEST: "request",
    Kind.HELP: "help",
    Kind.ENQUIRY: "question",
    Kind.SUGGESTION: "question",
    Kind.PRAISE: "praise",
}
ENDS = {"resolved", "answered", "declined", "passed_on"}
BEGINS_AGAIN = {"reopened", "came_back"}
COUNTED = ("received", "done", "settled", "at_first", "kept", "late", "more_time", "running")


def assert_paper_is_the_slow_count(site: Site, period: Period, now: datetime) -> int:
    """Every figure that counts tickets or calls; returns how many were compared."""
    slow = Counter(name for names in _tickets(site, period, now) for name in names)
    slow.update(name for names in _calls(site, period, now) for name in names)
    compared = 0
    for kind in (PaperKind.OWNER_MONTHLY, PaperKind.PROPERTY_QUARTERLY):
        document = document_of(site, kind, period, now)
        assert miscounted(document) == []
        for name, figure in document["figures"].items():
            if figure["list"] in {"tickets", "calls"} and not name.startswith("service."):
                assert figure["n"] == slow[name], name
                compared += 1
    return compared


def _tickets(site: Site, period: Period, now: datetime) -> Iterator[set[str]]:
    tickets = Ticket.objects.filter(site=site).select_related("department", "category__parent")
    for ticket in tickets:
        history = standing(ticket.events.order_by("pk"))
        away = any(event.kind in {"withdrawn", "voided"} for event in history)
        if away or not period.begins <= ticket.received_at < period.ends:
            continue
        said = _of_ticket(ticket, [event.kind for event in history], now)
        category = ticket.category and (ticket.category.parent or ticket.category)
        month = ticket.received_at.astimezone(period.zone).strftime("%Y-%m")
        groups = {
            "",
            f"{GROUP_OF[Kind(ticket.kind)]}.",
            f"month.{month}.",
            f"department.{ticket.department.name if ticket.department else ''}.",
            f"category.{category.name if category else ''}.",
        }
        yield {f"{group}{one}" for group in groups for one in said} | _cause(ticket, said, now)


def _cause(ticket: Ticket, said: set[str], now: datetime) -> set[str]:
    """Of a late one, who had it longest while the last of its late promises ran."""
    promises = ticket.timers.filter(target="resolve").order_by("pk")
    late = [one for one in promises if "late" in slowly.of(one, now)] if "late" in said else []
    had = slowly.who_had_longest(late[-1], now) if late else None
    return {f"cause.{had}.late"} if had else set()


def _of_ticket(ticket: Ticket, kinds: list[str], now: datetime) -> set[str]:
    last = next((kind for kind in reversed(kinds) if kind in ENDS | BEGINS_AGAIN), "")
    found = {"received"} | ({"done"} if last in ENDS else set())
    promises = [slowly.of(timer, now) for timer in ticket.timers.filter(target="resolve")]
    if any("late" in one for one in promises):
        return found | {"settled", "late"}
    if any("running" in one for one in promises):
        return found | {"running"}
    if kept := [one for one in promises if "kept" in one]:
        first = all("kept_at_first" in one for one in kept)
        return found | {"settled", "kept", "at_first" if first else "more_time"}
    return found


def _calls(site: Site, period: Period, now: datetime) -> Iterator[set[str]]:
    for call in Callback.objects.filter(ticket__site=site).select_related("ticket"):
        if not period.begins <= call.told_at < period.ends:
            continue
        said = set()
        if call.due_at <= now:
            said.add("calls_due")
            if call.finished_at and call.outcome != "not_drawn":
                said.add("called")
        if call.satisfaction is not None or call.solved is False:
            said.add("judged")
        if call.satisfaction is not None and call.satisfaction >= 4:
            said.add("satisfied")
        of = "complaint" if call.ticket.kind == "complaint" else "request"
        if call.ticket.kind in {"complaint", "service_request", "help"}:
            yield {f"{group}{one}" for group in ("", f"{of}.") for one in said}
