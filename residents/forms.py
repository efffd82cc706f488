from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.organization.models import Site, User
from residents import phones, rooms
from residents.models import Contact, Relation, Resident, UnitStatus
from residents.models.imports import IMPORTERS
from residents.register import cells
from residents.register.columns import Field
from residents.register.reading import MOST_BYTES
from residents.register.words import FIELDS


def sites_to_fill(user: User) -> Any:
    everywhere, mine = user.scope.sites_as(IMPORTERS)
    return Site.objects.all() if everywhere else Site.objects.filter(pk__in=mine)


class UploadForm(forms.Form):
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    file = forms.FileField(
        label=_("Excel file (.xlsx)"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx", "class": "form-control"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites_to_fill(user)  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is over 20 MB: no register is that big."))
        return file


class ColumnsForm(forms.Form):
    """What each header means: one choice a header, ``m0`` the first; "" is a column that is not read.

    And which building the rows of a sheet are in that has no such column: ``b0`` the first; "" leaves it as understood.
    """

    def __init__(self, headers: dict[str, str | None], sheets: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = sheets
        choices = [("", _("not read")), *((field.value, words) for field, words in FIELDS.items())]
        self.headers = headers
        for at, (header, meaning) in enumerate(headers.items()):
            self.fields[f"m{at}"] = forms.ChoiceField(
                choices=choices, required=False, initial=meaning or "", label=header
            )

        for at, (title, building) in enumerate(sheets.items()):
            self.fields[f"b{at}"] = forms.CharField(
                max_length=rooms.LONGEST_CODE, required=False, initial=building, label=title
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for at in range(len(self.sheets)):
            try:
                building, entrance = rooms.building_of(said.get(f"b{at}", ""))
            except rooms.Unclear:
                building, entrance = "", "?"
            if entrance:
                self.add_error(f"b{at}", _("Write one building, such as 3 or 3栋."))
            said[f"b{at}"] = building
        return said

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"m{at}"] for at in range(len(self.headers))]

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[f"b{at}"] for at in range(len(self.sheets))]

    @property
    def buildings(self) -> dict[str, str]:
        """The buildings that were named otherwise than they are understood already, by the sheets' titles."""
        said = {title: self.cleaned_data[f"b{at}"] for at, title in enumerate(self.sheets)}
        return {title: building for title, building in said.items() if building and building != self.sheets[title]}

    @property
    def told(self) -> dict[str, str]:
        """Those that were chosen otherwise than they are understood already, or are not understood at all."""
        chosen = {header: self.cleaned_data[f"m{at}"] for at, header in enumerate(self.headers)}
        return {header: field for header, field in chosen.items() if field != self.headers[header]}

    def names_homes(self) -> bool:
        return Field.ROOM in {self.cleaned_data[f"m{at}"] for at in range(len(self.headers))}


def _date(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class NumberField(forms.CharField):
    """A phone number, kept as it is dialled inside the country."""

    def clean(self, value: Any) -> str:
        said: str = super().clean(value)
        if not said:
            return ""
        try:
            return phones.normalized(said)
        except ValueError:
            raise forms.ValidationError(_("This is no phone number: check the digits.")) from None


class MoveInForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    form_of_address = forms.CharField(label=_("Form of address"), max_length=30, required=False)
    relation = forms.ChoiceField(label=_("Relation"), choices=Relation.choices)
    number = NumberField(label=_("Phone"), max_length=20, required=False)
    since = _date(pgettext_lazy("first day", "From"), required=False)


class LastDayForm(forms.Form):
    until = _date(_("Last day"))


class ResidentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    form_of_address = forms.CharField(label=_("Form of address"), max_length=30, required=False)
    birthday = _date(_("Birthday"), required=False)
    contact = forms.ChoiceField(label=_("Prefers to be reached by"), choices=Contact.choices)
    quiet_from = forms.TimeField(label=_("Do not call from"), required=False, widget=forms.TimeInput({"type": "time"}))
    quiet_to = forms.TimeField(label=_("Do not call until"), required=False, widget=forms.TimeInput({"type": "time"}))
    remarks = forms.CharField(label=_("Remarks"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        begins, ends = said.get("quiet_from"), said.get("quiet_to")
        if (begins is None) != (ends is None):
            self.add_error("quiet_to", _("Say both, from when and until when, or neither."))
        return said

    def changes(self, resident: Resident) -> dict[str, Any]:
        """What the form says of the person. Of several do-not-call spans the form holds the first; the others stay."""
        said = dict(self.cleaned_data)
        begins, ends = said.pop("quiet_from"), said.pop("quiet_to")
        first = [{"start": f"{begins:%H:%M}", "end": f"{ends:%H:%M}"}] if begins is not None else []
        return said | {"do_not_call": first + resident.do_not_call[1:]}


class NumberForm(forms.Form):
    number = NumberField(label=_("Phone"), max_length=20)


class IdentityForm(forms.Form):
    number = forms.CharField(label=_("Identity number"), max_length=20, widget=forms.TextInput({"autocomplete": "off"}))

    def clean_number(self) -> str:
        try:
            found = cells.identities(self.cleaned_data["number"])
        except cells.Unclear:
            found = []
        if len(found) != 1:  # none, as of “/”, or two with a stroke between them
            raise forms.ValidationError(_("This number fails its check digit, or is no card or passport."))
        return found[0]


class VehicleForm(forms.Form):
    plate = forms.CharField(label=_("Plate"), max_length=12)
    space = forms.CharField(label=_("Parking space"), max_length=30, required=False)

    def clean_plate(self) -> str:
        found, unclear = cells.plates(self.cleaned_data["plate"])
        if unclear or len(found) != 1:
            raise forms.ValidationError(_("This is no plate: write it like 粤B12345."))
        return found[0]


class NoteForm(forms.Form):
    text = forms.CharField(label=_("What staff must know"), max_length=300, widget=forms.Textarea({"rows": 3}))
    until = _date(_("Ends on"), required=False)
    review_on = _date(_("Or: look at it again on"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not said.get("until") and not said.get("review_on"):
            self.add_error("until", _("A note has an end, or a day to look at it again."))
        return said


class UnitForm(forms.Form):
    status = forms.ChoiceField(label=_("Status"), choices=UnitStatus.choices)
    area = forms.DecimalField(label=_("Area, m²"), max_digits=8, decimal_places=2, min_value=0, required=False)
    layout = forms.CharField(label=_("Layout"), max_length=30, required=False)
    use = forms.CharField(label=pgettext_lazy("of a unit", "Use"), max_length=20, required=False)
    remarks = forms.CharField(label=_("Remarks"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}))
