"""What has to add up about tickets, beyond what the database itself refuses."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, OuterRef

from complaints.models import Callback, Ticket, TicketEvent, TicketTimer
from complaints.services.change import show_next
from complaints.services.joining import of_other_households
from complaints.services.missed_messages import missed_events, missed_hand_ups, missed_steps
from complaints.states import OUTLIVE_THE_CLOSE, OVER, CallbackOutcome, EventKind, Kind, Status, Target
from portal.notifications.models import Message
from portal.promises.models import TimerState

BATCH = 1000
SETTLED = (Status.INFORMED, Status.DECLINED, Status.CLOSED, Status.WITHDRAWN)
QUEUE_COLUMNS = ("next_target", "next_due_at", "queue_at", "open_hand_ups", "resolve_due_at")


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    yield from _tickets_without_their_rows()
    yield from _what_the_queue_shows()
    yield from _merged()
    yield from _callbacks()
    yield from _messages()
    yield from _never_told()


def _tickets_without_their_rows() -> Iterator[str]:
    registered = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind=EventKind.REGISTERED)
    for number in Ticket.objects.filter(~Exists(registered)).values_list("number", flat=True):
        yield f"{number} has no event of its registration"
    of_target = TicketTimer.objects.filter(ticket=OuterRef("pk"))
    promised = Ticket.objects.exclude(kind=Kind.PRAISE)
    for target in (Target.DISPATCH, Target.RESOLVE):
        for number in promised.filter(~Exists(of_target.filter(target=target))).values_list("number", flat=True):
            yield f"{number} was never given a timer for {target}"
    running = of_target.filter(state__in=[TimerState.RUNNING, TimerState.PAUSED])
    forgotten = running.exclude(target__in=OUTLIVE_THE_CLOSE)
    for number in Ticket.objects.filter(Exists(forgotten), status__in=OVER).values_list("number", flat=True):
        yield f"{number} is over and a timer of it still runs"
    told = (Target.CALLBACK, Target.PROMISE)  # a word given keeps a ticket open that was called back
    expected: dict[Status, tuple[Target, ...]] = {
        Status.REGISTERED: (Target.DISPATCH,),
        Status.DISPATCHED: (Target.SIGN,),
        Status.WAITING: (Target.CHASE,),
        Status.INFORMED: told,
        Status.DECLINED: told,
    }
    for status, targets in expected.items():
        missing = promised.filter(~Exists(running.filter(target__in=targets)), status=status)
        missing = missing.exclude(status=Status.WAITING, waits_for="")  # began to wait before waits were chased
        for number in missing.values_list("number", flat=True):
            yield f"{number} is {status} and no timer for {' or '.join(targets)} runs"


def _what_the_queue_shows() -> Iterator[str]:
    """The columns that the services keep for the queue, against the timers themselves."""
    for ticket in Ticket.objects.open().prefetch_related("timers").iterator(BATCH):
        shown = [getattr(ticket, column) for column in QUEUE_COLUMNS]
        show_next(ticket, ticket.timers.all())
        if shown != [getattr(ticket, column) for column in QUEUE_COLUMNS]:
            yield f"{ticket.number} shows another next deadline than its timers have"


def _merged() -> Iterator[str]:
    settled = Ticket.objects.filter(absorbed__status=Status.MERGED, status__in=SETTLED).distinct()
    for ticket in settled:
        for one in of_other_households(ticket):
            yield f"{one.number} was merged into {ticket.number}, which is settled, and its resident was not told"


def _callbacks() -> Iterator[str]:
    told = Ticket.objects.filter(kind=Kind.COMPLAINT, informed_at__isnull=False)
    of_round = Callback.objects.filter(ticket=OuterRef("pk"), round=OuterRef("round"))
    for number in told.filter(~Exists(of_round)).values_list("number", flat=True):
        yield f"{number} was told its result and has no callback"
    for number in Callback.objects.filter(finished_at=None, ticket__status__in=OVER).values_list(
        "ticket__number", flat=True
    ):
        yield f"{number} is over and its callback is still open"
    early = Callback.objects.filter(ticket__kind=Kind.COMPLAINT, round=F("ticket__round"), ticket__informed_at=None)
    for number in early.exclude(outcome=CallbackOutcome.RATED).values_list("ticket__number", flat=True):
        yield f"{number} has a callback and nobody was told yet"


def _never_told() -> Iterator[str]:
    """Hand-ups and levels that stand in nobody's bell, and what the outbox tells of rows that are not there."""
    for hand_up in missed_hand_ups():
        yield f"{hand_up.number}: {hand_up.target} stands in nobody's bell (manage.py tell_missed)"
    for step in missed_steps():
        yield f"{step.number}: {step.level} of {step.target} fired and was not told (manage.py tell_missed)"
    for event in missed_events():
        yield f"{event.number}: no message says to whom “{event.kind}” was told (manage.py tell_missed)"
    with connection.cursor() as cursor:
        cursor.execute(_NAMES_NO_ROW)
        for pk, key in cursor.fetchall():
            yield f"message {pk} names no row: {key}"


_NAMES_NO_ROW = """
SELECT id, key FROM notifications_message message
 WHERE key LIKE '%:None%'
    OR key LIKE 'ticketevent:%' AND NOT EXISTS (
       SELECT FROM complaints_ticketevent WHERE id = split_part(key, ':', 2)::bigint)
    OR key LIKE 'tickettimer:%' AND NOT EXISTS (
       SELECT FROM complaints_tickettimer WHERE id = split_part(key, ':', 2)::bigint)
 ORDER BY id
"""


def _messages() -> Iterator[str]:
    for message in Message.objects.dead().only("pk", "kind"):
        yield f"message {message.pk} ({message.kind}) could not be sent"
