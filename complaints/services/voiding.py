"""A ticket made by mistake is voided 作废, with its reason: its number stays, and it counts nowhere (C24)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from complaints.models import Callback, IssueTicket, Ticket
from complaints.services.change import Change, changing, require_text
from complaints.services.joining import bring_back
from complaints.services.overtime import lapse
from complaints.services.waiting import end_wait
from complaints.states import CallbackOutcome, EventKind, Status, Step
from portal.organization.models import User


def void_ticket(ticket_id: int, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """Made by mistake: its timers are cancelled, nobody is called back, no figure counts it. Again changes nothing.

    Everybody who has it, helps, watches or was handed it hears. Raises the refusals of ``require`` (after a signature
    it is the supervisor's), and NotPossible while a claim for damages is open.
    """
    why = require_text(reason, _("Write down why it was a mistake."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.VOID:
            return ticket
        change.require(Step.VOID, version)
        if ticket.claim_with:
            raise NotPossible(_("A claim is open here: it is decided first."), ticket)
        voided(change, why)
        change.tell_all_concerned("voided")
    return ticket


def voided(change: Change, why: str, **details: bool) -> None:
    """What follows, but for the telling. What others reported and was merged into it comes back."""
    ticket = change.ticket
    end_wait(change, cause="void")
    if ticket.overtime_asked_of:
        lapse(change)
    ticket.status, ticket.waits_for_form = Status.VOID, False
    change.note(EventKind.VOIDED, why, **details)
    bring_back(change)
    _call_nobody(change)
    _leave_the_issue(change)


def _call_nobody(change: Change) -> None:
    callback = Callback.objects.select_for_update(no_key=True).filter(ticket=change.ticket, finished_at=None).first()
    if callback is not None:
        callback.outcome, callback.finished_at, callback.finished_by = CallbackOutcome.VOID, change.now, change.by
        change.callback = callback


def _leave_the_issue(change: Change) -> None:
    link = IssueTicket.objects.filter(ticket=change.ticket).select_related("issue").first()
    if link is not None:
        link.delete()
        change.note(EventKind.GROUPED, title=link.issue.title, out=True)
