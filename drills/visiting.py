"""V1 and V6: two desks that book the same two people at once, 200 times; and a year of visits, month by month."""

from __future__ import annotations

from collections.abc import Iterator

from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from portal import integrity
from visits import a_year
from visits.a_year import Place, Played
from visits.planner import Rule
from visits.tests.two_desks import race, without_the_constraint

CONTROL_RACES = 10
MOST_A_DAY = 8
TARGET, PREMIUM = 80, 100
SEEDS = 20


def two_desks(machine: Machine, options: Options) -> list[Outcome]:
    outcome = Outcome("V6", "two desks book the same two people at once", options.times or 200)
    outcome.double = race(machine.fresh("two_desks"), outcome.times)
    outcome.findings = list(integrity.findings())
    outcome.control = without_the_constraint(machine.fresh("two_desks"), CONTROL_RACES) > 0
    return [outcome.done()]


def a_year_of_visits(machine: Machine, options: Options) -> Iterator[Outcome]:
    """1,158 homes, 6 % away at any time, four people: the tables of docs/visits.md, over twenty different years."""
    outcome = Outcome("V1", "a year of 1,158 homes, 6 % away, 4 people", SEEDS)
    years = [a_year.play(Place(seed=seed)) for seed in range(SEEDS)]
    outcome.expect(min(year.coverage for year in years) >= TARGET, "a year below its target")
    outcome.expect(max(year.busiest for year in years) <= MOST_A_DAY, "somebody over eight a day")
    outcome.notes.append(f"covered {min(y.coverage for y in years):.1f}–{max(y.coverage for y in years):.1f} %")
    outcome.control = a_year.play(Place(), a_year.at_random).coverage < TARGET
    for words in month_by_month(a_year.play(Place())):
        say(words)
    yield outcome.done()
    premium = Outcome("V1", "the same at a premium site, 100 %", SEEDS)
    for words in what_it_takes():
        say(words)
    whole = [a_year.play(Place(absent=0, seed=seed, rule=Rule(percent=PREMIUM))) for seed in range(SEEDS)]
    premium.expect(all(year.coverage == PREMIUM for year in whole), "not all of those who are at home")
    yield premium.done()


def month_by_month(played: Played) -> Iterator[str]:
    yield "| month | rounds | days out | went to | met | covered so far | most visits of one person in a day |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for month in played.months:
        share = f"{month.seen} ({month.coverage(played.place.homes):.1f} %)"
        cells = (month.number, month.rounds, month.days, month.went, month.met, share, month.busiest)
        yield "| " + " | ".join(map(str, cells)) + " |"


def what_it_takes() -> Iterator[str]:
    """How far other rules come, the mean of twenty years."""
    yield "| target | rounds a month | rest after three tries | people | days out | visits | covered |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for percent, rounds, rest, staff in (
        (TARGET, 2, 60, 4),
        (PREMIUM, 2, 60, 4),
        (PREMIUM, 4, 14, 4),
        (PREMIUM, 4, 7, 6),
    ):
        rule = Rule(percent=percent, rounds=rounds, rest_days=rest)
        years = [a_year.play(Place(staff=staff, rule=rule, seed=seed)) for seed in range(SEEDS)]
        went = sum(month.went for year in years for month in year.months) / SEEDS
        days = sum(year.days for year in years) / SEEDS
        covered = sum(year.coverage for year in years) / SEEDS
        yield f"| {percent} % | {rounds} | {rest} days | {staff} | {days:.0f} | {went:.0f} | {covered:.1f} % |"
