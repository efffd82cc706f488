"""What if: the step is really taken and then taken back, so that what is shown is what would happen (docs/sla.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from complaints.models import Ticket, TicketTimer
from portal.organization.duty import people_for
from portal.organization.roles import Role
from portal.promises import policies
from portal.promises.models import TimerState
from portal.promises.sweeping import without_department


@dataclass(frozen=True)
class Moment:
    """A level still ahead: when it fires, and whom it would tell by the roster of that moment."""

    level: str
    percent: int | None
    at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """One open timer as it stands: its deadline (None while it stands without an end) and its levels to come."""

    target: str
    due_at: datetime | None
    paused: bool
    levels: tuple[Moment, ...]


Key = tuple[str, int, int]


def before_and_after(ticket: Ticket, step: Callable[[], object]) -> list[tuple[Promise | None, Promise | None]]:
    """Each promise now and as it would be; None where there is none. Raises the refusals of the step."""
    with transaction.atomic():
        before = _promises(ticket.pk)
        step()
        after = _promises(ticket.pk)
        transaction.set_rollback(True)
    return [(before.get(key), after.get(key)) for key in {**before, **after}]


def _promises(ticket_id: int) -> dict[Key, Promise]:
    ticket = Ticket.objects.get(pk=ticket_id)
    timers = TicketTimer.objects.open().filter(ticket=ticket).order_by("started_at", "pk")
    return {(timer.target, timer.round, timer.turn): _promise(ticket, timer) for timer in timers}


def _promise(ticket: Ticket, timer: TicketTimer) -> Promise:
    levels = policies.limit_of(timer.policy_target_id).levels
    ahead = tuple(
        Moment(level.name, level.percent, at, _people(ticket, level.roles, at))
        for place, (level, at) in enumerate(zip(levels, timer.moments, strict=False))
        if place >= timer.next_level
    )
    return Promise(timer.target, timer.due_at, timer.state == TimerState.PAUSED, ahead)


def _people(ticket: Ticket, roles: Iterable[str], at: datetime) -> tuple[str, ...]:
    asked = [without_department(Role(role)) if ticket.department_id is None else Role(role) for role in roles]
    found = people_for(asked, site_id=ticket.site_id, department_id=ticket.department_id, at=at)
    return tuple(person.name for _role, people in found for person in people)
