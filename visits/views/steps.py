"""The table of a visit's forms: what each asks, which steps it takes, and the service that it feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from complaints.states import Kind as TicketKind
from portal.organization.models import User
from portal.pages import moments
from visits import services
from visits.forms import CallForm, EnterForm, NothingForm, OpinionForm, OutcomeForm, StartForm
from visits.forms import PeopleForm as StaffForm
from visits.models import HomeVisit
from visits.services import Again, Call, Press
from visits.states import OUTCOMES, TRANSITIONS, CallOutcome, How, Step

Typed = Mapping[str, Any] | None
Make = Callable[[HomeVisit, User, Typed], forms.Form]


@dataclass(frozen=True)
class StepForm:
    """``make`` gives the form, empty or with what was sent; ``take`` calls the service."""

    steps: tuple[Step, ...]
    make: Make
    take: Callable[[HomeVisit, Press, Any], object]


@dataclass
class Refused:
    """A form that was not taken: with its words, what was typed, and when the people are free next."""

    slug: str
    form: forms.Form
    problem: str = ""
    next_free: datetime | None = None

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [
            (self.form[name].id_for_label if name in self.form.fields else "main", words)
            for name, found in self.form.errors.items()
            for words in found
        ]

    @property
    def next_words(self) -> str:
        return moments.short(self.next_free, self.next_free.tzinfo) if self.next_free and self.next_free.tzinfo else ""


def _call_form(visit: HomeVisit, user: User, typed: Typed) -> forms.Form:
    at = visit.starts_at.astimezone(visit.site.zone) if visit.starts_at else None
    first = {
        "people": [person.pk for person in visit.going] or [user.pk],
        "day": at.date() if at else visit.planned_on,
        "clock": at.time() if at else None,
        "minutes": visit.minutes,
        "outcome": CallOutcome.AGREED,
        "how": How.PHONE,
    }
    return CallForm(typed, initial=first, staff=services.may_visit(visit.site), auto_id="id_call_%s")


def _record_call(visit: HomeVisit, press: Press, form: CallForm) -> object:
    said = form.cleaned_data
    call = Call(
        CallOutcome(said["outcome"]),
        How(said["how"]),
        form.agreed_at(visit.site.zone),
        said["minutes"] or visit.minutes,
        said["people"],
        said["remarks"],
    )
    return services.record_call(visit.pk, press, call)


def _staff_form(visit: HomeVisit, _user: User, typed: Typed) -> forms.Form:
    first = {"people": [person.pk for person in visit.going]}
    return StaffForm(typed, initial=first, staff=services.may_visit(visit.site), auto_id="id_staff_%s")


def _enter_form(visit: HomeVisit, user: User, typed: Typed) -> forms.Form:
    others = [person for person in visit.going if person.pk != user.pk]
    goes = len(others) < len(visit.going)  # the desk, which writes down for others, ticks who was there
    return EnterForm(typed, initial={"people": [one.pk for one in others if goes]}, staff=others, auto_id="id_enter_%s")


def _note_opinion(visit: HomeVisit, press: Press, form: OpinionForm) -> object:
    said = form.cleaned_data
    kind = TicketKind(said["ticket_kind"] or TicketKind.SUGGESTION) if said["ticket"] else None
    return services.note_opinion(visit.pk, press, said["text"], said["topic"], kind)


def _outcome_form(visit: HomeVisit, _user: User, typed: Typed) -> forms.Form:
    possible = [step for step in OUTCOMES if visit.status in TRANSITIONS[step].begins]
    first = {"outcome": possible[0] if Step.DONE in possible else None, "minutes": visit.minutes}
    return OutcomeForm(typed, initial=first, outcomes=possible or OUTCOMES, staff=(), auto_id="id_outcome_%s")


def _take_outcome(visit: HomeVisit, press: Press, form: OutcomeForm) -> object:
    said = form.cleaned_data
    step, words = Step(said["outcome"]), said["remarks"]
    if step == Step.DONE:
        points = int(said["satisfaction"]) if said["satisfaction"] else None
        return services.finish_visit(visit.pk, press, words, points)
    if step == Step.NOBODY_HOME:
        again = Again(said["again_on"], said["band"])
        return services.nobody_home(visit.pk, press, again, note_left=said["note_left"], remarks=words)
    if step == Step.REFUSED:
        return services.visit_refused(visit.pk, press, words)
    if step == Step.CANCEL:
        return services.cancel_visit(visit.pk, press, words)
    return services.move_visit(visit.pk, press, _moved_to(visit, form), words)


def _moved_to(visit: HomeVisit, form: OutcomeForm) -> Again:
    """A day with its time is agreed; a day alone is still to be."""
    said, at = form.cleaned_data, form.agreed_at(visit.site.zone)
    if at is None:
        return Again(said["day"], said["band"])
    call = Call(CallOutcome.AGREED, How.IN_PERSON, at, said["minutes"] or visit.minutes)
    return Again(at.date(), call=call)


def _plain(form: type[forms.Form], name: str) -> Make:
    return lambda _visit, _user, typed: form(typed, auto_id=f"id_{name}_%s")


STEPS: dict[str, StepForm] = {
    "call": StepForm((Step.CALL,), _call_form, _record_call),
    "staff": StepForm(
        (Step.STAFF,),
        _staff_form,
        lambda visit, press, form: services.change_staff(visit.pk, press, form.cleaned_data["people"]),
    ),
    "start": StepForm(
        (Step.START,),
        _plain(StartForm, "start"),
        lambda visit, press, form: services.start_visit(visit.pk, press, form.cleaned_data["reason"]),
    ),
    "knock": StepForm(
        (Step.KNOCK,), _plain(NothingForm, "knock"), lambda visit, press, form: services.knock(visit.pk, press)
    ),
    "enter": StepForm(
        (Step.ENTER,),
        _enter_form,
        lambda visit, press, form: services.enter_home(
            visit.pk, press, form.cleaned_data["people"], form.cleaned_data["reason"]
        ),
    ),
    "opinion": StepForm((Step.OPINION,), _plain(OpinionForm, "opinion"), _note_opinion),
    "outcome": StepForm(OUTCOMES, _outcome_form, _take_outcome),
}
