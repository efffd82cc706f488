"""A year of visits for the demo."""

from __future__ import annotations

from datetime import datetime
from random import Random


def fill_demo(random: Random, now: datetime) -> None:
    pass
