"""What was registered wrongly is corrected by the desk 更正, until the ticket is over (C24)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from complaints.models import Category, Ticket
from complaints.services.change import SAVED_BY_CORRECTIONS, Change, changing, require_text
from complaints.services.claiming import claim_with_the_right_one
from complaints.services.grading import recompute
from complaints.services.intake import begin_promises
from complaints.services.overtime import ask_the_right_one
from complaints.services.persons import person_called
from complaints.sla import first_grade
from complaints.states import (
    CALLED_BACK,
    HAS_FORM,
    UNRESOLVED,
    EventKind,
    Kind,
    Severity,
    Status,
    Step,
    Target,
)
from portal.organization.models import User
from residents.models import Resident, Unit


@dataclass(frozen=True)
class Facts:
    """What the desk may correct, all of it, as it should read."""

    kind: Kind
    category: Category | None
    unit: Unit | None
    resident: Resident | None
    visitor_name: str
    visitor_phone: str
    description: str
    occurred_at: datetime | None
    place: str
    about: str
    demand: str
    contact: str
    wished_on: date | None


NAMES = tuple(one.name for one in fields(Facts))
# Of whom or where a reporter is known by: not for a department from which the name is hidden.
OF_THE_REPORTER = frozenset({"unit", "resident", "visitor_name", "visitor_phone"})
OF_THE_LIMITS = frozenset({"kind", "category", "wished_on"})


def facts_of(ticket: Ticket) -> Facts:
    """As the ticket reads now."""
    return Facts(**{name: getattr(ticket, name) for name in NAMES})


def correct_ticket(ticket_id: int, right: Facts, reason: str, *, by: User, version: int | None = None) -> Ticket:
    """Put right what was written down wrongly; what was there, what is there now, who and why stay in the history.

    Kind, category and wished date move the promises as a regrade does, from the reception. A severity that nobody set
    follows the new category. The department keeps it: who should have it by the category is noted, and is the desk's
    to send. Raises the refusals of ``require``; NotPossible where nothing changes or what is to be cannot be.
    """
    why = require_text(reason, _("Say why it is corrected."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        change.require(Step.CORRECT, version)
        require_text(right.description, _("Write down what happened."))
        was, graded = facts_of(ticket), ticket.severity
        entries = changes_of(was, right)
        changed = [one["field"] for one in entries]
        if not changed:
            raise NotPossible(_("Nothing is changed yet."), ticket)
        _refuse_what_cannot_be(change, was, right)
        for name in changed:
            setattr(ticket, name, getattr(right, name))
        change.corrected = SAVED_BY_CORRECTIONS & frozenset(changed)
        _person_follows(change, was)
        _severity_follows(change, was, entries)
        _wish_follows(change, was)
        ought = _ought_to_have_it(ticket) if "category" in changed else ""
        change.note(EventKind.CORRECTED, why, changes=entries, **({"suggests": ought} if ought else {}))
        if OF_THE_LIMITS & set(changed):
            same = (ticket.kind, ticket.severity, ticket.wished_on) == (was.kind, graded, was.wished_on)
            _promises_follow(change, was, keep_dates=same)
    return ticket


def changes_of(was: Facts, right: Facts) -> list[dict[str, str]]:
    """Field, old and new of each that differs, as the history keeps them."""
    differ = [name for name in NAMES if getattr(was, name) != getattr(right, name)]
    return [{"field": name, "old": _code(getattr(was, name)), "new": _code(getattr(right, name))} for name in differ]


def _code(value: Any) -> str:
    """As the history keeps it: a code, a name or a moment."""
    if value is None:
        return ""
    if isinstance(value, Category):
        return value.code
    if isinstance(value, Unit):
        return value.room
    if isinstance(value, Resident):
        return value.name
    return value.isoformat() if isinstance(value, date) else str(value)


def _refuse_what_cannot_be(change: Change, was: Facts, right: Facts) -> None:
    ticket = change.ticket
    if right.unit is not None and right.unit.site_id != ticket.site_id:
        raise NotPossible(_("That home belongs to another site."), ticket)
    if right.kind == was.kind:
        return
    if Kind.PRAISE in {was.kind, right.kind} and ticket.status != Status.REGISTERED:
        raise NotPossible(_("Praise is only registered and passed on: the department sends it back first."), ticket)
    told = ticket.status not in UNRESOLVED and ticket.status != Status.RESOLVED
    if told and (right.kind in CALLED_BACK) != (was.kind in CALLED_BACK):
        raise NotPossible(_("The resident has been told: whether they are called back stays as it was."), ticket)


def _person_follows(change: Change, was: Facts) -> None:
    """Whom it is about, where the text names a colleague, or named the one that stands there (C23)."""
    ticket = change.ticket
    if ticket.about == was.about:
        return
    named = person_called(ticket.about, ticket.site_id)
    named_before = ticket.about_person is not None and ticket.about_person.name == was.about.strip()
    if named is None and not named_before:
        return
    ticket.about_person = named
    ask_the_right_one(change)
    claim_with_the_right_one(change)
    if named is not None and ticket.handler_id == named.pk:
        ticket.handler = None
    if named is not None and ticket.first_responsible_id == named.pk:
        ticket.first_responsible = None


def _severity_follows(change: Change, was: Facts, entries: list[dict[str, str]]) -> None:
    """Danger is the category's; a grade that nobody set is its suggestion, and one that stands fits kind and danger."""
    ticket, category = change.ticket, change.ticket.category
    if (category, ticket.kind) == (was.category, was.kind) or ticket.status not in UNRESOLVED:
        return
    if category != was.category:
        ticket.dangerous = category is not None and category.dangerous
    ticket.dangerous = ticket.dangerous and ticket.kind != Kind.PRAISE
    grade = first_grade(
        Kind(ticket.kind),
        Severity(ticket.severity) if ticket.severity_set_by_id is not None or category == was.category else None,
        Severity(category.severity) if category else Severity.MINOR,
        urgent=category is not None and category.urgent,
        dangerous=ticket.dangerous,
    )
    if grade != ticket.severity:
        entries.append({"field": "severity", "old": str(ticket.severity), "new": grade.value})
        ticket.severity = grade


def _wish_follows(change: Change, was: Facts) -> None:
    """A date that the desk writes down counts as confirmed, as at the counter."""
    ticket = change.ticket
    if ticket.wished_on != was.wished_on:
        ticket.wish_confirmed_at = change.now if ticket.wished_on else None


def _ought_to_have_it(ticket: Ticket) -> str:
    """The code of the department that the category names, where another one has the ticket."""
    code = ticket.category.department_code if ticket.category else ""
    return code if code and ticket.department is not None and ticket.department.code != code else ""


def _promises_follow(change: Change, was: Facts, *, keep_dates: bool) -> None:
    ticket = change.ticket
    if ticket.kind == Kind.PRAISE:
        change.cancel(cause="correction")
        return
    if was.kind == Kind.PRAISE:
        begin_promises(change, cause="correction")
        return
    if ticket.status in UNRESOLVED:
        recompute(change, cause="correction", keep_dates=keep_dates)
        ask_the_right_one(change)
    _form_follows(change)
    change.hand_up()
    change.alarm()


def _form_follows(change: Change) -> None:
    """A kind without a form waits for none: the resident is told next."""
    ticket = change.ticket
    if ticket.waits_for_form and ticket.kind not in HAS_FORM:
        ticket.waits_for_form = False
        change.cancel(Target.RETURN_FORM, cause="correction")
        change.begin(Target.INFORM, change.now, cause="correction")
