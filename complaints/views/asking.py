"""Who is asking, and whether these pages are theirs at all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from complaints.menu import SEE_TICKETS
from portal.organization.models import User
from portal.organization.roles import DESK, LEADERSHIP, Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _for_roles(roles: Iterable[Role], view: View[P]) -> View[P]:
    wanted = frozenset(roles)

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not user_of(request).scope.holds(wanted):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def who_see_tickets(view: View[P]) -> View[P]:
    return _for_roles(SEE_TICKETS, view)


def the_desk(view: View[P]) -> View[P]:
    return _for_roles(DESK, view)


def leadership(view: View[P]) -> View[P]:
    return _for_roles(LEADERSHIP, view)


def desk_and_leaders(view: View[P]) -> View[P]:
    return _for_roles(DESK | LEADERSHIP, view)
