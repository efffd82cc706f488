"""Which tickets are meant by what somebody typed: a number, a room, a name or its initials, a phone, a plate.

Every branch is answered by an index (docs/archive.md, "Finding anyone"); people and homes are looked up first and come
into the question as ids, since a planner that joins a million tickets to their residents would take seconds.
"""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from complaints.numbers import as_written, whole
from portal.pages.houses import sites
from residents.finding import SHORTEST, homes_matching, numbers_match, resident_matches, spelled
from residents.models import ApiAccount, Resident

MOST = 1000  # people, homes and accounts that one text may mean
_WHOLE_NUMBER = re.compile(r"[A-Z]{2,6}-\d{1,8}(-\d*)?|\d{8}-\d+")
_DAY_AND_COUNT = re.compile(r"\d{8}-\d{4,}")
_PART_OF_A_NUMBER = re.compile(r"[A-Z0-9-]{3,24}")


def names_somebody(text: str) -> bool:
    """Whether people are looked for, which goes on record; a ticket's number is nobody's."""
    return len(spelled(text)) >= SHORTEST and not _WHOLE_NUMBER.fullmatch(as_written(text))


def tickets_matching(text: str) -> Q | None:
    """A filter of tickets; None where nothing can match. At most four short statements of its own."""
    wanted = spelled(text)
    number = as_written(text)
    found = Q()
    if len(wanted) < SHORTEST:
        return None
    if whole(text) != number:
        found |= Q(number=whole(text))
    if _DAY_AND_COUNT.fullmatch(number):
        found |= Q(number__in=[f"{site.code}-{number}" for site in sites().values()])
    elif _PART_OF_A_NUMBER.fullmatch(number):
        found |= Q(number__contains=number)
    if (person := resident_matches(text)) is not None:
        found |= _among("resident", Resident.objects.filter(person))
    for homes in homes_matching(text, list(sites())):
        found |= _among("unit", homes)
    if (visitors := numbers_match(text, "visitor_phone")) is not None:
        found |= visitors
        if (callers := numbers_match(text, "phone")) is not None:
            found |= _among("reported_by", ApiAccount.objects.filter(callers))
    elif not wanted.isdigit():
        found |= Q(visitor_name__startswith=text.strip())
    return found or None


def _among(name: str, rows: QuerySet) -> Q:  # type: ignore[type-arg]
    ids = list(rows.values_list("pk", flat=True)[:MOST])
    return Q(**{f"{name}__in": ids}) if ids else Q()
