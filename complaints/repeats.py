"""The repeat radar (C17): what comes back three times in 90 days, at one unit or of one category in one building."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from complaints.states import Kind, Status

LOOKS_BACK = timedelta(days=90)
OFTEN = 3
COUNTED = (Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.HELP)
NOT_COUNTED = (Status.WITHDRAWN, Status.MERGED, Status.VOID)

# A ticket that stood in an earlier proposal of the same group is used up; a root-cause ticket is no repeat itself.
_GROUPS = """
WITH recent AS (
    SELECT ticket.id, ticket.unit_id, entrance.building_id, coalesce(category.parent_id, category.id) AS category_id
    FROM complaints_ticket ticket
    JOIN residents_unit unit ON unit.id = ticket.unit_id
    JOIN residents_entrance entrance ON entrance.id = unit.entrance_id
    LEFT JOIN complaints_category category ON category.id = ticket.category_id
    WHERE ticket.site_id = %(site)s AND ticket.received_at > %(since)s
      AND ticket.kind = ANY(%(kinds)s) AND ticket.status <> ALL(%(not_counted)s)
      AND NOT EXISTS (SELECT 1 FROM complaints_repeat root WHERE root.root_id = ticket.id)
), grouped AS (
    SELECT id, unit_id, NULL::bigint AS building_id, NULL::bigint AS category_id FROM recent
    UNION ALL
    SELECT id, NULL, building_id, category_id FROM recent WHERE category_id IS NOT NULL
), proposed AS (
    SELECT link.ticket_id, repeat.unit_id, repeat.building_id, repeat.category_id
    FROM complaints_repeat repeat JOIN complaints_repeat_tickets link ON link.repeat_id = repeat.id
    WHERE repeat.site_id = %(site)s AND repeat.found_at > %(since)s
)
SELECT unit_id, building_id, category_id, array_agg(id ORDER BY id)
FROM grouped
WHERE NOT EXISTS (
    SELECT 1 FROM proposed
    WHERE proposed.ticket_id = grouped.id AND proposed.unit_id IS NOT DISTINCT FROM grouped.unit_id
      AND proposed.building_id IS NOT DISTINCT FROM grouped.building_id
      AND proposed.category_id IS NOT DISTINCT FROM grouped.category_id
)
GROUP BY unit_id, building_id, category_id
HAVING count(*) >= %(often)s
ORDER BY count(*), unit_id, building_id, category_id
"""


@dataclass(frozen=True)
class Group:
    unit_id: int | None
    building_id: int | None
    category_id: int | None
    ticket_ids: list[int]


def groups_of(site_id: int, now: datetime) -> list[Group]:
    """What has come back often enough and was not proposed yet; one statement."""
    values = {
        "site": site_id,
        "since": now - LOOKS_BACK,
        "kinds": [kind.value for kind in COUNTED],
        "not_counted": [status.value for status in NOT_COUNTED],
        "often": OFTEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, values)
        return [Group(*row) for row in cursor.fetchall()]
