"""Who is asking, and whether a page is for people of that role at all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from portal.organization.models import User
from portal.organization.roles import Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def only_for(roles: Iterable[Role]) -> Callable[[View[P]], View[P]]:
    """Signed in, and holding one of the roles somewhere; what exactly one sees is the QuerySets' matter."""
    wanted = frozenset(roles)

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not user_of(request).scope.holds(wanted):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(guarded)  # type: ignore[return-value]

    return guard
