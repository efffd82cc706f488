"""Taking back one's own last step within ten minutes: everything stands as before, and the history says both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, Refusal, Stale
from complaints.explaining import explain
from complaints.models import Callback, Ticket, TicketTimer, TimerStep
from complaints.states import CallbackOutcome, EventKind, Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, timer
from complaints.tests.test_the_residents_api import FIRST, Phone
from portal import integrity
from portal.notifications import sender
from portal.notifications.models import Message
from portal.promises import clock
from portal.promises.models import TimerEventKind, TimerState
from portal.promises.sweeping import sweep

START = MORNING + timedelta(hours=3)


def _waiting(house: House) -> Ticket:
    ticket = house.signed()
    with clock.standing_at(MORNING + timedelta(minutes=40)):
        services.wait(ticket.pk, "等业主", by=house.engineer)
    return ticket


def _handled(house: House) -> Ticket:
    ticket = house.signed()
    with clock.standing_at(MORNING + timedelta(hours=1)):
        services.resolve_ticket(ticket.pk, "换好", by=house.engineer)
    return ticket


def _callback(ticket: Ticket) -> int:
    return Callback.objects.get(ticket=ticket, round=ticket.round).pk


Step = Callable[[House, Ticket], Any]
STEPS: dict[str, tuple[Callable[[House], Ticket], str, Step]] = {
    "dispatch": (
        lambda h: h.report(START - timedelta(minutes=5)),
        "reception",
        lambda h, t: services.dispatch_ticket(t.pk, h.departments["engineering"], by=h.reception),
    ),
    "transfer": (
        lambda h: h.signed(),
        "reception",
        lambda h, t: services.dispatch_ticket(t.pk, h.departments["security"], by=h.reception),
    ),
    "send back": (lambda h: h.signed(), "engineer", lambda h, t: services.send_back(t.pk, "不是我们", by=h.engineer)),
    "grade up": (
        lambda h: h.signed(),
        "reception",
        lambda h, t: services.set_severity(t.pk, Severity.MAJOR, "有人受伤", by=h.reception),
    ),
    "grade down": (
        lambda h: h.signed(severity=Severity.MAJOR),
        "reception",
        lambda h, t: services.set_severity(t.pk, Severity.MINOR, "看错了", by=h.reception),
    ),
    "grade while waiting": (
        _waiting,
        "reception",
        lambda h, t: services.set_severity(t.pk, Severity.IMPORTANT, "更急", by=h.reception),
    ),
    "note": (lambda h: h.signed(), "engineer", lambda h, t: services.note_handling(t.pk, "到场", by=h.engineer)),
    "wait": (lambda h: h.signed(), "engineer", lambda h, t: services.wait(t.pk, "等配件", by=h.engineer)),
    "resume": (_waiting, "engineer", lambda h, t: services.resume(t.pk, by=h.engineer)),
    "resolve": (lambda h: h.signed(), "engineer", lambda h, t: services.resolve_ticket(t.pk, "好", by=h.engineer)),
    "resolve while waiting": (_waiting, "engineer", lambda h, t: services.resolve_ticket(t.pk, "好", by=h.engineer)),
    "return": (_handled, "engineering_head", lambda h, t: services.return_form(t.pk, by=h.engineering_head)),
    "no answer": (
        lambda h: h.informed(),
        "reception_b",
        lambda h, t: services.record_callback(_callback(t), CallbackOutcome.NO_ANSWER, by=h.reception_b),
    ),
    "score": (
        lambda h: h.informed(),
        "reception_b",
        lambda h, t: services.record_callback(
            _callback(t), CallbackOutcome.REACHED, by=h.reception_b, satisfaction=1, solved=True
        ),
    ),
    "not solved": (
        lambda h: h.informed(),
        "reception_b",
        lambda h, t: services.record_callback(
            _callback(t), CallbackOutcome.REACHED, by=h.reception_b, satisfaction=2, solved=False
        ),
    ),
    "reopen": (lambda h: h.informed(), "reception", lambda h, t: services.reopen_ticket(t.pk, "又坏", by=h.reception)),
}


def _as_it_stands(ticket: Ticket) -> dict[str, Any]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    fields = {f.attname: getattr(ticket, f.attname) for f in Ticket._meta.concrete_fields if f.name != "version"}
    open_timers = TicketTimer.objects.filter(ticket=ticket).open().order_by("pk")
    callbacks = list(Callback.objects.filter(ticket=ticket).order_by("pk").values())
    columns = ("pk", "state", "due_at", "moments", "paused_at", "breached_at", "next_check_at", "policy_target")
    return {"ticket": fields, "timers": list(open_timers.values(*columns)), "callbacks": callbacks}


@pytest.mark.parametrize("case", STEPS)
def test_everything_stands_as_before_and_still_adds_up(house: House, case: str) -> None:
    made, who, step = STEPS[case]
    ticket = made(house)
    before, told = _as_it_stands(ticket), Message.objects.count()
    with clock.standing_at(START):
        step(house, ticket)
        assert _as_it_stands(ticket) != before
    with clock.standing_at(START + timedelta(minutes=9)):
        services.undo_last_step(ticket.pk, by=house.people[who])
        services.undo_last_step(ticket.pk, by=house.people[who])  # a second press
    assert _as_it_stands(ticket) == before
    assert Message.objects.count() == told
    assert ticket.events.filter(kind=EventKind.UNDONE).count() == 1
    assert list(integrity.findings()) == []
    due = {one["target"]: one["due_at"] for one in explain(Ticket.objects.get())["timers"] if one["state"] == "running"}
    assert set(due) == {one.target for one in TicketTimer.objects.filter(state=TimerState.RUNNING)}
    sweep(START + timedelta(days=20))
    assert list(integrity.findings()) == []
    with clock.standing_at(START + timedelta(minutes=12)):
        step(house, ticket)  # the same step again begins a turn of its own
    assert list(integrity.findings()) == []


@pytest.mark.parametrize(
    ("step", "who"),
    [
        (lambda h, t: services.sign_for_ticket(t.pk, by=h.engineer), "engineer"),
        (lambda h, t: services.reply_to_resident(t.pk, "会修", by=h.reception), "reception"),
        (lambda h, t: services.decline_ticket(t.pk, "做不到", True, by=h.reception), "reception"),
        (lambda h, t: services.acknowledge(t.pk, by=h.manager), "manager"),
    ],
)
def test_a_signature_and_what_told_somebody_cannot_be_undone(house: House, step: Step, who: str) -> None:
    ticket = house.report(severity=Severity.IMPORTANT)
    if who == "manager":
        step(house, ticket)
    else:
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        step(house, ticket)
    events = ticket.events.count()
    with pytest.raises(NotPossible):
        services.undo_last_step(ticket.pk, by=house.people[who])
    assert ticket.events.count() == events


def test_not_by_another_not_after_somebody_acted_and_not_after_ten_minutes(house: House) -> None:
    ticket = house.report()
    with clock.standing_at(START):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        with pytest.raises(NotPossible):
            services.undo_last_step(ticket.pk, by=house.leader)
    with clock.standing_at(START + timedelta(minutes=10, seconds=1)), pytest.raises(NotPossible):
        services.undo_last_step(ticket.pk, by=house.reception)
    with clock.standing_at(START + timedelta(minutes=1)):
        services.sign_for_ticket(ticket.pk, by=house.engineer)
        with pytest.raises(NotPossible):
            services.undo_last_step(ticket.pk, by=house.reception)
    ticket.refresh_from_db()
    assert ticket.status == Status.SIGNED


def test_messages_are_withdrawn_and_what_went_out_is_corrected(house: House, settings: Any) -> None:
    settings.NOTIFICATION_CHANNELS = ["in_app", "console"]
    ticket = house.report()
    with clock.standing_at(START):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        sender.send_waiting(START)
    held = Message.objects.filter(channel="console", kind="ticket.dispatched")
    assert not held.exclude(sent_at=None).exists()  # ten seconds for second thoughts
    sender.send_waiting(START + timedelta(seconds=11))
    with clock.standing_at(START + timedelta(seconds=20)):
        services.undo_last_step(ticket.pk, by=house.reception)
    assert "ticket.dispatched" not in messages_of(house.engineer)
    corrected = Message.objects.filter(kind="ticket.undone")
    assert {one.channel for one in corrected} == {"console"}
    assert {one.recipient_id for one in corrected} == {one.recipient_id for one in held}


def test_a_breach_stays_and_the_next_sweep_goes_on_from_there(house: House) -> None:
    ticket = house.report()
    late = MORNING + timedelta(minutes=30)
    with clock.standing_at(late):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        services.undo_last_step(ticket.pk, by=house.reception)
    found = timer(ticket, Target.DISPATCH)
    assert (found.state, found.breached_at) == (TimerState.RUNNING, found.due_at)
    sweep(late + timedelta(seconds=10))
    fired = TimerStep.objects.filter(timer=found, kind=TimerEventKind.LEVEL_FIRED).values_list("level", flat=True)
    assert "step_1" in fired
    assert TimerStep.objects.filter(timer=found, kind=TimerEventKind.BREACHED).count() == 1
    assert list(integrity.findings()) == []


def test_the_page_offers_it_and_shows_what_was_undone_struck_through(house: House) -> None:
    ticket = house.report(clock.now())
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.reception)
    client.post(f"{ticket.url}note/", {"text": "记错了的事"})
    page = client.get(ticket.url).content.decode()
    assert page.count(f'action="{ticket.url}undo/"') == 2  # the bar, and beside the entry
    other = Client()
    other.force_login(house.reception_b)
    assert "/undo/" not in other.get(ticket.url).content.decode()
    assert client.post(f"{ticket.url}undo/").status_code == 302
    page = client.get(ticket.url).content.decode()
    assert '<p class="said struck" lang="zh">记错了的事</p>' in page or 'struck"' in page
    assert "/undo/" not in page


def test_a_resident_never_hears_of_a_step_that_was_undone(house: House) -> None:
    phone = Phone(FIRST)
    made = phone.report()
    ticket = Ticket.objects.get()
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.undo_last_step(ticket.pk, by=house.reception)
    assert [one["kind"] for one in phone.get(f"tickets/{made['id']}/").json()["timeline"]] == ["registered"]


def test_whoever_sent_a_form_back_may_take_it_up_again(house: House) -> None:
    ticket = house.signed(clock.now() - timedelta(hours=1))
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.engineer)
    ticket.refresh_from_db()
    client.post(f"{ticket.url}send-back/", {"text": "不是我们", "version": ticket.version})
    assert client.get(ticket.url).status_code == 404
    assert client.post(f"{ticket.url}undo/")["Location"] == ticket.url
    assert client.get(ticket.url).status_code == 200


def _in_the_order(house: House, ticket: Ticket, first: str) -> tuple[type[Refusal] | None, type[Refusal] | None]:
    """(what the undoing met, what the colleague met), the one named going first."""
    met: dict[str, type[Refusal] | None] = {}
    version = Ticket.objects.get(pk=ticket.pk).version
    doing: dict[str, Callable[[], Any]] = {
        "undo": lambda: services.undo_last_step(ticket.pk, by=house.reception),
        "sign": lambda: services.sign_for_ticket(ticket.pk, by=house.engineer, version=version),
    }
    for name in sorted(doing, key=lambda one: one != first):
        try:
            doing[name]()
            met[name] = None
        except Refusal as refusal:
            met[name] = type(refusal)
    return met["undo"], met["sign"]


def test_of_an_undoing_and_a_colleagues_step_the_first_counts(house: House) -> None:
    for first, expected in (("undo", (None, Stale)), ("sign", (NotPossible, None))):
        ticket = house.report()
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
        assert _in_the_order(house, ticket, first) == expected
    assert list(integrity.findings()) == []
