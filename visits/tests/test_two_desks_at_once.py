"""Two desks never get the same two people for one half hour; without the database's rule they do."""

from __future__ import annotations

import pytest

from complaints.tests.house import House
from visits.tests.two_desks import race, without_the_constraint

pytestmark = pytest.mark.django_db(transaction=True)
RACES = 12  # two hundred are a drill


def test_two_desks_never_book_the_same_people_at_once() -> None:
    assert race(House.build(), RACES) == 0


def test_control_without_the_constraint_they_do() -> None:
    assert without_the_constraint(House.build(), 3) > 0
