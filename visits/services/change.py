"""One step of a visit: who pressed when, the row held, what is allowed, and everything written at the end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from portal.arrivals.services import once
from portal.invisible import is_blank
from portal.notifications import outbox
from portal.organization.models import Site, User
from portal.promises import clock, policies
from portal.promises.timekeeping import Ledger, Place
from visits.models import VISITORS, Assignment, HomeVisit, VisitEvent, VisitTimer, VisitTimerStep
from visits.states import TRANSITIONS, EventKind, Status, Step, Target

P = ParamSpec("P")
POLICY = "visit"


@dataclass(frozen=True)
class Press:
    """A button: whose, under which key it arrives once, and when it was pressed (None: now)."""

    by: User
    key: UUID | None = None
    at: datetime | None = None


@dataclass
class Change:
    """A visit held, the moment of the press and that of its arrival, and what is to be written."""

    visit: HomeVisit
    by: User
    now: datetime
    at: datetime
    ledger: Ledger
    events: list[VisitEvent] = field(default_factory=list)
    messages: list[outbox.Outgoing] = field(default_factory=list)

    @property
    def site(self) -> Site:
        return self.visit.site

    def require(self, step: Step) -> None:
        """Raises NotYours or TransitionNotAllowed."""
        transition = TRANSITIONS[step]
        if not may_act(self.by, self.visit, desk_only=transition.desk_only):
            raise NotYours(_("This visit is for others to make."))
        if self.visit.status not in transition.begins:
            status = Status(self.visit.status).label
            raise TransitionNotAllowed(_("This visit is %(status)s: this step is not open.") % {"status": status})

    def note(self, kind: EventKind, text: str = "", **details: Any) -> None:
        self.events.append(
            VisitEvent(
                visit=self.visit,
                kind=kind,
                at=self.at,
                noted_at=self.now,
                by=self.by,
                text=text,
                details={name: value for name, value in details.items() if value not in (None, "", [])},
            )
        )

    def begin(self, target: Target, started_at: datetime, visit: HomeVisit | None = None) -> None:
        begin(self.ledger, visit or self.visit, target, started_at)

    def meet(self, target: Target, visit: HomeVisit | None = None) -> None:
        for timer in self._running(target, visit):
            self.ledger.meet(timer, at=max(self.at, timer.started_at))

    def cancel(self, *targets: Target, cause: str) -> None:
        for target in targets:
            for timer in self._running(target):
                self.ledger.cancel(timer, cause=cause)

    def end(self, status: Status, cause: str) -> None:
        """The visit is over: nobody is kept any longer and no promise about it runs on."""
        visit = self.visit
        visit.status, visit.ended_at = status, self.at
        self.cancel(Target.COME, Target.CONFIRM, cause=cause)
        Assignment.objects.filter(visit=visit, released_at=None).update(released_at=self.at)

    def tell(self, people: list[int], kind: str, **params: Any) -> None:
        self.messages += outbox.messages_for(
            [person for person in people if person != self.by.pk],
            key=f"visit:{self.visit.pk}:{kind}:{self.now.isoformat()}",
            kind=f"visits.{kind}",
            params={"zone": self.site.time_zone, **params},
            link=self.visit.url,
            now=self.now,
        )

    def write(self) -> None:
        self.visit.save()
        VisitEvent.objects.bulk_create(self.events)
        self.ledger.write()
        outbox.put(self.messages)

    def _running(self, target: Target, visit: HomeVisit | None = None) -> list[VisitTimer]:
        found = VisitTimer.objects.open().filter(visit=visit or self.visit, target=target)
        return list(found.select_for_update(no_key=True))


Act = Callable[Concatenate[Change, P], None]
Service = Callable[Concatenate[int, Press, P], HomeVisit]


def step(name: Step) -> Callable[[Act[P]], Service[P]]:
    """Make a service of what a step does to a visit: one transaction, one effect for one key."""

    def wrap(act: Act[P]) -> Service[P]:
        @functools.wraps(act)
        @transaction.atomic
        def taken(visit_id: int, press: Press, /, *args: P.args, **kwargs: P.kwargs) -> HomeVisit:
            visit = locked(visit_id)
            if not once(press.key, by=press.by):
                return visit
            change = changing(visit, press)
            change.require(name)
            act(change, *args, **kwargs)
            change.write()
            return visit

        return taken

    return wrap


def locked(visit_id: int) -> HomeVisit:
    # no_key: colleagues may still add rows that point at this one while it is held.
    rows = HomeVisit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("site", "unit", "resident", "ticket").get(pk=visit_id)


def changing(visit: HomeVisit, press: Press) -> Change:
    now = clock.now()
    return Change(visit, press.by, now, _bounded(press.at, now), ledger_for(visit.site, now, press.by))


def ledger_for(site: Site, now: datetime, by: User | None) -> Ledger:
    return Ledger(VisitTimer, VisitTimerStep, Place(site.pk, site.time_zone), now, by.pk if by else None)


def begin(ledger: Ledger, visit: HomeVisit, target: Target, started_at: datetime) -> None:
    """Start the next turn of a promise; nothing where no policy makes it."""
    policy = policies.policy_for(visit.site_id, POLICY, "", "")
    limit = policy.for_turn(target) if policy else None
    if limit is not None:
        turn = VisitTimer.objects.filter(visit=visit, target=target).count() + 1 if visit.pk else 1
        ledger.begin(limit, started_at, visit=visit, turn=turn)


def may_act(user: User, visit: HomeVisit, *, desk_only: bool = False) -> bool:
    """The desk and the managers of the site; and who is on the visit."""
    if user.scope.holds(VISITORS, site_id=visit.site_id):
        return True
    return not desk_only and visit.assignments.filter(user=user, released_at=None).exists()


MOST_BACK = timedelta(hours=24)


def _bounded(at: datetime | None, now: datetime) -> datetime:
    """When it was pressed: not in the future, and not longer ago than a phone may have been without a line."""
    return now if at is None else max(min(at, now), now - MOST_BACK)


def require_text(text: str, words: str) -> str:
    if is_blank(text):
        raise NotPossible(words)
    return text.strip()
