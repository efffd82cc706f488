"""The shape of what people type. Whether a step may be taken is decided by the services."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.numbers import whole
from complaints.services import WAYS, How
from complaints.states import (
    ANSWERED_AT_ONCE,
    DECISIONS,
    REPAIRS,
    Decision,
    Kind,
    ReportChannel,
    Severity,
    Urgency,
    WaitFor,
)
from residents import phones
from residents.models import Contact

OPEN_FOR = timedelta(days=3)  # as long as a draft may lie
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST_WISH_DAYS = 90
MOST_MICROSECONDS = 250_000_000_000_000_000  # some seven thousand years


class MarkField(forms.CharField):
    """Where a list goes on: ``<microseconds since 1970>-<id>``."""

    def clean(self, value: Any) -> tuple[datetime, int] | None:
        text = super().clean(value)
        if not text:
            return None
        moment, _dash, pk = text.partition("-")
        if not (moment.isascii() and moment.isdigit() and pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise ValidationError(_("This page of the list does not exist."))
        microseconds = int(moment[:20])
        if microseconds > MOST_MICROSECONDS:
            raise ValidationError(_("This page of the list does not exist."))
        return EPOCH + timedelta(microseconds=microseconds), int(pk)


def sealed_now() -> str:
    """The moment at which a form is opened, so that it cannot be put back by hand."""
    return signing.dumps(timezone.now().isoformat(), salt="opened")


def opened_at(sealed: str, idle: int) -> datetime | None:
    """When the form began to be filled in; None for what is not ours or too old."""
    try:
        opened = datetime.fromisoformat(signing.loads(sealed, salt="opened", max_age=OPEN_FOR))
    except signing.BadSignature:
        return None
    return min(opened + timedelta(seconds=idle), timezone.now())


HOW_LATE = (("1", _("Due soon and late")), ("over", _("Late only")))


class FilterForm(forms.Form):
    """What narrows the queue. A value that is none of those offered is said, and does not narrow."""

    tab = forms.CharField(max_length=20, required=False)
    q = forms.CharField(max_length=60, required=False)
    severity = forms.ChoiceField(choices=[("", ""), *Severity.choices], required=False)
    department = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    late = forms.ChoiceField(choices=[("", ""), *HOW_LATE], required=False)
    helping = forms.BooleanField(required=False)
    after = MarkField(max_length=60, required=False)

    def usable(self) -> dict[str, Any]:
        """The valid values; of the others, nothing."""
        self.full_clean()
        blank: dict[str, Any] = {
            "tab": "",
            "q": "",
            "severity": "",
            "department": None,
            "late": "",
            "helping": False,
            "after": None,
        }
        return {**blank, **{name: value for name, value in getattr(self, "cleaned_data", {}).items() if name in blank}}


def _one_line(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attributes})


MYSELF, NOBODY = "myself", "nobody"
FROM_WHOM = (
    ("", _("Of whoever stands above")),
    (MYSELF, _("My own: I saw it (a round)")),
    (NOBODY, _("Of nobody named: anonymous")),
)


class RegisterForm(forms.Form):
    """The residents' complaint form 住户投诉意见表. By hand: who, category, severity, what happened."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    # When the form was opened, signed, and how many seconds nothing was typed in it: that is the reception (C3).
    opened = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    idle = forms.IntegerField(min_value=0, max_value=10**7, required=False, widget=forms.HiddenInput)
    received_at = forms.DateTimeField(
        label=_("Told to the desk (if earlier)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[(value, label) for value, label in ReportChannel.choices if value != ReportChannel.API],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    party = forms.CharField(max_length=40, required=False)
    chosen_party = forms.CharField(max_length=40, required=False)
    room = forms.CharField(
        label=_("Resident / unit"),
        max_length=60,
        required=False,
        widget=_one_line(
            **{
                "role": "combobox",
                "aria-controls": "room-list",
                "aria-expanded": "false",
                "aria-autocomplete": "list",
                "aria-describedby": "room-help",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
    visitor_name = forms.CharField(label=_("Visitor's name"), max_length=60, required=False)
    visitor_phone = forms.CharField(
        label=_("Visitor's phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    from_whom = forms.ChoiceField(
        label=_("Whose report it is"), choices=FROM_WHOM, required=False, widget=forms.RadioSelect, initial=""
    )
    category = forms.CharField(label=_("Category"), max_length=30, required=False)
    subcategory = forms.CharField(label=_("More exactly"), max_length=30, required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    danger = forms.ChoiceField(
        label=_("Is anybody or anything in danger?"),
        choices=[("yes", pgettext_lazy("danger", "Yes")), ("no", pgettext_lazy("danger", "No"))],
        required=False,
        widget=forms.RadioSelect,
    )
    description = forms.CharField(
        label=_("What happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    occurred_at = forms.DateTimeField(
        label=_("When it happened"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    about = forms.CharField(label=_("Person or department complained about"), max_length=200, required=False)
    contact = forms.ChoiceField(
        label=_("Prefers to be reached by"), choices=[("", _("As on file")), *Contact.choices], required=False
    )
    demand = forms.CharField(
        label=_("What the resident asks for"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    wished_on = forms.DateField(
        label=_("Wished date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    department = forms.IntegerField(label=_("Dispatch to"), min_value=1, max_value=2**63 - 1, required=False)
    dispatch_now = forms.BooleanField(label=_("Dispatch at once"), required=False)
    answer = forms.CharField(
        label=_("What was answered"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Answered while the caller is there: one press, and the answer written down (C30)."""
        said: dict[str, Any] = super().clean() or {}
        if "answered" in self.data:
            if said.get("kind") not in ANSWERED_AT_ONCE:
                self.add_error("kind", _("Only an enquiry or a suggestion is answered at once and over."))
            elif not said.get("answer"):
                self.add_error("answer", _("Write down what was answered."))
        return said

    def clean_category(self) -> str:
        """A finer category, where one is chosen, says what the coarse one is."""
        chosen: str = self.data.get("subcategory", "") or self.cleaned_data["category"]
        if not chosen:
            raise ValidationError(_("Choose what it is about."))
        return chosen

    def clean_visitor_phone(self) -> str:
        typed: str = self.cleaned_data["visitor_phone"]
        if not typed:
            return ""
        try:
            return phones.normalized(typed)
        except ValueError:
            raise ValidationError(_("This is no phone number. Ask for it again, or leave it empty.")) from None

    def clean_received_at(self) -> datetime | None:
        """The moment that was typed, else the one at which the form began to be filled in; None is now."""
        typed: datetime | None = self.cleaned_data["received_at"]
        if typed and typed > timezone.now():
            raise ValidationError(_("This lies in the future."))
        return typed or opened_at(self.cleaned_data.get("opened", ""), self.cleaned_data.get("idle") or 0)

    def clean_occurred_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["occurred_at"]
        now = timezone.now()
        if moment and moment > now:
            raise ValidationError(_("This lies in the future."))
        if moment and moment < now - timedelta(days=366):
            raise ValidationError(_("This is more than a year ago. Please look at the date."))
        return moment

    def clean_wished_on(self) -> date | None:
        wished: date | None = self.cleaned_data["wished_on"]
        today = timezone.localdate()
        if wished and not today <= wished <= today + timedelta(days=FURTHEST_WISH_DAYS):
            raise ValidationError(_("Choose a date from today to %(days)d days ahead.") % {"days": FURTHEST_WISH_DAYS})
        return wished


class VersionForm(forms.Form):
    """What every step carries: the ticket's version and the last entry that was on the page."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)


class TextForm(VersionForm):
    text = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class ReturnForm(TextForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class InformForm(TextForm):
    how = forms.ChoiceField(label=_("How they were told"), choices=WAYS, widget=forms.RadioSelect, initial=How.PHONE)
    said = forms.CharField(
        label=_("What they said (may stay empty)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("how", "text", "said")

    def __init__(self, *args: Any, nobody: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if nobody:  # anonymous: the result is written down, and that nobody can be told it
            self.fields["how"].choices = [(How.NOBODY.value, How.NOBODY.label), *WAYS]  # type: ignore[attr-defined]


class DeclineForm(TextForm):
    how = forms.ChoiceField(
        label=_("How they were told"), choices=How.choices, widget=forms.RadioSelect, initial=How.PHONE
    )
    said = forms.CharField(
        label=_("What they said (may stay empty)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    understood = forms.ChoiceField(
        label=_("Does the resident understand?"),
        choices=[("yes", pgettext_lazy("understood", "Yes")), ("no", pgettext_lazy("understood", "No"))],
        widget=forms.RadioSelect,
    )
    field_order = ("how", "text", "said", "understood")


class SeverityForm(VersionForm):
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        help_text=_("Needed when the severity changes."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in REPAIRS:
            self.fields["severity"].choices = Urgency.choices  # type: ignore[attr-defined]
            self.fields["severity"].label = _("Urgency")


class DepartmentForm(VersionForm):
    """A department of the ticket's site; the one that the category names comes first."""

    department = forms.TypedChoiceField(label=_("Dispatch to"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], suggested: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = choices  # type: ignore[attr-defined]
        self.fields["department"].initial = suggested


def _moment(**options: Any) -> forms.DateTimeField:
    """A moment of the site's own clock."""
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **options
    )


def _choose(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


class WaitForm(TextForm):
    waits_for = _choose(_("For whom"), WaitFor.choices, initial=WaitFor.THIRD_PARTY, required=False)
    until = _moment(
        label=_("Until (may stay empty)"),
        required=False,
        help_text=_("With an end the clock runs on by itself; without one the wait is asked about every two days."),
    )
    field_order = ("waits_for", "text", "until")

    def clean_waits_for(self) -> WaitFor:
        return WaitFor(self.cleaned_data["waits_for"] or WaitFor.THIRD_PARTY)


class WindowForm(VersionForm):
    """From when to when somebody comes, as the resident agreed."""

    begins = _moment(label=_("Between"))
    ends = _moment(label=_("and"))


class ChaseForm(TextForm):
    until = _moment(label=_("The wait ends (may stay empty)"), required=False)


class OvertimeForm(TextForm):
    until = _moment(label=_("New date"))
    told_how = _choose(
        _("Has the resident been told why?"), [("", _("Not yet: the desk tells them")), *WAYS], required=False
    )
    field_order = ("until", "text", "told_how")


class DecisionForm(TextForm):
    decision = _choose(_("Decision"), [(one, one.label) for one in DECISIONS], initial=Decision.GRANTED)
    until = _moment(label=_("Shorter date"), required=False)
    field_order = ("decision", "until", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class PromiseForm(TextForm):
    at = _moment(label=_("When"))
    field_order = ("at", "text")


class KeepForm(ReturnForm):
    """Which promise: several may be open at once."""

    turn = forms.IntegerField(label=_("Which promise"), min_value=1, max_value=2**15 - 1, widget=forms.RadioSelect)
    field_order = ("turn", "text")

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["turn"].widget.choices = choices  # type: ignore[attr-defined]
        self.fields["turn"].initial = choices[0][0] if choices else None


class MoveForm(KeepForm):
    at = _moment(label=_("New time"))
    field_order = ("turn", "at", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True


class NumberForm(VersionForm):
    number = forms.CharField(label=_("Number of the other ticket"), max_length=40)

    def clean_number(self) -> str:
        return whole(self.cleaned_data["number"])


class PersonForm(VersionForm):
    person = forms.TypedChoiceField(
        label=_("Who"), coerce=int, empty_value=None, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
        self.fields["person"].required = "" not in dict(choices)


class MeasureForm(PersonForm):
    """What is done about the cause, who does it, by which day."""

    text = forms.CharField(
        label=_("The cause, and what is done about it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    on = forms.DateField(label=_("By which day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ("text", "person", "on")

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, choices=[one for one in choices if one[0] != ""], **kwargs)


class ClaimForm(TextForm):
    amount = forms.DecimalField(label=_("Amount, yuan"), min_value=0, max_digits=12, decimal_places=2)
    field_order = ("amount", "text")


class CallbackForm(forms.Form):
    """One outcome: a score from 1 to 5, no answer, refused, or not solved (a score may go with it)."""

    OUTCOMES = ("s1", "s2", "s3", "s4", "s5", "no_answer", "refused", "not_solved")
    outcome = forms.ChoiceField(choices=[(code, code) for code in OUTCOMES])
    score = forms.TypedChoiceField(
        choices=[("", ""), *[(str(n), str(n)) for n in range(1, 6)]], coerce=int, empty_value=None, required=False
    )
    remarks = forms.CharField(max_length=1000, required=False)
    they_called = forms.BooleanField(required=False)
    as_suggestion = forms.BooleanField(required=False)
    tried = forms.IntegerField(min_value=0, max_value=9, required=False, widget=forms.HiddenInput)


class ViewNameForm(forms.Form):
    """What a person calls a view of the queue."""

    name = forms.CharField(label=_("Name of the view"), max_length=20)


class BulkForm(forms.Form):
    """What is done with several tickets at once."""

    department = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    text = forms.CharField(max_length=1000, required=False)
