"""Sends what the outbox holds: claim by lease, send outside the transaction, mark as sent."""

from __future__ import annotations

import logging
import smtplib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import translation

from portal.notifications import wording
from portal.notifications.channels import CHANNELS
from portal.notifications.models import Channel, Message, MessageQuerySet
from portal.promises import clock, heartbeat

logger = logging.getLogger(__name__)

PEOPLE_A_PASS = 100
ROWS_A_PASS = 20_000
LINES = 200  # of a digest; how many there are stands above them
MAILS_A_PASS = 10
LONGEST_SECONDS = 20.0  # then the rest waits for the next pass: well below the lease and the task's time limit
# Longer than a pass can hold what it claimed (LONGEST_SECONDS and the mail that is just leaving), and short enough that
# what a killed sender held is with its people within the minute, the next bell included.
LEASE = timedelta(seconds=40)
ATTEMPTS = 10
RETRY_AFTER = timedelta(seconds=10)  # doubled with every try, at most an hour
OF_THIS_RECEIVER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class ServerGone(Exception):
    """The next one would wait for the same nothing."""


@dataclass(frozen=True)
class Parcel:
    """What goes to one person by one channel in one piece: the rows that carry its id."""

    delivery: uuid.UUID
    recipient_id: int
    channel: str
    count: int
    tried: bool

    @property
    def rows(self) -> MessageQuerySet:
        return Message.objects.filter(
            recipient_id=self.recipient_id, channel=self.channel, delivery=self.delivery, sent_at=None
        )


def send_waiting(now: datetime | None = None) -> int:
    """Send what is due and say how many rows went out. Safe beside any number of copies of itself.

    While a sweep is still writing, nothing is sent: after an outage each person gets one digest, not its parts.
    The bell comes first: it waits for nobody's mail server.
    """
    sent, until = 0, time.monotonic() + LONGEST_SECONDS
    if not heartbeat.is_sweeping(now or clock.now()):
        sent += _send_all(Message.objects.staying(), now, PEOPLE_A_PASS, until)
        sent += _send_all(Message.objects.leaving(), now, MAILS_A_PASS, until)
    heartbeat.beat("sender")
    return sent


def _send_all(rows: MessageQuerySet, now: datetime | None, people: int, until: float) -> int:
    """Pass after pass, until nothing waits; a server that does not answer or is slow ends it until the next bell."""
    sent = 0
    while True:
        moment = now or clock.now()
        parcels = _claim(rows, moment, people)
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


def _claim(rows: MessageQuerySet, now: datetime, people: int) -> list[Parcel]:
    """Take everything that waits for the next people; a row that a colleague has taken is left to the colleague.

    What has been tried already stays together, under the id it was tried with. The rows stay in the database: after
    a long outage one person's are a hundred thousand.
    """
    with transaction.atomic():
        waiting = rows.waiting(now)
        next_ones = _next_ones(waiting, people)
        if not next_ones:
            return []
        found = (
            waiting.filter(recipient_id__in=next_ones)
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .values_list("pk", "recipient_id", "channel", "delivery")
        )
        question, values = found.query.get_compiler(connection.alias).as_sql()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH found (id, recipient_id, channel, tried_with) AS ({question}),
                     named AS (SELECT recipient_id, channel, gen_random_uuid() AS delivery FROM found GROUP BY 1, 2),
                     taken AS (
                         UPDATE notifications_message AS message
                            SET lease_until = %s, delivery = coalesce(found.tried_with, named.delivery)
                           FROM found JOIN named USING (recipient_id, channel)
                          WHERE message.id = found.id
                      RETURNING message.delivery, message.recipient_id, message.channel, found.tried_with)
                SELECT delivery, recipient_id, channel, count(*), tried_with IS NOT NULL AS tried
                  FROM taken GROUP BY 1, 2, 3, 5 ORDER BY recipient_id, channel, tried DESC
                """,  # noqa: S608 - Django's own words
                [*values, now + LEASE],
            )
            return [Parcel(*row) for row in cursor.fetchall()]


def _next_ones(waiting: MessageQuerySet, people: int) -> list[int]:
    """Whose turn it is: no more of them than can be served within the lease, and one however much waits for them."""
    chosen: list[int] = []
    rows = 0
    for recipient_id, count in (
        waiting.values_list("recipient_id").annotate(Count("pk")).order_by("recipient_id")[:people]
    ):
        rows += count
        if chosen and rows > ROWS_A_PASS:
            break
        chosen.append(recipient_id)
    return chosen


def _deliver(parcel: Parcel, now: datetime) -> int:
    """Raises ServerGone, with the parcel put back, when there is no use in trying the next one."""
    first = list(parcel.rows.order_by("pk").select_related("recipient")[:LINES])
    if not first:  # its lease ended and a colleague has sent it
        return 0
    language = first[0].recipient.language or settings.LANGUAGE_CODE
    try:
        with translation.override(language):
            texts = [wording.text_of(message.kind, message.params) for message in first]
            words = wording.digest_of(texts, language, parcel.count)
            CHANNELS[parcel.channel](parcel.recipient_id, parcel.delivery, words)
    except Exception as failure:  # one receiver's fault, whatever it is, must not keep the others from hearing
        logger.exception("sending to user %s by %s failed", parcel.recipient_id, parcel.channel)
        _put_back(parcel, now, failure)
        of_the_server = isinstance(failure, OSError) and not isinstance(failure, OF_THIS_RECEIVER)
        if parcel.channel == Channel.EMAIL and of_the_server:
            raise ServerGone from failure
        return 0
    return parcel.rows.update(sent_at=now, lease_until=None, problem="")


def _give_back(parcels: Sequence[Parcel]) -> None:
    """Not tried: the next pass takes them as they are, and what has come meanwhile with them."""
    for parcel in parcels:
        parcel.rows.update(lease_until=None, **({} if parcel.tried else {"delivery": None}))


def what_failed(failure: Exception) -> str:
    """The class and the server's code, never its text: that may repeat an address."""
    code = getattr(failure, "smtp_code", None) or getattr(failure, "errno", None)
    return f"{type(failure).__name__} {code}" if code else type(failure).__name__


def _put_back(parcel: Parcel, now: datetime, failure: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
               SET lease_until = NULL, attempts = attempts + 1, problem = %(problem)s,
                   not_before = %(now)s + least(%(wait)s * power(2, attempts), interval '1 hour'),
                   dead_at = CASE WHEN attempts + 1 >= %(most)s THEN %(now)s END
             WHERE recipient_id = %(recipient)s AND channel = %(channel)s AND delivery = %(delivery)s
               AND sent_at IS NULL
            """,
            {
                "now": now,
                "wait": RETRY_AFTER,
                "most": ATTEMPTS,
                "recipient": parcel.recipient_id,
                "channel": parcel.channel,
                "delivery": parcel.delivery,
                "problem": what_failed(failure)[:100],
            },
        )
