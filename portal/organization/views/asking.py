"""Who may look after the company, and what such pages share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from portal.organization.models import User
from portal.organization.roles import Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def administrators(view: View[P]) -> View[P]:
    """For those who look after every site; a site's own administrator would reach people of other sites."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        everywhere, _sites = user_of(request).scope.sites_as({Role.ADMINISTRATOR})
        if not everywhere:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


def problems(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(the field's id, what is wrong) of every field, for the summary on top."""
    return [
        ("" if name == "__all__" else form[name].id_for_label, said)
        for name, found in form.errors.items()
        for said in found
    ]
