"""Common issues 共性投诉 (C18): tickets are gathered, told one outcome, each in its own transaction, and published."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, Refusal
from complaints.models import CommonIssue, IssueTicket, Ticket
from complaints.models.issues import TOLD
from complaints.services.cases import refuse_personal
from complaints.services.change import Change, changing, require_text
from complaints.services.telling import How, inform_resident
from complaints.states import EventKind, Status
from portal.organization.models import User
from portal.organization.roles import DESK, Role
from portal.promises import clock

PUBLISHERS = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER, Role.SITE_DIRECTOR})


class Told(NamedTuple):
    """What came of telling one caller; ``problem`` is empty when it was done."""

    number: str
    problem: str


def open_issue(ticket_id: int, title: str, *, by: User) -> CommonIssue:
    """A new common issue with this ticket as its first caller. Raises NotYours and NotPossible."""
    name = require_text(title, _("Say in a few words what it is."))
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        ticket = change.ticket
        _refuse_twice(ticket)
        issue = CommonIssue.objects.create(
            site_id=ticket.site_id,
            title=name,
            category_id=ticket.category_id,
            department_id=ticket.department_id,
            opened_at=change.now,
            opened_by=by,
        )
        _link(change, issue, by)
    return issue


def join_issue(ticket_id: int, issue_id: int, *, by: User) -> CommonIssue:
    """One more caller. In it already, it stays. Raises NotYours, NotPossible, and CommonIssue.DoesNotExist."""
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        ticket = change.ticket
        # Held against its closing meanwhile.
        issue = CommonIssue.objects.select_for_update(no_key=True).get(pk=issue_id, site=ticket.site_id)
        if IssueTicket.objects.filter(ticket=ticket, issue=issue).exists():
            return issue
        _refuse_twice(ticket)
        if issue.closed_at is not None:
            raise NotPossible(_("“%(title)s” is closed already. Open a new one.") % {"title": issue.title}, ticket)
        _link(change, issue, by)
    return issue


def leave_issue(ticket_id: int, issue_id: int, *, by: User) -> None:
    """It was something else after all. Not in it, nothing changes. Raises NotYours, and NotPossible once told."""
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        link = IssueTicket.objects.filter(ticket=change.ticket, issue=issue_id).select_related("issue").first()
        if link is not None:
            if change.ticket.status in TOLD:
                raise NotPossible(_("This caller was told the outcome already."), change.ticket)
            link.delete()
            change.note(EventKind.GROUPED, title=link.issue.title, out=True)


def _refuse_twice(ticket: Ticket) -> None:
    other = IssueTicket.objects.filter(ticket=ticket).select_related("issue").first()
    if other is not None:
        raise NotPossible(
            _("%(number)s is part of “%(title)s” already.") % {"number": ticket.number, "title": other.issue.title},
            ticket,
        )


def _link(change: Change, issue: CommonIssue, by: User) -> None:
    IssueTicket.objects.create(issue=issue, ticket=change.ticket, added_at=change.now, added_by=by)
    change.note(EventKind.GROUPED, title=issue.title, issue=issue.pk)


def tell_callers(issue_id: int, how: How, text: str, *, by: User) -> list[Told]:
    """One outcome for all: the first time it closes the issue, later it goes as it was to those who are ready by then.

    Whoever cannot be told yet (not handled, or the form not returned) stays open. Each caller is told in a
    transaction of their own, in the order of the tickets; their callbacks follow by the rule.
    Raises NotYours, NotPossible, and CommonIssue.DoesNotExist.
    """
    issue = _closed(issue_id, how, text, by)
    return [_told(ticket, issue, by) for ticket in _ready(issue)]


def _ready(issue: CommonIssue) -> QuerySet[Ticket]:
    return Ticket.objects.filter(in_issue__issue=issue, status=Status.RESOLVED, waits_for_form=False).order_by("pk")


@transaction.atomic
def _closed(issue_id: int, how: How, text: str, by: User) -> CommonIssue:
    issue = CommonIssue.objects.select_for_update(no_key=True).get(pk=issue_id)
    if not by.scope.holds(DESK, issue.site_id):
        raise NotYours(_("This is for the front desk of the site."))
    if issue.closed_at is None:
        issue.outcome = require_text(text, _("Write down what the callers are told."))
        refuse_personal([issue.outcome], _tickets_of(issue))
        if not _ready(issue).exists():
            raise NotPossible(_("No caller can be told yet: the work is not done, or its form not returned."))
        issue.how, issue.closed_at, issue.closed_by = How(how).value, clock.now(), by
        issue.save(update_fields=["outcome", "how", "closed_at", "closed_by"])
    return issue


def _told(ticket: Ticket, issue: CommonIssue, by: User) -> Told:
    try:
        inform_resident(ticket.pk, How(issue.how), issue.outcome, by=by)
    except Refusal as refusal:
        return Told(ticket.number, refusal.user_message)
    return Told(ticket.number, "")


@transaction.atomic
def publish_issue(issue_id: int, text: str, *, on: date, by: User, title: str = "") -> CommonIssue:
    """What all owners read of it in the month's list, under another ``title`` where the desk's names somebody.

    Published, it stays as it is. Raises NotYours and NotPossible.
    """
    issue = CommonIssue.objects.select_for_update(no_key=True).get(pk=issue_id)
    if not by.scope.holds(PUBLISHERS, issue.site_id):
        raise NotYours(_("The supervisor or the site director publishes to owners."))
    if issue.closed_at is None:
        raise NotPossible(_("Tell the callers the outcome first."))
    if issue.published_on is None:
        issue.published_text = require_text(text, _("Write down what the owners read."))
        issue.title = title.strip() or issue.title
        refuse_personal([issue.title, issue.published_text], _tickets_of(issue))
        issue.published_on, issue.published_by = on, by
        issue.save(update_fields=["title", "published_text", "published_on", "published_by"])
    return issue


def _tickets_of(issue: CommonIssue) -> list[Ticket]:
    return list(Ticket.objects.filter(in_issue__issue=issue).select_related("resident", "unit", "reported_by"))
