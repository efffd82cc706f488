"""Sends what the outbox holds: claim by lease, send outside the transaction, mark as sent."""

from __future__ import annotations

import logging
import smtplib
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from portal.notifications import wording
from portal.notifications.channels import CHANNELS
from portal.notifications.models import Channel, Message, MessageQuerySet
from portal.promises import clock, heartbeat

logger = logging.getLogger(__name__)

PEOPLE_A_PASS = 100
MAILS_A_PASS = 10
LONGEST_SECONDS = 20.0  # then the rest waits for the next pass: well below the lease and the task's time limit
# Longer than a pass can hold what it claimed (LONGEST_SECONDS and the mail that is just leaving), and short enough that
# what a killed sender held is with its people within the minute, the next bell included.
LEASE = timedelta(seconds=40)
ATTEMPTS = 10
RETRY_AFTER = timedelta(seconds=10)  # doubled with every try, at most an hour
OF_THIS_RECEIVER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
NAMESPACE = uuid.UUID("5e9f4a0e-6a0b-4e53-9a5d-0c8f3b6f7d11")


class ServerGone(Exception):
    """The next one would wait for the same nothing."""


def send_waiting(now: datetime | None = None) -> int:
    """Send what is due and say how many rows went out. Safe beside any number of copies of itself.

    While a sweep is still writing, nothing is sent: after an outage each person gets one digest, not its parts.
    The bell comes first: it waits for nobody's mail server.
    """
    sent = 0
    if not heartbeat.is_sweeping(now or clock.now()):
        sent += _send_all(Message.objects.staying(), now, PEOPLE_A_PASS)
        sent += _send_all(Message.objects.leaving(), now, MAILS_A_PASS)
    heartbeat.beat("sender")
    return sent


def _send_all(rows: MessageQuerySet, now: datetime | None, people: int) -> int:
    """Pass after pass, until nothing waits; a server that does not answer or is slow ends it until the next bell."""
    sent, until = 0, time.monotonic() + LONGEST_SECONDS
    while True:
        moment = now or clock.now()
        parcels = _parcels(_claim(rows, moment, people))
        if not parcels:
            return sent
        for place, parcel in enumerate(parcels):
            try:
                sent += _deliver(parcel, moment)
            except ServerGone:
                _give_back(parcels[place + 1 :])
                return sent
            if time.monotonic() > until:
                _give_back(parcels[place + 1 :])
                return sent


def _claim(rows: MessageQuerySet, now: datetime, people: int) -> list[Message]:
    """Take everything that waits for the next people; a row that a colleague has taken is left to the colleague."""
    with transaction.atomic():
        waiting = rows.waiting(now)
        next_ones = list(waiting.order_by("recipient_id").values_list("recipient_id", flat=True).distinct()[:people])
        if not next_ones:
            return []
        found = (
            waiting.filter(recipient_id__in=next_ones)
            .order_by("pk")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
        )
        claimed = list(found.select_related("recipient"))
        Message.objects.filter(pk__in=[message.pk for message in claimed]).update(lease_until=now + LEASE)
        return claimed


def _parcels(claimed: Sequence[Message]) -> list[list[Message]]:
    """One for each person and channel; what has been tried already stays together, under the id it was tried with."""
    found: dict[tuple[int, str, uuid.UUID | None], list[Message]] = defaultdict(list)
    for message in claimed:
        found[message.recipient_id, message.channel, message.delivery].append(message)
    return list(found.values())


def _deliver(parcel: Sequence[Message], now: datetime) -> int:
    """Raises ServerGone, with the parcel put back, when there is no use in trying the next one."""
    first = parcel[0]
    language = first.recipient.language or settings.LANGUAGE_CODE
    delivery = first.delivery or uuid.uuid5(NAMESPACE, f"{first.pk}:{parcel[-1].pk}")
    ids = [message.pk for message in parcel]
    if first.channel == Channel.EMAIL and first.delivery is None:
        # Before it leaves: killed after sending, the same rows go out again in one piece, under the same id.
        Message.objects.filter(pk__in=ids).update(delivery=delivery)
    try:
        with translation.override(language):
            texts = [wording.text_of(message.kind, message.params) for message in parcel]
            CHANNELS[first.channel](first.recipient_id, delivery, wording.digest_of(texts, language))
    except Exception as failure:  # one receiver's fault, whatever it is, must not keep the others from hearing
        logger.exception("sending to user %s by %s failed", first.recipient_id, first.channel)
        _put_back(parcel, now, delivery, failure)
        of_the_server = isinstance(failure, OSError) and not isinstance(failure, OF_THIS_RECEIVER)
        if first.channel == Channel.EMAIL and of_the_server:
            raise ServerGone from failure
        return 0
    Message.objects.filter(pk__in=ids).update(sent_at=now, delivery=delivery, lease_until=None, problem="")
    return len(ids)


def _give_back(parcels: Sequence[Sequence[Message]]) -> None:
    """Not tried: the next pass takes them as they are."""
    ids = [message.pk for parcel in parcels for message in parcel]
    Message.objects.filter(pk__in=ids).update(lease_until=None)


def what_failed(failure: Exception) -> str:
    """The class and the server's code, never its text: that may repeat an address."""
    code = getattr(failure, "smtp_code", None) or getattr(failure, "errno", None)
    return f"{type(failure).__name__} {code}" if code else type(failure).__name__


def _put_back(parcel: Sequence[Message], now: datetime, delivery: uuid.UUID, failure: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
               SET lease_until = NULL, attempts = attempts + 1, delivery = %(delivery)s, problem = %(problem)s,
                   not_before = %(now)s + least(%(wait)s * power(2, attempts), interval '1 hour'),
                   dead_at = CASE WHEN attempts + 1 >= %(most)s THEN %(now)s END
             WHERE id = ANY(%(ids)s)
            """,
            {
                "now": now,
                "wait": RETRY_AFTER,
                "most": ATTEMPTS,
                "ids": [message.pk for message in parcel],
                "delivery": delivery,
                "problem": what_failed(failure)[:100],
            },
        )
