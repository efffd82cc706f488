"""The shape of what an administrator types about people and places."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.organization.models import Company, Department, Site, User
from portal.organization.roles import DEPARTMENT, Role
from portal.organization.services import passwords
from portal.organization.services.people import Place

EVERYWHERE = "all"
NO_PIN = re.compile(r"(\d)\1*\Z")
RUNS = "0123456789 9876543210"
NO_PIN_IS_LONGER = 6  # and no password as short


def places() -> list[tuple[str, str]]:
    """Where a role can be held: everywhere, at a site, in one of its departments. Read now: it may be a minute old."""
    found = [(EVERYWHERE, _("every site"))]
    for site in Site.objects.prefetch_related("departments"):
        found.append((f"s{site.pk}", site.name))
        found += [(f"d{site.pk}-{one.pk}", f"{site.name} · {one}") for one in site.departments.all()]
    return found


def first_site(offered: list[tuple[str, str]]) -> str:
    """What stands there before anybody chooses: everywhere is the exception."""
    return offered[1][0] if len(offered) > 1 else EVERYWHERE


def place_of(code: str) -> Place:
    """What a chosen place's code stands for."""
    site, _dash, department = code[1:].partition("-")
    if code == EVERYWHERE:
        return Place()
    return Place(int(site), int(department) if department else None)


def why_not_there(role: str, code: str) -> str:
    """The sentence that says why this role cannot be held there; blank where it can."""
    if role in DEPARTMENT and not code.startswith("d"):
        return _("This role belongs to a department: choose one.")
    if role == Role.ADMINISTRATOR and code != EVERYWHERE:
        return _("An administrator looks after every site: choose every site.")
    if role not in DEPARTMENT and code.startswith("d"):
        return _("This role belongs to a site, not to one of its departments: choose the site.")
    return ""


class PasswordOnceMore(forms.Form):
    """Asks for one's own password where the last check is older than five minutes (RELIABILITY F7)."""

    own_password = forms.CharField(
        label=gettext_lazy("Your own password, once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if passwords.was_checked_lately(request):
            del self.fields["own_password"]
        else:
            self.order_fields([name for name in self.fields if name != "own_password"])

    def clean_own_password(self) -> str:
        if not passwords.password_fits(self.request, self.cleaned_data["own_password"]):
            raise ValidationError(_("The password is not right, or there were too many attempts."))
        return ""


def _one_line(field: str, *, required: bool = True, **attributes: str) -> forms.CharField:
    found = User._meta.get_field(field).formfield(required=required)
    assert isinstance(found, forms.CharField)
    found.widget.attrs.update({"autocomplete": "off", **attributes})
    if field == "name":
        found.label = pgettext_lazy("person", "Name")
    return found


def _staff_number(typed: str) -> str:
    """As it is read at the door: full width and compatible forms are the plain ones."""
    plain = normalize("NFKC", typed)
    UnicodeUsernameValidator(message=_("Letters, digits and @ . + - _ only, without blanks."))(plain)
    return plain


def _in_its_place(form: forms.Form, cleaned: dict[str, Any]) -> dict[str, Any]:
    if "role" in cleaned and "place" in cleaned:
        problem = why_not_there(cleaned["role"], cleaned["place"])
        if problem:
            form.add_error("place", problem)
    return cleaned


class AccountForm(PasswordOnceMore):
    """One account: who it is and how they are reached."""

    username = _one_line("username", autocapitalize="none")
    name = _one_line("name")
    phone = _one_line("phone", required=False, inputmode="tel")
    email = _one_line("email", required=False)

    def clean_username(self) -> str:
        return _staff_number(self.cleaned_data["username"])


class RoleForm(PasswordOnceMore):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    place = forms.ChoiceField(label=pgettext_lazy("a role is held", "Where"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = places()
        self.fields["place"].choices = offered  # type: ignore[attr-defined]
        self.fields["place"].initial = first_site(offered)

    def clean(self) -> dict[str, Any]:
        return _in_its_place(self, super().clean() or {})


class NewAccountForm(AccountForm, RoleForm):
    """A new account begins with one role; more are given on its page."""

    field_order = ("username", "name", "role", "place", "phone", "email", "own_password")


class PersonRow(forms.Form):
    """One row of the set-up's people: a row left blank is no account."""

    username = _one_line("username", autocapitalize="none")
    name = _one_line("name")
    email = _one_line("email", required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.RECEPTIONIST)
    place = forms.ChoiceField(label=pgettext_lazy("a role is held", "Where"))
    field_order = ("username", "name", "role", "place", "email")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        self.fields["place"].initial = first_site(places)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name in {"role", "place"} else "form-control"

    def clean_username(self) -> str:
        return _staff_number(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        return _in_its_place(self, super().clean() or {})

    def has_changed(self) -> bool:
        return any(self[name].value() for name in ("username", "name", "email"))


class PeopleFilter(forms.Form):
    q = forms.CharField(max_length=60, required=False)
    site = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    state = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("All who work here")),
            ("waiting", gettext_lazy("No password yet")),
            ("locked", gettext_lazy("Locked out")),
            ("suspended", gettext_lazy("Suspended")),
        ],
        required=False,
    )
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    def usable(self) -> dict[str, Any]:
        self.full_clean()
        blank: dict[str, Any] = {"q": "", "site": None, "state": "", "page": None}
        return {**blank, **self.cleaned_data}


class CompanyForm(forms.ModelForm):
    class Meta:
        model = Company
        fields = ("name", "hotline")


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in sorted(zoneinfo.available_timezones()) if "/" in zone]


class SiteForm(forms.ModelForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=6,
        min_length=2,
        validators=[RegexValidator(r"\A[A-Z][A-Z0-9]*\Z", gettext_lazy("Two to six capital letters and digits."))],
        help_text=gettext_lazy("Stands in every ticket's number, such as YJW-20261121-0007, and stays."),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones, initial="Asia/Shanghai")

    class Meta:
        model = Site
        fields = ("code", "name", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ("name", "name_en", "outside_firm")


class NewDepartmentForm(DepartmentForm):
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.all(), empty_label=None)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        validators=[RegexValidator(r"\A[a-z][a-z0-9_]*\Z", gettext_lazy("Small letters, digits and _ only."))],
    )
    field_order = ("site", "code", "name", "name_en", "outside_firm")


class PinForm(forms.Form):
    """Four to six digits, and the password once more: who finds an open page must not leave a PIN behind."""

    pin = forms.CharField(
        label=gettext_lazy("PIN, 4 to 6 digits"),
        validators=[RegexValidator(r"\A[0-9]{4,6}\Z", gettext_lazy("Four to six digits."))],
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}),
    )
    pin_password = forms.CharField(
        label=gettext_lazy("Your own password, once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, fits: Callable[[str], bool] = lambda typed: False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fits = fits

    def clean_pin(self) -> str:
        typed: str = self.cleaned_data["pin"]
        if NO_PIN.match(typed) or typed in RUNS:
            raise ValidationError(_("That PIN is the first one that anybody tries. Take another."))
        return typed

    def clean_pin_password(self) -> str:
        if not self._fits(self.cleaned_data["pin_password"]):
            raise ValidationError(_("The password is not right, or there were too many attempts."))
        return ""


class UnlockForm(forms.Form):
    secret = forms.CharField(max_length=128, strip=False)
    next = forms.CharField(max_length=2000, required=False)
    kept = forms.CharField(max_length=200_000, required=False, strip=False)


class ForgottenForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
