"""The unit of work: one press at one bar. Lock the bar, read the clock once, write rows, timers and one act.

The bar's row is the lock: what two tablets press at the same moment happens one after the other. Constraints stand
behind it. What an act changed is kept with it, so that an undo puts back exactly that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from bar_service.errors import NotHere, NotYours
from bar_service.models import Act, Bar, BarTable, BarTimer, BarTimerStep, Matter, Party
from bar_service.promised import Target, policy_target
from bar_service.states import ActKind
from portal.arrivals.services import once
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import User
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.models import Timer
from portal.promises.timekeeping import Ledger, Place

M = TypeVar("M", bound=models.Model)


class ArrivedBefore(Exception):
    """This very press is written down already: success, and nothing to do."""


@dataclass
class Change:
    """``at`` is the moment of the press, ``now`` that of its arrival; they differ for a tablet that had no line."""

    bar: Bar
    by: User
    at: datetime
    now: datetime
    ledger: Ledger
    kind: ActKind
    table: BarTable | None = None
    party: Party | None = None
    about: str = ""
    words: str = ""
    undoes: Act | None = None
    before: list[dict[str, Any]] = field(default_factory=list)
    made: list[tuple[str, int]] = field(default_factory=list)
    closed: list[tuple[int, str]] = field(default_factory=list)
    begun: list[Timer] = field(default_factory=list)
    messages: list[outbox.Outgoing] = field(default_factory=list)
    act: Act | None = None

    # --- rows --------------------------------------------------------------------------------------------------------

    def set(self, row: models.Model, **fields: Any) -> None:
        """Write these fields of the row and remember what stood there."""
        was = {name: _plain(getattr(row, name)) for name in fields}
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        after = {name: _plain(value) for name, value in fields.items()}
        self.before.append({"row": _name(row), "pk": row.pk, "was": was, "is": after})

    def make(self, row: M) -> M:
        row.save(force_insert=True)
        self.made.append((_name(row), row.pk))
        return row

    def matter(self, label: str) -> Matter:
        return Matter.objects.create(bar=self.bar, site=self.bar.site, label=label[:80])

    # --- promises ----------------------------------------------------------------------------------------------------

    def begin(self, target: Target, matter: Matter, started_at: datetime, due_at: datetime | None = None) -> None:
        """The next turn of that promise; without a policy nothing is promised."""
        policy = policy_target(self.bar.site_id, target)
        if policy is None:
            return
        turns = BarTimer.objects.filter(matter=matter, target=target).aggregate(last=models.Max("turn"))["last"] or 0
        timer = self.ledger.begin(policy, started_at, fixed_due_at=due_at, matter=matter, turn=turns + 1)
        self.begun.append(timer)

    def meet(self, matter: Matter | None) -> None:
        """What is open about the matter is kept at the moment of the press, in time or late."""
        for timer in self._open(matter):
            # A press that comes in after a later one was written down keeps the promise at its start at the earliest.
            self.ledger.meet(timer, at=max(self.at, timer.started_at))
            self.closed.append((timer.pk, "met"))

    def cancel(self, matter: Matter | None, cause: str) -> None:
        for timer in self._open(matter):
            self.ledger.cancel(timer, cause=cause)
            self.closed.append((timer.pk, "cancelled"))

    def _open(self, matter: Matter | None) -> Iterable[BarTimer]:
        if matter is None:
            return ()
        return BarTimer.objects.open().filter(matter=matter).select_for_update(no_key=True).order_by("pk")

    # --- telling -----------------------------------------------------------------------------------------------------

    def tell(self, people: Iterable[int], kind: str, key: str, **params: Any) -> None:
        self.messages += outbox.messages_for(
            {pk for pk in people if pk != self.by.pk},
            key=f"bar:{self.bar.pk}:{key}",
            kind=f"bar.{kind}",
            params={**params, "zone": self.bar.site.time_zone},
            link="/bar/sales/" if kind in {"request_ready", "enquiry"} else "/bar/",
            now=self.now,
        )

    def tell_role(self, role: Role, kind: str, key: str, **params: Any) -> None:
        found = people_for([role], site_id=self.bar.site_id, department_id=None, at=self.now)
        self.tell([person.user_id for _role, people in found for person in people], kind, key, **params)


@contextmanager
def changing(
    bar_id: int, kind: ActKind, roles: Iterable[Role], *, by: User, key: UUID | None, at: datetime | None
) -> Iterator[Change]:
    """Raises ArrivedBefore for a key that is known, NotHere and NotYours; leaves nothing behind when refused."""
    with transaction.atomic():
        bar = _lock(bar_id, frozenset(roles), by)
        if not once(key, by=by):
            raise ArrivedBefore
        now = clock.now()
        place = Place(bar.site_id, bar.site.time_zone)
        change = Change(
            bar=bar,
            by=by,
            at=min(at or now, now),
            now=now,
            ledger=Ledger(BarTimer, BarTimerStep, place, now, by.pk),
            kind=kind,
        )
        yield change
        change.ledger.write()
        _write(change)
        outbox.put(change.messages)


def _lock(bar_id: int, roles: frozenset[Role], by: User) -> Bar:
    bar = Bar.objects.visible_to(by).select_for_update(of=("self",)).select_related("site").filter(pk=bar_id).first()
    if bar is None:
        raise NotHere(_("There is no such bar."))
    if not by.scope.holds(roles, bar.site_id):
        raise NotYours(_("This is for somebody else at the bar."))
    return bar


def _write(change: Change) -> None:
    change.act = Act.objects.create(
        bar=change.bar,
        kind=change.kind,
        at=change.at,
        arrived_at=change.now,
        by=change.by,
        table=change.table,
        party=change.party,
        about=change.about,
        words=change.words[:200],
        undoes=change.undoes,
        details={
            "before": change.before,
            "made": change.made,
            "closed": change.closed,
            "begun": [timer.pk for timer in change.begun],
        },
    )


def row_named(name: str, pk: int) -> models.Model:
    found: models.Model = apps.get_model("bar_service", name)._default_manager.get(pk=pk)
    return found


def _name(row: models.Model) -> str:
    return str(row._meta.object_name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    return value
