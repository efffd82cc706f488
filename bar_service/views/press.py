"""Every press at the bar comes in here: its shape is checked, one service does it, the page it came from follows."""

from __future__ import annotations

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bar_service import services
from bar_service.errors import NotHere, Refused
from bar_service.models import Bar
from bar_service.roles import ASK, SERVE
from bar_service.states import ActKind
from bar_service.views.asking import bar_of
from bar_service.views.forms import FORMS
from bar_service.views.places import Place, place_named
from portal.arrivals.presses import Press, by_script, not_taken, press_of, taken
from portal.arrivals.services import NotTaken
from portal.organization.models import User
from portal.pages.asking import only_for, user_of


@only_for(SERVE | ASK)
@never_cache
@sensitive_post_parameters("guard_password")
@require_POST
def press(request: HttpRequest, kind: ActKind) -> HttpResponse:
    """To the script 200 or 4xx with words; to a form the page itself, again with what was typed when refused."""
    user, bar = user_of(request), bar_of(request)
    if not user.scope.holds(services.VERBS[kind].roles, bar.site_id):
        raise PermissionDenied
    form = FORMS[kind](request.POST)
    place = place_named(request.POST.get("back", ""), kind, user)
    try:
        arrived = press_of(request, user)
        if not form.is_valid():
            return _refused(request, bar, place, kind, form, _first_error(form), 422)
        _take(request, bar, kind, form, arrived, user)
    except NotTaken as refusal:
        return _refused(request, bar, place, kind, form, refusal.user_message, refusal.status)
    except NotHere as refusal:
        if by_script(request):
            return not_taken(refusal.words, refusal.status)
        raise Http404(refusal.words) from refusal
    except Refused as refusal:
        return _refused(request, bar, place, kind, form, refusal.words, refusal.status)
    return taken(request, place.address(request.POST))


def _take(request: HttpRequest, bar: Bar, kind: ActKind, form: forms.Form, arrived: Press, user: User) -> None:
    said = dict(form.cleaned_data)
    if kind == ActKind.SIGN:
        said["guard"] = _who_signs(request, said.pop("guard_number"), said.pop("guard_password"))
    services.take(bar.pk, kind, by=user, key=arrived.key, at=arrived.at, **said)


def _who_signs(request: HttpRequest, number: str, password: str) -> User:
    """The second signature: wrong tries count against the account like those at the door."""
    found = authenticate(request, username=number, password=password)
    if not isinstance(found, User):
        raise Refused(_("The guard's number or password is not right."))
    return found


def _refused(
    request: HttpRequest, bar: Bar, place: Place, kind: ActKind, form: forms.Form, words: str, status: int
) -> HttpResponse:
    if by_script(request):
        return not_taken(words, status)
    return place.show(request, bar, problem=words, status=status, sent=(kind, form))


def _first_error(form: forms.Form) -> str:
    """In one sentence: presses have no fields to point at, forms show theirs below."""
    for name, said in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label}: {said[0]}" if label else str(said[0])
    return _("This cannot be read. Reload the page and try again.")
