"""Persons on a ticket: who answers for it, whom it is about, and whose name stays at the desk (C22, C23)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from complaints.models import Ticket
from complaints.services.change import changing
from complaints.services.claiming import claim_with_the_right_one
from complaints.services.overtime import ask_the_right_one
from complaints.states import EventKind
from portal.organization.models import Membership, User
from portal.organization.roles import DESK


def name_responsible(ticket_id: int, person: User, *, by: User, version: int | None = None) -> Ticket:
    """The first responsible person 第一责任人: one of the desk, until the ticket closes."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.first_responsible_id == person.pk:
            return ticket
        change.require_desk(version)
        if not person.is_active or not person.scope.holds(DESK, ticket.site_id):
            raise NotPossible(_("The first responsible person is one of the desk."), ticket)
        if person.pk == ticket.about_person_id:
            raise NotPossible(_("Nobody answers for a complaint about himself."), ticket)
        ticket.first_responsible = person
        change.note(EventKind.RESPONSIBLE, person=person.name)
        change.tell_people([person.pk], "responsible")
    return ticket


def name_person_complained_about(
    ticket_id: int, person: User | None, *, by: User, version: int | None = None
) -> Ticket:
    """Whom it is about: from now on they neither handle, nor decide, nor call back (C23). None: nobody of ours."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.about_person_id == (person.pk if person else None):
            return ticket
        change.require_desk(version)
        if by.pk == ticket.about_person_id:
            raise NotPossible(_("This complaint is about you: a colleague changes this."), ticket)
        ticket.about_person = person
        ask_the_right_one(change)
        claim_with_the_right_one(change)
        if person is not None and ticket.handler_id == person.pk:
            ticket.handler = None
        if person is not None and ticket.first_responsible_id == person.pk:
            ticket.first_responsible = None
        change.note(EventKind.ABOUT_SET, person=person.name if person else "")
    return ticket


def hide_name(ticket_id: int, *, by: User, hidden: bool = True, version: int | None = None) -> Ticket:
    """The department no longer sees who complains; nobody is to suffer for it 不得打击报复. Again changes nothing."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.name_hidden == hidden:
            return ticket
        change.require_desk(version)
        ticket.name_hidden = hidden
        change.note(EventKind.NAME_HIDDEN if hidden else EventKind.NAME_SHOWN)
    return ticket


def person_called(name: str, site_id: int) -> User | None:
    """The one active colleague of the site or the company with exactly this name; None for nobody or several."""
    if not name.strip():
        return None
    posts = Membership.objects.filter(user__is_active=True, user__name=name.strip())
    here = posts.filter(site_id=site_id) | posts.filter(site__isnull=True)
    ids = set(here.values_list("user_id", flat=True))
    return User.objects.get(pk=ids.pop()) if len(ids) == 1 else None
