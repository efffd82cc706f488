"""What was heard (V5): written down, and made a ticket in one step through the tickets' own intake."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Category, Ticket
from complaints.services import Report, register_ticket
from complaints.states import Kind as TicketKind
from complaints.states import ReportChannel
from portal.arrivals.services import once
from visits.models import Opinion
from visits.services.change import Change, Press, changing, locked, may_act, require_text, step
from visits.states import EventKind, Step


@step(Step.OPINION)
def note_opinion(change: Change, text: str, topic: Category | None, ticket_kind: TicketKind | None = None) -> None:
    """An opinion or suggestion; with ``ticket_kind`` it is a ticket at once."""
    said = require_text(text, _("Write down what they said."))
    opinion = Opinion.objects.create(visit=change.visit, topic=topic, text=said, at=change.at, by=change.by)
    change.note(EventKind.OPINION, said, topic=topic.code if topic else "")
    if ticket_kind is not None:
        _make_ticket(change, opinion, ticket_kind)


@transaction.atomic
def make_ticket(opinion_id: int, kind: TicketKind, press: Press) -> Ticket:
    """The opinion is a ticket from now on; a second press gives the same one. Raises NotYours."""
    visit = locked(Opinion.objects.values_list("visit", flat=True).get(pk=opinion_id))
    opinion = Opinion.objects.select_related("topic", "ticket").get(pk=opinion_id)
    if not may_act(press.by, visit):
        raise NotYours(_("This visit is for others to make."))
    if opinion.ticket is not None:
        return opinion.ticket
    if not once(press.key, by=press.by):
        raise NotPossible(_("This has arrived already."))
    change = changing(visit, press)
    ticket = _make_ticket(change, opinion, kind)
    change.write()
    return ticket


def _make_ticket(change: Change, opinion: Opinion, kind: TicketKind) -> Ticket:
    visit = change.visit
    report = Report(
        site=visit.site,
        kind=kind,
        channel=ReportChannel.VISIT,
        description=opinion.text,
        category=opinion.topic,
        unit=visit.unit,
        resident=visit.resident,
        request_key=opinion.uuid,
    )
    opinion.ticket = register_ticket(report, by=change.by)
    opinion.save(update_fields=["ticket"])
    change.note(EventKind.TICKET, number=opinion.ticket.number)
    return opinion.ticket
