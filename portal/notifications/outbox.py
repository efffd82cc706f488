"""Writing to the outbox: what a service or a sweep wants told, to whom, and from when on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.inserting import insert_columns
from portal.notifications import choices
from portal.notifications.models import Message

# Minor and important matters wait for the morning (docs/sla.md, "Firing"); a timer never does.
QUIET_FROM, QUIET_TO = time(22), time(8)


@dataclass(slots=True)
class Outgoing:
    """A row of the outbox to be: a sweep makes ten thousand of them, so it is no model's instance."""

    key: str
    recipient_id: int
    channel: str
    kind: str
    params: Mapping[str, Any]
    link: str
    created_at: datetime
    not_before: datetime


def messages_for(
    recipients: Iterable[int],
    *,
    key: str,
    kind: str,
    params: Mapping[str, Any],
    link: str,
    now: datetime,
    not_before: datetime | None = None,
) -> list[Outgoing]:
    """One for each person and channel, also where several roles lead to one person."""
    return [
        Outgoing(key, recipient, channel, kind, params, link, now, not_before or now)
        for recipient in dict.fromkeys(recipients)
        for channel in choices.channels_for(recipient, kind, params)
    ]


class MessageConflict(Exception):
    """Two different things to tell have one key: telling only the first would lose the second without a word."""


def put(messages: Iterable[Outgoing], *, told_before: bool = False) -> None:
    """Add to the outbox inside the caller's transaction.

    ``told_before``: what stands there already stays as it is, for a loop that tells of a week or a month once. Anything
    else that meets a message with its own key, recipient and channel raises MessageConflict, as does a key that names
    a row which has no id yet.
    """
    rows = list(messages)
    if not rows:
        return
    for row in rows:
        if not row.key or ":None" in row.key:
            raise MessageConflict(f"a message of kind {row.kind} has the key {row.key!r}, which names no row")
    # What several people are told is put into JSON once.
    texts = {id(params): json.dumps(dict(params)) for params in {id(row.params): row.params for row in rows}.values()}
    columns = {
        "key": [row.key for row in rows],
        "recipient_id": [row.recipient_id for row in rows],
        "channel": [row.channel for row in rows],
        "kind": [row.kind for row in rows],
        "params": [texts[id(row.params)] for row in rows],
        "link": [row.link for row in rows],
        "created_at": [row.created_at for row in rows],
        "not_before": [row.not_before for row in rows],
        "attempts": [0] * len(rows),
    }
    if insert_columns(Message, columns, ignore_conflicts=True) < len(rows):
        _refuse_conflicts(rows, told_before=told_before)


def _refuse_conflicts(rows: Sequence[Outgoing], *, told_before: bool) -> None:
    """Some went in and some did not: raises unless each of these is a repeat of what was told before."""
    if not told_before:
        raise MessageConflict(f"told already, or told twice in one change: {sorted({row.key for row in rows})}")
    standing = dict(Message.objects.filter(key__in={row.key for row in rows}).values_list("key", "kind"))
    for row in rows:
        if standing[row.key] != row.kind:
            raise MessageConflict(f"{row.key} tells of {standing[row.key]} already, not of {row.kind}")


def after_quiet_hours(now: datetime, zone: ZoneInfo) -> datetime:
    """``now``, or the end of the quiet hours that ``now`` falls into."""
    local = now.astimezone(zone)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return now
    on = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(on, QUIET_TO, tzinfo=zone)
