"""Short forms of the drills with kills: a worker killed at each point, and rows that cannot be computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from complaints.tests.house import House
from drills import counting, poison, wounds
from drills.outcome import Outcome
from drills.tickets import late_tickets
from drills.worker_killed import is_lost_unprotected, killed_sweep
from portal.notifications import channels, sender
from portal.notifications.models import Choice, Message
from portal.organization.models import User
from portal.promises import clock, sweeping

EVERYBODY_BY_MAIL = ("due_soon", "came_up")


@pytest.fixture
def at_noon(transactional_db: None, settings: object) -> House:
    """The company where it is noon now: at night minor matters wait. Everybody wants mails, which go nowhere."""
    from drills.databases import move_to_noon

    house = House.build()
    move_to_noon(house)
    User.objects.update(email="somebody@drill.example")
    Choice.objects.bulk_create(
        Choice(user=user, group=group, email=True) for user in User.objects.all() for group in EVERYBODY_BY_MAIL
    )
    return house


@pytest.mark.parametrize("point", wounds.POINTS)
def test_killed_there_the_worker_loses_and_doubles_nothing(
    at_noon: House, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_tickets(at_noon, 2)

    killed_sweep(point, str(tmp_path / "armed"))
    sweeping.sweep()
    sender.send_waiting(clock.now() + sender.LEASE)

    assert counting.levels_fired() == 4
    assert counting.count().is_clean
    assert not Message.objects.filter(sent_at=None).exists()
    assert counting.most_digests() == 1 or point in wounds.SENDING
    assert channels.CHANNELS["email"] is channels._email, "the wound was the child's alone"


def test_control_without_a_transaction_something_is_lost(at_noon: House) -> None:
    assert is_lost_unprotected(at_noon)


@pytest.mark.parametrize("name", poison.POISONS)
def test_what_cannot_be_computed_holds_up_nobody_and_is_shown_after_ten_tries(at_noon: House, name: str) -> None:
    outcome = poison.poisoned(at_noon, Outcome("B12", name), poison.POISONS[name], healthy=poison.POISON_TRIES)
    assert outcome.passed, outcome.row()
