"""Signing in, and what people choose for themselves."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.utils.translation import gettext_lazy as _

from portal.organization.models import User


class SignInForm(AuthenticationForm):
    """One field for the staff number, one for the password; whatever is wrong is said in the same words."""

    # With its own limit: what is longer never reaches the record of refused attempts.
    username = UsernameField(
        label=_("Staff number or phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autofocus": True, "autocapitalize": "none"}),
    )

    shared_desk = forms.BooleanField(
        label=_("This is a shared desk computer"),
        help_text=_("Locks after 5 minutes without anybody; a PIN goes on, and nothing typed is lost."),
        required=False,
    )

    def clean_username(self) -> str:
        """The staff number; of a phone that one person alone has, that person's."""
        typed: str = self.cleaned_data["username"]
        found = User.objects.filter(phone=typed, is_active=True).values_list("username", flat=True)[:2]
        if typed and len(found) == 1 and not User.objects.filter(username=typed).exists():
            return found[0]
        return typed


class LooksForm(forms.Form):
    """Language, theme and single keys of one person; blank leaves the choice to the browser or the system."""

    language = forms.ChoiceField(choices=[("", ""), *settings.LANGUAGES], required=False)
    theme = forms.ChoiceField(choices=User._meta.get_field("theme").choices or (), required=False)
    single_keys = forms.BooleanField(required=False)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(max_length=2000, required=False)


class ReadForm(forms.Form):
    """Messages up to this one have been read."""

    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class BeforeForm(forms.Form):
    before = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
