"""The set-up page after ``bin/run --empty``: steps that apps register, in the order of their rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from portal.organization.models import Company


@dataclass(frozen=True)
class Step:
    """One step. ``holds`` says in words what stands there already, and nothing where nothing does."""

    code: str
    title: str | Promise
    url: str
    rank: int
    holds: Callable[[], str]


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    _steps[step.code] = step


def steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: step.rank)


def is_finished() -> bool:
    return Company.objects.exclude(opened_at=None).exists()
