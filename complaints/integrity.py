"""What has to add up about tickets, beyond what the database itself refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef

from complaints.models import Callback, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.services.change import show_next
from complaints.states import OUTLIVE_THE_CLOSE, OVER, CallbackOutcome, EventKind, Kind, Status, Target
from portal.notifications.models import Message
from portal.promises.models import TimerEventKind, TimerState
from portal.promises.sweeping import POISON_TRIES
from portal.promises.timekeeping import Place, deadline_from_events, standing

BATCH = 1000
QUEUE_COLUMNS = ("next_target", "next_due_at", "queue_at", "open_hand_ups", "resolve_due_at")


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    yield from _tickets_without_their_rows()
    yield from _timers_against_their_events()
    yield from _what_the_queue_shows()
    yield from _callbacks()
    yield from _messages()


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


def _timers_against_their_events() -> Iterator[str]:
    last = 0
    while True:
        timers = list(TicketTimer.objects.filter(pk__gt=last).select_related("ticket__site").order_by("pk")[:BATCH])
        if not timers:
            return
        last = timers[-1].pk
        events: dict[int, list[TimerStep]] = defaultdict(list)
        for event in TimerStep.objects.filter(timer__in=timers).order_by("pk"):
            events[event.timer_id].append(event)
        for timer in timers:
            name = f"{timer.ticket.number} {timer.target} {timer.round}.{timer.turn}"
            for fault in _timer_faults(timer, events[timer.pk]):
                yield f"{name}: {fault}"


def _timer_faults(timer: TicketTimer, events: list[TimerStep]) -> Iterator[str]:
    kinds = [event.kind for event in standing(events)]
    if kinds.count(TimerEventKind.STARTED) != 1 or kinds[0] != TimerEventKind.STARTED:
        yield "does not begin with one start"
        return
    if timer.state == TimerState.MET and kinds.count(TimerEventKind.MET) != 1:
        yield "is met without one event that says so"
    if timer.state == TimerState.CANCELLED and TimerEventKind.CANCELLED not in kinds:
        yield "is cancelled without an event that says so"
    if (timer.breached_at is None) != (TimerEventKind.BREACHED not in kinds) or kinds.count(
        TimerEventKind.BREACHED
    ) > 1:
        yield "its breach and its events disagree"
    if timer.state == TimerState.RUNNING:
        place = Place(timer.ticket.site_id, timer.ticket.site.time_zone)
        if deadline_from_events(events, place, timer.started_at) != timer.due_at:
            yield "its deadline is not what its events give"
    fired = [event for event in events if event.kind == TimerEventKind.LEVEL_FIRED and event.term == timer.term]
    if timer.state == TimerState.RUNNING and len(fired) > timer.next_level:
        yield "more levels fired in this term than its row knows"
    if timer.failures >= POISON_TRIES:
        yield "could not be computed ten times and is left to people"


def _what_the_queue_shows() -> Iterator[str]:
    """The columns that the services keep for the queue, against the timers themselves."""
    for ticket in Ticket.objects.open().prefetch_related("timers").iterator(BATCH):
        shown = [getattr(ticket, column) for column in QUEUE_COLUMNS]
        show_next(ticket, ticket.timers.all())
        if shown != [getattr(ticket, column) for column in QUEUE_COLUMNS]:
            yield f"{ticket.number} shows another next deadline than its timers have"


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


def _messages() -> Iterator[str]:
    steps = TimerStep.objects.filter(kind=TimerEventKind.LEVEL_FIRED).values("timer", "term", "level", "occurrence")
    for row in steps.annotate(times=Count("pk")).filter(times__gt=1):
        yield f"timer {row['timer']} fired {row['level']} {row['times']} times"
    for message in Message.objects.dead().only("pk", "kind"):
        yield f"message {message.pk} ({message.kind}) could not be sent"
