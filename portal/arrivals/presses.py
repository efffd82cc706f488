"""What static/js/unsent.js adds to a form, and what its script is answered; without the script a form stays a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from portal.arrivals.services import NotTaken, somebody_elses
from portal.organization.models import User
from portal.promises import clock

KEPT_FOR = timedelta(days=1)  # an older press is written down with the moment a day ago


@dataclass(frozen=True)
class Press:
    """``at`` is the moment of the press; ``key`` is None for a form sent without the script."""

    key: UUID | None
    at: datetime


class PressForm(forms.Form):
    key = forms.UUIDField(required=False)
    ago = forms.FloatField(min_value=0, required=False)  # seconds between the press and this sending, by the device
    writer = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


def press_of(request: HttpRequest, user: User) -> Press:
    """The press behind this request. Raises NotTaken where it cannot be read or somebody else made it."""
    form = PressForm(request.POST)
    if not form.is_valid():
        raise NotTaken(_("This cannot be read. Reload the page and try again."), 422)
    sent = form.cleaned_data
    if sent["writer"] not in {None, user.pk}:  # the page is still open, and somebody else has signed in meanwhile
        raise somebody_elses()
    ago = timedelta(seconds=min(sent["ago"] or 0, KEPT_FOR.total_seconds()))
    return Press(sent["key"], clock.now() - ago)


def by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def taken(request: HttpRequest, then: str) -> HttpResponse:
    """It is written down; ``then`` is the page that follows."""
    return JsonResponse({"then": then}) if by_script(request) else HttpResponseRedirect(then)


def not_taken(words: str, status: int) -> JsonResponse:
    """To the script: it keeps what was typed and shows why."""
    return JsonResponse({"words": words}, status=status)
