"""Charts as SVG that the server writes: each stands beside the table of its numbers, and its colours are classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, LEFT = 640, 200, 24, 32
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    css: str = ""


@dataclass(frozen=True)
class Chart:
    boxes: tuple[Box, ...]
    lines: tuple[float, ...]  # the heights of the grid
    labels: tuple[Label, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def stacked(columns: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Chart:
    """A column for each label, its parts (css, number) from the bottom up."""
    most = max((sum(n for _css, n in parts) for _label, parts in columns), default=0)
    step = _step(most)
    top = max(step * -(-most // step), step)
    scale = (HEIGHT - FOOT - 8) / top
    slot = (WIDTH - LEFT) / max(len(columns), 1)
    boxes: list[Box] = []
    labels = [Label(LEFT - 6, HEIGHT - FOOT - n * scale + 4, str(n), "end") for n in range(0, top + 1, step)]
    for place, (label, parts) in enumerate(columns):
        foot = float(HEIGHT - FOOT)
        for css, n in parts:
            foot -= n * scale
            boxes.append(
                Box(
                    round(LEFT + slot * (place + 0.2), 1),
                    round(foot, 1),
                    round(slot * 0.6, 1),
                    round(n * scale, 1),
                    css,
                )
            )
        labels.append(Label(round(LEFT + slot * (place + 0.5), 1), HEIGHT - 6, label, "middle"))
    lines = tuple(round(HEIGHT - FOOT - n * scale, 1) for n in range(0, top + 1, step))
    return Chart(tuple(box for box in boxes if box.height), lines, tuple(labels))


def _step(most: int) -> int:
    """A round distance of the grid's lines: at most five of them."""
    size = 1
    while True:
        for one in STEPS:
            if most <= 4 * one * size:
                return one * size
        size *= 10


def strip(parts: Sequence[tuple[str, float]], width: int = 200, height: int = 10) -> Chart:
    """One bar, its parts (css, share) from left to right."""
    total = sum(share for _css, share in parts) or 1
    boxes, x = [], 0.0
    for css, share in parts:
        wide = width * share / total
        boxes.append(Box(round(x, 1), 0, round(wide, 1), height, css))
        x += wide
    return Chart(tuple(boxes), (), (), width, height, 0)
