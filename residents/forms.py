from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.organization.models import Site, User
from residents.models.imports import IMPORTERS
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
    """What each header means: one choice a header, ``m0`` the first. "" is a column that is not read."""

    def __init__(self, headers: dict[str, str | None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not read")), *((field.value, words) for field, words in FIELDS.items())]
        self.headers = headers
        for at, (header, meaning) in enumerate(headers.items()):
            self.fields[f"m{at}"] = forms.ChoiceField(
                choices=choices, required=False, initial=meaning or "", label=header
            )

    @property
    def told(self) -> dict[str, str]:
        """Those that were chosen otherwise than they are understood already, or are not understood at all."""
        chosen = {header: self.cleaned_data[f"m{at}"] for at, header in enumerate(self.headers)}
        return {header: field for header, field in chosen.items() if field != self.headers[header]}

    def names_homes(self) -> bool:
        return Field.ROOM in self.cleaned_data.values()
