"""Writing to the outbox: what a service or a sweep wants told, to whom, and from when on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.notifications import choices
from portal.notifications.models import Message

# Minor and important matters wait for the morning (docs/sla.md, "Firing"); a timer never does.
QUIET_FROM, QUIET_TO = time(22), time(8)


def messages_for(
    recipients: Iterable[int],
    *,
    key: str,
    kind: str,
    params: Mapping[str, Any],
    link: str,
    now: datetime,
    not_before: datetime | None = None,
) -> list[Message]:
    """Unsaved rows, one for each person and channel."""
    return [
        Message(
            key=key,
            recipient_id=recipient,
            channel=channel,
            kind=kind,
            params=dict(params),
            link=link,
            created_at=now,
            not_before=not_before or now,
        )
        for recipient in recipients
        for channel in choices.channels_for(recipient, kind, params)
    ]


def put(messages: Iterable[Message]) -> None:
    """Add to the outbox inside the caller's transaction; what stands there already stays as it is."""
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=2000)


def after_quiet_hours(now: datetime, zone: ZoneInfo) -> datetime:
    """``now``, or the end of the quiet hours that ``now`` falls into."""
    local = now.astimezone(zone)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return now
    on = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(on, QUIET_TO, tzinfo=zone)
