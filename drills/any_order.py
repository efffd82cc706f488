"""C8: whatever can happen to tickets, in any order, with kills in the middle; what must always hold is looked at after
each step. Hypothesis looks for the shortest story that breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from complaints import services
from complaints.errors import Refusal
from complaints.models import Callback, Category, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.services import How
from complaints.services.change import Change
from complaints.services.correcting import facts_of
from complaints.states import OVER, CallbackOutcome, Decision, Kind, Severity, Status, WaitFor
from complaints.tests.house import MORNING, House
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.slow_clock import deadline
from portal import integrity
from portal.notifications import outbox
from portal.notifications.models import Message
from portal.promises import clock, sweeping
from portal.promises.models import TimerEventKind, TimerState
from residents.models import ApiAccount

MOST_TICKETS = 3
RUNS = 500
KINDS = (Kind.COMPLAINT, Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.ENQUIRY)
REFUSED = (Refusal, Callback.DoesNotExist, Ticket.DoesNotExist)
Take = Callable[[House, Ticket, Random], object]


def _call_back(house: House, ticket: Ticket, dice: Random) -> object:
    callback = Callback.objects.get(ticket=ticket, round=ticket.round)
    outcome = dice.choice([CallbackOutcome.REACHED, CallbackOutcome.NO_ANSWER, CallbackOutcome.REFUSED])
    score: dict[str, Any] = {"satisfaction": dice.randint(1, 5), "solved": dice.random() < 0.6}
    said = score if outcome == CallbackOutcome.REACHED else {}
    return services.record_callback(callback.pk, outcome, by=house.reception_b, **said)


def _undo(house: House, ticket: Ticket, dice: Random) -> object:
    last = ticket.events.latest("pk").by
    return services.undo_last_step(ticket.pk, by=last or house.reception)


def _correct(house: House, ticket: Ticket, dice: Random) -> None:
    """Another kind, category, home, date or place, or several at once."""
    home = dice.choice(house.homes[:2])
    right: dict[str, Any] = {
        "kind": dice.choice(list(Kind)),
        "category": dice.choice([None, *Category.objects.order_by("pk")[:40]]),
        "place": dice.choice(["南门", "北门"]),
        "wished_on": dice.choice([None, (clock.now() + timedelta(days=4)).date()]),
    }
    some = {name: right[name] for name in dice.sample(sorted(right), dice.randint(1, len(right)))}
    if dice.random() < 0.3:
        some |= {"unit": home.unit, "resident": home.resident}
    services.correct_ticket(ticket.pk, replace(facts_of(ticket), **some), "写错了", by=house.reception)


STEPS: dict[str, Take] = {
    "dispatch": lambda h, t, d: services.dispatch_ticket(
        t.pk, h.departments[d.choice(["engineering", "security"])], by=h.reception
    ),
    "answer": lambda h, t, d: services.answer_on_the_spot(t.pk, "当场说清", by=h.reception),
    "sign": lambda h, t, d: services.sign_for_ticket(t.pk, by=_staff(h, t)),
    "note": lambda h, t, d: services.note_handling(t.pk, "到场", by=_staff(h, t)),
    "wait": lambda h, t, d: services.wait(t.pk, "等配件", by=_staff(h, t)),
    "wait as manager": lambda h, t, d: services.wait(t.pk, "等批准", by=h.manager),
    "resume": lambda h, t, d: services.resume(t.pk, by=_staff(h, t)),
    "send back": lambda h, t, d: services.send_back(t.pk, "不是我们", by=_staff(h, t)),
    "resolve": lambda h, t, d: services.resolve_ticket(t.pk, "修好", by=_staff(h, t)),
    "return": lambda h, t, d: services.return_form(t.pk, by=h.people[f"{_code(t)}_head"]),
    "inform": lambda h, t, d: services.inform_resident(t.pk, How.PHONE, "修好了", "好", by=h.reception),
    "decline": lambda h, t, d: services.decline_ticket(t.pk, "做不到", d.random() < 0.5, by=h.manager),
    "acknowledge": lambda h, t, d: services.acknowledge(t.pk, by=d.choice([h.manager, h.gm, h.ops])),
    "reply": lambda h, t, d: services.reply_to_resident(t.pk, "明天上门", by=h.reception),
    "call back": _call_back,
    "reopen": lambda h, t, d: services.reopen_ticket(t.pk, "又坏了", by=h.reception),
    "regrade": lambda h, t, d: services.set_severity(t.pk, d.choice(list(Severity)), "更急", by=h.reception),
    "wait until": lambda h, t, d: services.wait(
        t.pk, "等供电局", by=_staff(h, t), waits_for=d.choice(list(WaitFor)), until=_ahead(d)
    ),
    "chase": lambda h, t, d: services.chase_wait(t.pk, "后天到货", by=_staff(h, t), until=d.choice([None, _ahead(d)])),
    "ask for more time": lambda h, t, d: services.ask_for_overtime(
        t.pk, _ahead(d, 20), "要等干透", d.choice(["", How.PHONE]), by=_staff(h, t)
    ),
    "decide on more time": lambda h, t, d: services.decide_overtime(
        t.pk, d.choice(list(Decision)), "照此办理", by=d.choice([h.manager, h.gm]), until=_ahead(d, 10)
    ),
    "promise": lambda h, t, d: services.promise_resident(t.pk, "四点回电", _ahead(d), by=h.reception),
    "keep the promise": lambda h, t, d: services.keep_promise(t.pk, d.randint(1, 2), by=h.reception),
    "move the promise": lambda h, t, d: services.move_promise(
        t.pk, d.randint(1, 2), _ahead(d), "师傅在路上", by=h.reception
    ),
    "merge": lambda h, t, d: services.merge_tickets(
        t.pk, Ticket.objects.exclude(pk=t.pk).earliest("pk").pk, by=h.reception
    ),
    "second department": lambda h, t, d: services.add_helper(t.pk, h.departments["greening"], by=h.reception),
    "confirm the wish": lambda h, t, d: services.confirm_wish(t.pk, by=h.reception),
    "withdraw": lambda h, t, d: services.withdraw_ticket(
        t.pk, resident=ApiAccount.objects.get_or_create(phone="13800000001")[0]
    ),
    "withdraw at the desk": lambda h, t, d: services.withdraw_ticket(t.pk, "不用了", by=h.reception),
    "answer at once": lambda h, t, d: services.answer_at_once(t.pk, "九点开门", by=h.reception),
    "correct": _correct,
    "void": lambda h, t, d: services.void_ticket(t.pk, "登记两次", by=d.choice([h.reception, h.supervisor])),
    "undo": _undo,
}


def _ahead(dice: Random, most_days: int = 4) -> datetime:
    """Some moment to come, to the full minute."""
    return clock.now() + timedelta(minutes=dice.choice([30, 600, dice.randint(1, most_days) * 1440]))


# What people do next on most days; ``take`` tries everything everywhere.
USUAL = {
    Status.REGISTERED: ("dispatch", "dispatch", "answer", "decline", "correct", "answer at once"),
    Status.DISPATCHED: ("sign", "sign", "sign", "undo", "send back"),
    Status.SIGNED: ("note", "resolve", "wait", "correct", "send back", "ask for more time", "promise"),
    Status.IN_PROGRESS: (
        "resolve",
        "wait",
        "wait until",
        "wait as manager",
        "undo",
        "decline",
        "ask for more time",
        "decide on more time",
    ),
    Status.WAITING: ("resume", "undo", "resolve", "chase", "decide on more time"),
    Status.RESOLVED: ("return", "inform", "inform", "undo", "correct"),
    Status.INFORMED: ("call back", "call back", "reopen", "keep the promise"),
    Status.DECLINED: ("call back", "reopen"),
    Status.CLOSED: ("reopen", "undo"),
    Status.MERGED: ("undo", "reopen"),
    Status.WITHDRAWN: ("undo", "reopen"),
    Status.VOID: ("undo", "reopen"),
}


def _code(ticket: Ticket) -> str:
    return ticket.department.code if ticket.department else "engineering"


def _staff(house: House, ticket: Ticket) -> Any:
    return house.guard if _code(ticket) == "security" else house.engineer


class Killed(BaseException):
    """A worker that is gone: its transaction is rolled back."""


@contextmanager
def dying_in(place: Any, name: str) -> Iterator[None]:
    """Everything is written and then the process is killed, before the commit."""
    there = getattr(place, name)

    def write_and_die(*args: Any) -> None:
        there(*args)
        raise Killed

    setattr(place, name, write_and_die)
    try:
        with transaction.atomic():
            yield
    except Killed:
        pass
    finally:
        setattr(place, name, there)


class AnyOrder(RuleBasedStateMachine):
    """Some tickets of one house; each story is taken back at its end."""

    house: House
    said: set[str]

    def __init__(self) -> None:
        super().__init__()
        self._story = transaction.atomic()
        self._story.__enter__()
        self.now = MORNING
        self.tickets: list[int] = []
        self.fired: dict[int, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._story.__exit__(None, None, None)

    @precondition(lambda self: len(self.tickets) < MOST_TICKETS)
    @rule(kind=st.sampled_from(KINDS), severity=st.sampled_from(Severity), home=st.integers(0, 1))
    def report(self, kind: Kind, severity: Severity, home: int) -> None:
        who = {"unit": self.house.homes[home].unit, "resident": self.house.homes[home].resident}
        wished = (self.now + timedelta(days=5)).date() if severity == Severity.MINOR else None
        said = {"kind": kind, "severity": severity, "wished_on": wished, **who}
        self.tickets.append(self.house.report(self.now, **said).pk)

    @precondition(lambda self: self.tickets)
    @rule(which=st.integers(0, MOST_TICKETS - 1), dice=st.integers(0, 999), times=st.integers(1, 5))
    def go_on(self, which: int, dice: int, times: int) -> None:
        chance = Random(dice + 1000 * sum(self._written()))  # the shortest story would else take the same way for ever
        for _ in range(times):
            self._take(self._ticket(which), chance.choice(USUAL[Status(self._ticket(which).status)]), dice)

    @precondition(lambda self: self.tickets)
    @rule(which=st.integers(0, MOST_TICKETS - 1), step=st.sampled_from(sorted(STEPS)), dice=st.integers(0, 99))
    def take(self, which: int, step: str, dice: int) -> None:
        self._take(self._ticket(which), step, dice)

    def _take(self, ticket: Ticket, step: str, dice: int) -> None:
        before = self._written()
        try:
            with transaction.atomic(), clock.standing_at(self.now):
                STEPS[step](self.house, ticket, Random(dice))
        except REFUSED:
            assert self._written() == before, f"{step} was refused and left something"
            return
        self.said.add(step)
        now_is = Ticket.objects.get(pk=ticket.pk)
        left = self._written()[0] - before[0]
        assert (now_is.version > ticket.version) == (left > 0), f"{step}: a change without its entry in the history"

    @precondition(lambda self: self.tickets)
    @rule(which=st.integers(0, MOST_TICKETS - 1), step=st.sampled_from(sorted(STEPS)), dice=st.integers(0, 99))
    def take_and_be_killed(self, which: int, step: str, dice: int) -> None:
        before = self._written()
        with dying_in(Change, "write"), clock.standing_at(self.now):
            try:
                with transaction.atomic():
                    STEPS[step](self.house, self._ticket(which), Random(dice))
            except REFUSED:
                pass
        assert self._written() == before, f"{step}: a kill left something"

    @rule(minutes=st.sampled_from([1, 5, 8, 30, 240, 1440, 4000]))
    def tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        sweeping.sweep(self.now)
        before = self._written()
        sweeping.sweep(self.now)
        assert self._written() == before, "a second sweep fired something again"

    @rule(minutes=st.sampled_from([8, 240, 1440]))
    def tick_and_be_killed(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        before = self._written()
        with dying_in(outbox, "put"):
            sweeping.sweep(self.now)
        assert self._written() == before, "a killed sweep left something"

    @invariant()
    def levels_never_go_back_and_nothing_climbs_once_it_is_over(self) -> None:
        for timer in TicketTimer.objects.select_related("ticket"):
            assert timer.levels_fired >= self.fired.get(timer.pk, 0)
            self.fired[timer.pk] = timer.levels_fired
            if timer.ticket.status in OVER:
                assert timer.state in {TimerState.MET, TimerState.CANCELLED}
        over = TimerStep.objects.filter(timer__ticket__status__in=OVER, kind=TimerEventKind.LEVEL_FIRED)
        for step in over.select_related("timer__ticket"):
            closed_at = step.timer.ticket.closed_at
            assert closed_at is not None
            assert step.at <= closed_at, "a level fired after the close"

    @invariant()
    def it_all_adds_up(self) -> None:
        assert list(integrity.findings()) == []

    @invariant()
    def each_deadline_is_what_its_events_give_when_worked_out_otherwise(self) -> None:
        for timer in TicketTimer.objects.open().select_related("ticket__site").prefetch_related("events"):
            slow = deadline(timer.events.all(), timer.started_at, timer.ticket.site.zone)
            assert slow == timer.due_at, f"{timer.target} is due {timer.due_at}, slowly {slow}"

    def _ticket(self, which: int) -> Ticket:
        return Ticket.objects.select_related("department").get(pk=self.tickets[which % len(self.tickets)])

    def _written(self) -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (TicketEvent, TimerStep, Message, Callback))


def tell_stories(house: House, runs: int, steps: int, begin_with: int = 0) -> set[str]:
    """So many stories of so many steps; the names of the steps that were ever taken. Raises what was broken."""
    AnyOrder.house, AnyOrder.said = house, set()
    quietly = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
    )
    run_state_machine_as_test(seed(begin_with)(AnyOrder), settings=quietly)
    return AnyOrder.said


def run(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("C8", "any step in any order, ticks and kills between them, stories of 50 steps")
    house = machine.fresh("any_order")
    taken: set[str] = set()
    runs, batch = options.times or RUNS, 50
    while outcome.times < runs:
        some = min(batch, runs - outcome.times)
        try:
            taken |= tell_stories(house, some, 50, begin_with=outcome.times)
        except Exception as broken:  # noqa: BLE001 - the story is in its notes
            story = "; ".join([str(broken), *getattr(broken, "__notes__", [])])
            outcome.expect(False, story.replace("\n", " ").replace("|", "/")[:1500])
            break
        outcome.times += some
        say(f"  {outcome.times} stories")
    missing = sorted(set(STEPS) - taken)
    outcome.expect(not missing or runs < RUNS, f"never taken: {missing}")
    outcome.notes.append(f"{len(taken)} of {len(STEPS)} kinds of steps taken")
    return [outcome.done()]
