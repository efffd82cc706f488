"""Any steps in any order: after each, the month's figures equal a slow count of the histories."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from complaints.tests.house import House
from drills.any_order import AnyOrder
from reports import kept
from reports.periods import period
from reports.tests.slow_papers import assert_paper_is_the_slow_count
from reports.tests.slowly import GROUPED, assert_same

NOVEMBER = period("2026-11", ZoneInfo("Asia/Shanghai"))


EVERY = 5  # steps: a paper is twenty lists and a hundred figures


class FiguresBeside(AnyOrder):
    taken = 0

    @invariant()
    def figures_are_what_the_histories_give(self) -> None:
        rows = kept.promised(self.house.gm.scope, NOVEMBER)
        for by in ("target", "severity"):
            assert_same(rows, by, GROUPED[by], self.now)

    @invariant()
    def papers_are_what_the_histories_give(self) -> None:
        self.taken += 1
        if self.taken % EVERY == 0:
            assert_paper_is_the_slow_count(self.house.site, NOVEMBER, self.now)


def test_the_figures_of_random_histories_equal_a_slow_count(house: House) -> None:
    FiguresBeside.house, FiguresBeside.said = house, set()
    few = settings(
        max_examples=6, stateful_step_count=20, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(seed(8)(FiguresBeside), settings=few)
