"""The shape of what people type about visits. Whether a step may be taken is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints.models import Category
from complaints.remembered import categories
from complaints.states import Kind as TicketKind
from portal.organization.models import User
from visits.services.booking import LONGEST, SHORTEST
from visits.services.rounds import MOST_DAYS
from visits.states import CallOutcome, How, Kind, Step
from visits.words import BANDS

FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
TICKETS = [
    (kind.value, kind.label) for kind in (TicketKind.SUGGESTION, TicketKind.COMPLAINT, TicketKind.SERVICE_REQUEST)
]


def _select(**attributes: str) -> forms.Select:
    return forms.Select(attrs={"class": "form-select", **attributes})


def _line(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attributes})


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


class Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> date | None:
        found: date | None = super().clean(value)
        if found is not None and not FIRST_DAY <= found <= LAST_DAY:
            raise ValidationError(_("Choose a day of these years."))
        return found


class Clock(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M")


class Minutes(forms.IntegerField):
    widget = forms.NumberInput(attrs={"class": "form-control short"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Minutes"), min_value=SHORTEST, max_value=LONGEST, initial=30, required=False, **kwargs
        )


class People(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("Who goes"), required=False, **kwargs)


class TopicForm(forms.Form):
    """With a topic among the tickets' own categories."""

    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False, widget=_select())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coarse = [(one.code, str(one)) for one in categories().values() if one.parent_id is None]
        self.fields["topic"].choices = [("", "–"), *coarse]  # type: ignore[attr-defined]

    def clean_topic(self) -> Category | None:
        return categories().get(self.cleaned_data["topic"])


class PeopleForm(forms.Form):
    """With people to be ticked."""

    people = People()

    def __init__(self, *args: Any, staff: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(person.pk): person for person in staff}
        self.fields["people"].choices = [(pk, person.name) for pk, person in self.staff.items()]  # type: ignore[attr-defined]

    def clean_people(self) -> list[User]:
        return [self.staff[pk] for pk in self.cleaned_data["people"]]


class AgreedForm(PeopleForm):
    """With a day and a time that somebody agreed to."""

    day = Day(label=gettext_lazy("Day"), required=False)
    clock = Clock(label=gettext_lazy("Time"), required=False)
    minutes = Minutes()

    def agreed_at(self, zone: ZoneInfo) -> datetime | None:
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        return datetime.combine(day, clock, tzinfo=zone) if day and clock else None


class CallForm(AgreedForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it"),
        choices=CallOutcome.choices,
        widget=forms.RadioSelect,
        initial=CallOutcome.AGREED,
    )
    how = forms.ChoiceField(
        label=pgettext_lazy("spoken", "How"), choices=How.choices, initial=How.PHONE, widget=_select()
    )
    remarks = forms.CharField(label=gettext_lazy("Remarks"), max_length=300, required=False, widget=_line())


class StartForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why without a call, or so early"), max_length=300, required=False, widget=_line()
    )


class NothingForm(forms.Form):
    """A button alone."""


class EnterForm(PeopleForm):
    reason = forms.CharField(label=gettext_lazy("Why alone"), max_length=300, required=False, widget=_line())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].label = _("Who is with you")


class OpinionForm(TopicForm):
    text = forms.CharField(label=gettext_lazy("What they say"), max_length=2000, widget=_area())
    ticket_kind = forms.ChoiceField(
        label=gettext_lazy("As a ticket"), choices=TICKETS, required=False, widget=_select()
    )
    ticket = forms.CharField(required=False, max_length=5)  # the button that makes it one at once


class OutcomeForm(AgreedForm):
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    remarks = forms.CharField(
        label=gettext_lazy("Remarks, or the reason"), max_length=1000, required=False, widget=_area()
    )
    satisfaction = forms.ChoiceField(
        label=gettext_lazy("Satisfied?"),
        choices=[(str(n), str(n)) for n in range(1, 6)],
        required=False,
        widget=forms.RadioSelect,
    )
    note_left = forms.BooleanField(
        label=gettext_lazy("A note was left"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    again_on = Day(label=gettext_lazy("Try again on"), required=False)
    band = forms.ChoiceField(
        label=gettext_lazy("Part of the week"), choices=[("", "–"), *BANDS], required=False, widget=_select()
    )

    def __init__(self, *args: Any, outcomes: Iterable[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]  # type: ignore[attr-defined]
        self.fields.pop("people")

    def clean_people(self) -> list[User]:
        return []


class BookForm(AgreedForm):
    """A visit to be planned, and where somebody has called already, the agreed time."""

    room = forms.CharField(label=gettext_lazy("Room"), max_length=30, widget=_line())
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.CARE, widget=forms.RadioSelect
    )
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False, widget=_line())
    ticket = forms.CharField(label=gettext_lazy("Follow-up of ticket"), max_length=30, required=False, widget=_line())
    called = forms.BooleanField(
        label=gettext_lazy("They have been called and agree to this time"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class RoundForm(PeopleForm):
    begins_on = Day(label=gettext_lazy("Begins on"))
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"class": "form-control short"}),
    )
    led_by = forms.ChoiceField(label=gettext_lazy("Led by"), widget=_select())

    def __init__(self, *args: Any, staff: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, staff=staff, **kwargs)
        self.fields["led_by"].choices = self.fields["people"].choices  # type: ignore[attr-defined]

    def clean_led_by(self) -> User:
        return self.staff[self.cleaned_data["led_by"]]


class ArchiveForm(forms.Form):
    """What narrows the archive; a value that is none of those offered does not narrow."""

    q = forms.CharField(max_length=30, required=False)
    kind = forms.ChoiceField(choices=[("", ""), *Kind.choices], required=False)
    status = forms.CharField(max_length=12, required=False)
    since = Day(required=False)
    until = Day(required=False)
