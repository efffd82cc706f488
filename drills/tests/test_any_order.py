"""What may happen to tickets, in any order; the drill of the same name tells five hundred longer stories."""

from __future__ import annotations

from complaints.tests.house import House
from drills.any_order import tell_stories


def test_whatever_the_order_it_all_adds_up(house: House) -> None:
    assert len(tell_stories(house, runs=8, steps=25)) >= 3, "hardly anything was done"
