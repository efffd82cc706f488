"""The outbox: told once, in one piece, in the reader's language; a receiver that fails keeps nobody else waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from complaints.tests.house import MORNING, House
from portal.notifications import channels, sender
from portal.notifications.models import Message
from portal.promises import sweeping
from portal.promises.models import Heartbeat
from portal.promises.sweeping import sweep

MINUTE = timedelta(minutes=1)


@pytest.fixture
def console(settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str, str]]:
    """What left by the console, as (user id, delivery, text)."""
    settings.NOTIFICATION_CHANNELS = ["in_app", "console"]
    sent: list[tuple[int, str, str]] = []
    monkeypatch.setitem(
        channels.CHANNELS, "console", lambda user, delivery, text: sent.append((user, str(delivery), text))
    )
    return sent


def test_after_an_outage_each_person_gets_one_digest(house: House, console: list[tuple[int, str, str]]) -> None:
    tickets = [house.report() for _ in range(3)]
    woke = MORNING + timedelta(hours=5)
    sweep(woke)

    assert sender.send_waiting(woke) == Message.objects.count()

    assert sorted(user for user, _delivery, _text in console) == sorted(
        {house.reception.pk, house.reception_b.pk, house.supervisor.pk, house.ops.pk}
    )
    to_supervisor = next(text for user, _delivery, text in console if user == house.supervisor.pk)
    assert all(ticket.number in to_supervisor for ticket in tickets)
    in_bell = Message.objects.in_bell_of(house.supervisor)
    assert in_bell.values("delivery").distinct().count() == 1
    assert sender.send_waiting(woke) == 0


def test_everybody_reads_their_own_language(house: House, console: list[tuple[int, str, str]]) -> None:
    house.supervisor.language = "en"
    house.supervisor.save()
    house.report()
    sweep(MORNING + 11 * MINUTE)
    sender.send_waiting(MORNING + 11 * MINUTE)

    texts = {user: text for user, _delivery, text in console}
    assert "passed its limit" in texts[house.supervisor.pk]
    assert "派发" in texts[house.reception.pk]


def test_a_sender_killed_after_sending_sends_again_with_the_same_key_and_no_sooner_than_its_lease(
    house: House, console: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.report()
    now = MORNING + 11 * MINUTE
    sweep(now)

    class Killed(BaseException):
        pass

    def send_and_die(user: int, delivery: object, text: str) -> None:
        console.append((user, str(delivery), text))
        raise Killed

    deliver = channels.CHANNELS["console"]
    monkeypatch.setitem(channels.CHANNELS, "console", send_and_die)
    with pytest.raises(Killed):
        sender.send_waiting(now)
    monkeypatch.setitem(channels.CHANNELS, "console", deliver)
    killed_with = console[-1]

    sender.send_waiting(now + 30 * timedelta(seconds=1))
    assert console.count(killed_with) == 1
    # the lease and then the next bell: within the minute
    sender.send_waiting(now + timedelta(seconds=60 - settings.SWEEP_EVERY_SECONDS))
    assert console.count(killed_with) == 2
    assert not Message.objects.filter(sent_at=None).exists()


def test_a_receiver_that_fails_is_tried_ten_times_and_then_shown_as_dead(
    house: House, console: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.report()
    now = MORNING + 8 * MINUTE
    sweep(now)

    def refuse(*_parcel: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setitem(channels.CHANNELS, "console", refuse)
    for tries in range(12):
        sender.send_waiting(now + tries * timedelta(hours=2))

    assert set(Message.objects.filter(channel="in_app").values_list("sent_at", flat=True)) == {now}
    assert set(Message.objects.filter(channel="console").values_list("attempts", flat=True)) == {10}
    assert Message.objects.dead().count() == 2


def test_nothing_is_sent_while_a_sweep_is_still_writing(house: House) -> None:
    house.report()
    sweep(MORNING + 8 * MINUTE)
    from portal.promises import clock, heartbeat

    heartbeat.begin("sweep")
    assert sender.send_waiting() == 0
    heartbeat.beat("sweep")
    assert sender.send_waiting() == 2
    assert Heartbeat.objects.get(name="sender").finished_at <= clock.now()


def test_what_a_sweep_left_to_the_next_one_goes_out_in_the_same_digest(
    house: House, console: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        house.report()
    now = MORNING + 8 * MINUTE
    with monkeypatch.context() as smaller:
        smaller.setattr(sweeping, "BATCH_SIZE", 2)
        (tickets,) = (one for one in sweeping.clockworks() if one.subject == "ticket")
        sweeping._fire_batch(tickets, now, sweeping.Tally())
    sweep(now, seconds=0)  # its time is over
    assert Message.objects.exists()
    assert sender.send_waiting() == 0

    sweep(now)
    assert sender.send_waiting() > 0
    assert Message.objects.in_bell_of(house.reception).values("delivery").distinct().count() == 1


def test_a_digest_names_the_first_ones_and_says_how_many_there_are(
    house: House, console: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [house.report() for _ in range(3)]
    sweep(MORNING + 8 * MINUTE)
    monkeypatch.setattr(sender, "LINES", 2)

    sender.send_waiting(MORNING + 8 * MINUTE)

    text = next(text for user, _delivery, text in console if user == house.reception.pk)
    assert [line.count(ticket.number) for line, ticket in zip(text.splitlines()[1:3], tickets, strict=False)] == [1, 1]
    assert text.startswith("3 ")
    assert text.endswith("…")
    assert not Message.objects.filter(sent_at=None).exists()
