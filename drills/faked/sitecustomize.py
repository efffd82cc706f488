"""For programs under libfaketime alone: its clock_nanosleep refuses the absolute moments that Python's sleep names."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], max(seconds, 0.0))


time.sleep = _sleep
