"""Writing the case library (C17): a ticket that is settled becomes a case that names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, Stale
from complaints.models import LibraryCase, Ticket
from complaints.models.cases import CASE_TEXTS, CaseVersion
from complaints.services.change import require_text
from complaints.shielding import hides
from complaints.states import HAS_FORM, Status
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, Role
from portal.promises import clock
from residents.models import Phone
from residents.phones import mobiles_in

LEADERS_OF_THE_DESK = DESK - {Role.RECEPTIONIST}
SETTLED = frozenset({Status.RESOLVED, Status.INFORMED, Status.DECLINED, Status.CLOSED})
SHORTEST_NAME = 2


def may_write_case(user: User, ticket: Ticket) -> bool:
    """The ticket's own department, or those who lead the desk, once it is settled."""
    if ticket.kind not in HAS_FORM or ticket.status not in SETTLED:
        return False
    scope = user.scope
    return scope.holds(LEADERS_OF_THE_DESK, ticket.site_id) or scope.holds_in(
        ticket.department_id, DEPARTMENT, ticket.site_id
    )


@transaction.atomic
def write_case(ticket_id: int, words: Mapping[str, str], *, by: User, version: int = 0) -> LibraryCase:
    """Put the ticket's lesson into the library, or write it anew; every wording stays in the case's history.

    ``version`` is what the form last knew, 0 for none. Raises NotYours, NotPossible for an empty text or one that
    says who it was, and Stale when somebody wrote meanwhile. The same words again change nothing.
    """
    locked = Ticket.objects.select_for_update(of=("self",), no_key=True)
    ticket = locked.select_related("resident", "unit", "reported_by").get(pk=ticket_id)
    if not may_write_case(by, ticket):
        raise NotYours(_("The department writes the case once the ticket is settled, or a leader of the desk."), ticket)
    said = {name: require_text(words.get(name, ""), _("Fill in every field of the case.")) for name in CASE_TEXTS}
    case = LibraryCase.objects.filter(ticket=ticket).first() or LibraryCase(ticket=ticket)
    case.ticket = ticket
    if case.pk and all(getattr(case, name) == text for name, text in said.items()):
        return case
    if case.version != version:
        raise Stale(_("Somebody wrote this case meanwhile. Look at it, then send yours again."), ticket)
    # Who does not know the name cannot give it away; to be told would tell it.
    shielded = ticket.name_hidden and hides(by.scope, ticket.site_id)
    refuse_personal(said.values(), [] if shielded else [ticket])
    return _write(case, said, by)


def _write(case: LibraryCase, said: Mapping[str, str], by: User) -> LibraryCase:
    for name, text in said.items():
        setattr(case, name, text)
    ticket, now = case.ticket, clock.now()
    case.category_id, case.department_id = ticket.category_id, ticket.department_id
    case.written_at, case.written_by, case.version = now, by, case.version + 1
    case.index()
    case.save()
    CaseVersion.objects.create(case=case, number=case.version, at=now, by=by, words=dict(said))
    return case


def refuse_personal(texts: Iterable[str], tickets: Iterable[Ticket]) -> None:
    """What is for everybody names nobody: no mobile number, and no name, phone or room of these tickets.

    Raises NotPossible with the first that was found. The tickets come with resident, unit and account.
    """
    whole = "\n".join(texts)
    plain = re.sub(r"[\s-]", "", normalize("NFKC", whole))
    if mobiles_in(normalize("NFKC", whole)):
        raise NotPossible(_("A phone number stands in the text. Everybody reads it: leave the number out."))
    named = list(tickets)
    phones = Phone.objects.filter(resident__in=[t.resident_id for t in named if t.resident_id])
    numbers = {*phones.values_list("number", flat=True)}
    for ticket in named:
        numbers |= {ticket.visitor_phone, ticket.reported_by.phone if ticket.reported_by else ""}
        name = "".join(ticket.who.split())
        if len(name) >= SHORTEST_NAME and name in plain:
            raise NotPossible(_("The resident's name stands in the text. Everybody reads it: leave the name out."))
        if ticket.unit and ticket.unit.room in whole:
            raise NotPossible(_("The room stands in the text. Everybody reads it: leave the room out."))
    if any(number and number in plain for number in numbers):
        raise NotPossible(_("A phone number stands in the text. Everybody reads it: leave the number out."))
