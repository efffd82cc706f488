"""Incidents 突发事件: marked, reported to the company within the hour, and a major one in writing (C16)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Incident, Ticket
from complaints.services.change import Change, changing, require_text
from complaints.states import EventKind, Severity, Target
from portal.organization.models import User
from portal.organization.roles import DESK, Role

WRITERS = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER})


def mark_incident(
    ticket_id: int, what: str, severity: Severity, *, by: User, happened_at: datetime | None = None
) -> Incident:
    """The ticket is an incident; both limits run from its happening, if that is unknown from now.

    Marked again it becomes major where it was not; anything else changes nothing. Raises NotPossible for a moment that
    lies ahead, TransitionNotAllowed for a ticket that is over.
    """
    words = require_text(what, _("Say what happened."))
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        if happened_at is not None and happened_at > change.now:
            raise NotPossible(_("This lies in the future."), change.ticket)
        found = Incident.objects.filter(ticket=change.ticket).first()
        if found is not None:
            _becomes_major(change, found, severity)
            return found
        made = Incident.objects.create(
            ticket=change.ticket, what=words, severity=severity, happened_at=happened_at, noticed_at=change.now
        )
        change.begin(Target.INCIDENT_REPORT, made.began_at, cause="incident")
        change.note(EventKind.INCIDENT, words, severity=severity)
        _limits_of_a_major(change, made)
        change.tell([Role.SUPERVISOR, Role.OPERATIONS_MANAGER], "incident")
    return made


def _becomes_major(change: Change, found: Incident, severity: Severity) -> None:
    if severity != Severity.MAJOR or found.is_major:
        return
    if found.reported_at is not None:
        found.reported_at = None  # the group has not heard of it yet
        change.begin(Target.INCIDENT_REPORT, found.began_at, cause="incident")
    found.severity = severity
    found.save()
    change.note(EventKind.INCIDENT, severity=severity)
    _limits_of_a_major(change, found)


def _limits_of_a_major(change: Change, incident: Incident) -> None:
    if incident.is_major:
        change.begin(Target.WRITTEN_REPORT, incident.began_at, cause="incident")
        change.tell([Role.GENERAL_MANAGER], "incident")


def report_incident(ticket_id: int, to: str, to_group: str = "", *, by: User) -> Incident:
    """To whom in the company it was reported; a major one to the group's property department too."""
    told = require_text(to, _("Write down to whom in the company it was reported."))
    with changing(ticket_id, by=by) as change:
        incident = _incident_of(change)
        if not by.scope.holds(DESK, change.ticket.site_id):
            raise NotYours(_("This is for the front desk."), change.ticket)
        if incident.reported_at is not None:
            return incident
        if incident.is_major:
            require_text(to_group, _("A major one is reported to the group's property department too: to whom?"))
        incident.reported_to, incident.reported_to_group = told, to_group.strip()
        incident.reported_at = change.now
        incident.save()
        change.meet(Target.INCIDENT_REPORT)
        change.note(EventKind.INCIDENT_REPORTED, " · ".join(filter(None, [told, to_group.strip()])))
    return incident


def write_incident_report(
    ticket_id: int, cause: str, course: str, measures: str = "", losses: str = "", *, by: User
) -> Incident:
    """The supervisor's report to the general manager. Written again it corrects; the history keeps each."""
    texts = {
        "cause": require_text(cause, _("Write down the cause.")),
        "course": require_text(course, _("Write down the course.")),
        "measures": measures.strip(),
        "losses": losses.strip(),
    }
    with changing(ticket_id, by=by) as change:
        incident = _incident_of(change)
        if not by.scope.holds(WRITERS, change.ticket.site_id):
            raise NotYours(_("The customer-service supervisor writes this report."), change.ticket)
        if incident.written_at is not None and all(getattr(incident, name) == text for name, text in texts.items()):
            return incident
        for name, text in texts.items():
            setattr(incident, name, text)
        incident.written_at, incident.written_by = change.now, by
        incident.save()
        change.meet(Target.WRITTEN_REPORT)
        change.note(EventKind.WRITTEN_REPORT, "\n".join(filter(None, texts.values())))
        change.tell([Role.GENERAL_MANAGER], "incident_report")
    return incident


def _incident_of(change: Change) -> Incident:
    found = Incident.objects.select_for_update(no_key=True, of=("self",)).filter(ticket=change.ticket).first()
    if found is None:
        ticket: Ticket = change.ticket
        raise TransitionNotAllowed(_("%(number)s is not marked as an incident.") % {"number": ticket.number}, ticket)
    return found
