"""How many tickets each tab of the queue holds, up to a bound.

Nobody reads more than "999+", and to count on would cost what exists. Each number is one short range of an index, and
all of them are one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from complaints.models import Ticket
from complaints.states import Severity
from complaints.tabs import OPEN, tab_filters
from portal.organization.scope import Scope
from portal.pages.menu import MOST_COUNTED

_Sql = tuple[str, tuple[Any, ...]]


def tab_counts(scope: Scope, tabs: Iterable[str]) -> dict[str, int]:
    """What each of these tabs holds; more than is counted comes as one more."""
    known = _tabs_of(scope)
    return _answers({tab: known[tab] for tab in tabs})


def queue_figures(scope: Scope, own: Mapping[str, Q]) -> tuple[dict[str, int], int | None]:
    """What every tab and one's ``own`` conditions hold, and the ticket of the alarm: the major one most late."""
    parts = _tabs_of(scope) | {code: _counted(scope, where) for code, where in own.items()}
    found = _answers(parts | {"alarm": _alarm_of(scope)})
    return found, found.pop("alarm")


def _answers(parts: Mapping[str, _Sql]) -> dict[str, Any]:
    """One statement; each part is a scalar of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"({sql})" for sql, _params in parts.values()),
            [value for _sql, params in parts.values() for value in params],
        )
        return dict(zip(parts, cursor.fetchone(), strict=True))


@lru_cache(maxsize=1000)
def _tabs_of(scope: Scope) -> dict[str, _Sql]:
    """To put nine conditions into words takes longer than to ask them."""
    return {tab: _counted(scope, where) for tab, where in tab_filters(scope).items()}


@lru_cache(maxsize=1000)
def _alarm_of(scope: Scope) -> _Sql:
    late = OPEN & Q(severity=Severity.MAJOR, next_due_at__lt=Now(), queue_at__lt=Now())
    return _sql(Ticket.objects.within(scope).filter(late).by_time_left().values("pk")[:1])


def _counted(scope: Scope, where: Q) -> _Sql:
    sql, params = _sql(Ticket.objects.within(scope).filter(where).order_by().values("pk")[: MOST_COUNTED + 1])
    return f"SELECT count(*) FROM ({sql}) found", params  # noqa: S608


def _sql(found: QuerySet[Any, Any]) -> _Sql:
    try:
        return found.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()
