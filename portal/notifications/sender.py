"""Sends what the outbox holds: claim by lease, send outside the transaction, mark as sent."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from portal.notifications import wording
from portal.notifications.channels import CHANNELS
from portal.notifications.models import Message
from portal.promises import clock, heartbeat

logger = logging.getLogger(__name__)

PEOPLE_A_PASS = 100
LEASE = timedelta(seconds=60)
ATTEMPTS = 10
RETRY_AFTER = timedelta(seconds=10)  # doubled with every try, at most an hour
NAMESPACE = uuid.UUID("5e9f4a0e-6a0b-4e53-9a5d-0c8f3b6f7d11")


def send_waiting(now: datetime | None = None) -> int:
    """Send what is due and say how many rows went out. Safe beside any number of copies of itself.

    While a sweep is still writing, nothing is sent: after an outage each person gets one digest, not its parts.
    """
    sent = 0
    if not heartbeat.is_sweeping(now or clock.now()):
        while True:
            moment = now or clock.now()
            claimed = _claim(moment)
            if not claimed:
                break
            parcels: dict[tuple[int, str], list[Message]] = defaultdict(list)
            for message in claimed:
                parcels[message.recipient_id, message.channel].append(message)
            for (recipient_id, channel), parcel in parcels.items():
                sent += _deliver(recipient_id, channel, parcel, moment)
    heartbeat.beat("sender")
    return sent


def _claim(now: datetime) -> list[Message]:
    """Take everything that waits for the next people; a row that a colleague has taken is left to the colleague."""
    with transaction.atomic():
        waiting = Message.objects.waiting(now)
        people = list(
            waiting.order_by("recipient_id").values_list("recipient_id", flat=True).distinct()[:PEOPLE_A_PASS]
        )
        if not people:
            return []
        rows = (
            waiting.filter(recipient_id__in=people)
            .order_by("pk")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
        )
        claimed = list(rows.select_related("recipient"))
        Message.objects.filter(pk__in=[message.pk for message in claimed]).update(lease_until=now + LEASE)
        return claimed


def _deliver(recipient_id: int, channel: str, parcel: Sequence[Message], now: datetime) -> int:
    language = parcel[0].recipient.language or settings.LANGUAGE_CODE
    delivery = uuid.uuid5(NAMESPACE, f"{parcel[0].pk}:{parcel[-1].pk}")
    try:
        with translation.override(language):
            texts = [wording.text_of(message.kind, message.params) for message in parcel]
        CHANNELS[channel](recipient_id, delivery, wording.digest_of(texts, language))
    except Exception:  # one receiver's fault, whatever it is, must not keep the others from hearing
        logger.exception("sending to user %s by %s failed", recipient_id, channel)
        _put_back(parcel, now)
        return 0
    ids = [message.pk for message in parcel]
    Message.objects.filter(pk__in=ids).update(sent_at=now, delivery=delivery, lease_until=None)
    return len(ids)


def _put_back(parcel: Sequence[Message], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
               SET lease_until = NULL, attempts = attempts + 1,
                   not_before = %(now)s + least(%(wait)s * power(2, attempts), interval '1 hour'),
                   dead_at = CASE WHEN attempts + 1 >= %(most)s THEN %(now)s END
             WHERE id = ANY(%(ids)s)
            """,
            {"now": now, "wait": RETRY_AFTER, "most": ATTEMPTS, "ids": [message.pk for message in parcel]},
        )
