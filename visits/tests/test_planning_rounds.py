"""V1: whom a round visits, and that a year of rounds reaches its target without wearing anybody out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from visits import a_year, planner
from visits.planner import Band, Held, Home, Rule

TODAY = date(2026, 6, 15)
RULE = Rule()
HOME = Home(1, ("8", "1", 12, "811203"), date(2025, 5, 1))


@pytest.mark.parametrize(
    ("home", "why"),
    [
        (HOME, None),
        (replace(HOME, last_visit=None), None),
        (replace(HOME, last_visit=date(2026, 1, 1)), Held.VISITED),
        (replace(HOME, booked=True), Held.BOOKED),
        (replace(HOME, renovating=True), Held.RENOVATING),
        (replace(HOME, refused_on=date(2026, 2, 1)), Held.REFUSED),
        (replace(HOME, refused_on=date(2025, 12, 31)), None),
        (replace(HOME, vain=((date(2026, 4, 17), Band.MORNING),) * 3), Held.RESTING),
        (replace(HOME, vain=((date(2026, 4, 16), Band.MORNING),) * 3), None),
        (replace(HOME, quiet=((time(8), time(21)),)), Held.NEVER_FREE),
        (replace(HOME, quiet=((time(20), time(17)),)), None),
    ],
)
def test_what_holds_a_home_back(home: Home, why: Held | None) -> None:
    assert planner.held_back(home, TODAY, RULE) == why


def test_never_visited_comes_first_then_the_longest_unvisited_and_the_round_goes_by_building() -> None:
    homes = [
        replace(HOME, key=1, place=("8", "1", 1, "1")),
        replace(HOME, key=2, place=("1", "1", 1, "2"), last_visit=None),
        replace(HOME, key=3, place=("3", "1", 1, "3"), last_visit=date(2024, 1, 1)),
        replace(HOME, key=4, place=("2", "1", 1, "4"), last_visit=date(2025, 9, 1)),
    ]
    assert [pick.home.key for pick in planner.draw(homes, 3, TODAY, RULE)] == [2, 3, 1]


def test_who_was_out_is_tried_at_another_time_outside_their_own_quiet_hours() -> None:
    assert planner.next_band([Band.AFTERNOON]) == Band.EVENING
    assert planner.next_band([Band.AFTERNOON], ((time(18), time(20)),)) == Band.WEEKEND
    assert planner.next_day(Band.WEEKEND, date(2026, 6, 17)) == date(2026, 6, 20)
    assert planner.next_day(Band.EVENING, date(2026, 6, 18)) == date(2026, 6, 22)


def test_a_round_is_shared_out_two_by_two_and_nobody_has_more_than_eight() -> None:
    picks = [planner.Pick(replace(HOME, key=n), Band.MORNING, False) for n in range(50)]
    shared = planner.share_out(picks, 2, 2, RULE)
    counts = {(day, team): sum(1 for one in shared if one[:2] == (day, team)) for day, team, _pick in shared}
    assert max(counts.values()) == 8
    assert [pick.home.key for _day, _team, pick in shared] == list(range(32))


def test_a_year_of_1158_homes_reaches_its_target_and_by_dice_it_does_not() -> None:
    played = a_year.play(a_year.Place())
    assert played.coverage >= 80
    assert played.busiest <= 8
    assert all(month.rounds >= 2 for month in played.months)
    spread = [month.met for month in played.months[:11]]
    assert max(spread) < 2 * min(spread), "spread over the year, not heaped at its end"
    assert a_year.play(a_year.Place(), a_year.at_random).coverage < 80


def test_a_premium_site_sees_all_but_who_is_never_there() -> None:
    played = a_year.play(a_year.Place(rule=Rule(percent=100)))
    assert played.coverage > 99
    assert played.busiest <= 8
    assert a_year.play(a_year.Place(absent=0, rule=Rule(percent=100))).coverage == 100
