"""Signing in, and what people choose for themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from portal.organization.models import User


class SignInForm(AuthenticationForm):
    """One field for the staff number, one for the password; whatever is wrong is said in the same words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Staff number")
        self.fields["username"].max_length = 40


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
