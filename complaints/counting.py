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
from django.db.models import Q

from complaints.models import Ticket
from complaints.tabs import tab_filters
from portal.organization.scope import Scope
from portal.pages.menu import MOST_COUNTED

_NOTHING: tuple[str, tuple[Any, ...]] = ("SELECT WHERE false", ())


def tab_counts(scope: Scope, own: Mapping[str, Q] | None = None, tabs: Iterable[str] = ()) -> dict[str, int]:
    """Of each tab, or of ``tabs`` alone, and of one's ``own`` conditions; more than is counted comes as one more."""
    known = _tabs_of(scope)
    ranges = {tab: known[tab] for tab in tabs or known} | {code: _range(scope, q) for code, q in (own or {}).items()}
    counts = ", ".join(f"(SELECT count(*) FROM ({sql}) found)" for sql, _params in ranges.values())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [value for _sql, params in ranges.values() for value in params])
        return dict(zip(ranges, cursor.fetchone(), strict=True))


@lru_cache(maxsize=1000)
def _tabs_of(scope: Scope) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """To put nine conditions into words takes longer than to ask them."""
    return {tab: _range(scope, where) for tab, where in tab_filters(scope).items()}


def _range(scope: Scope, where: Q) -> tuple[str, tuple[Any, ...]]:
    found = Ticket.objects.within(scope).filter(where).order_by().values("pk")[: MOST_COUNTED + 1]
    try:
        return found.query.sql_with_params()
    except EmptyResultSet:
        return _NOTHING
