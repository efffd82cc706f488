"""A visit's way, as short as a test needs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from complaints.tests.house import MORNING, House
from portal.organization.models import User
from portal.promises import clock
from visits import services
from visits.models import HomeVisit, VisitTimer
from visits.services import Booking, Call, Press
from visits.states import CallOutcome, Kind, Target

AGREED = MORNING + timedelta(hours=5)  # 15:00


def book(
    house: House, *, home: int = 0, at: datetime = MORNING, kind: Kind = Kind.PLANNED, **said: object
) -> HomeVisit:
    residence = house.homes[home]
    residence.unit.site = house.site
    booking = Booking(
        **{"unit": residence.unit, "kind": kind, "resident": residence.resident, "purpose": "年度走访", **said}  # type: ignore[arg-type]
    )
    with clock.standing_at(at):
        made = services.book_visit(booking, Press(house.reception))
    assert made is not None
    return made


def agree(
    house: House,
    visit: HomeVisit,
    *,
    at: datetime = MORNING,
    agreed: datetime = AGREED,
    people: Sequence[User] = (),
    minutes: int = 30,
) -> HomeVisit:
    call = Call(CallOutcome.AGREED, agreed_at=agreed, minutes=minutes, people=people or (house.reception, house.leader))
    with clock.standing_at(at):
        return services.record_call(visit.pk, Press(house.reception), call)


def appointed(house: House, *, home: int = 0, **said: object) -> HomeVisit:
    """The first home at three o'clock, the next ones an hour later each."""
    return agree(house, book(house, home=home, **said), agreed=AGREED + timedelta(hours=home))  # type: ignore[arg-type]


def at_the_door(house: House, *, at: datetime | None = None, **said: object) -> HomeVisit:
    visit = appointed(house, **said)
    with clock.standing_at(at or visit.starts_at or AGREED):
        return services.start_visit(visit.pk, Press(house.reception))


def done(house: House, *, at: datetime | None = None, **said: object) -> HomeVisit:
    visit = at_the_door(house, at=at, **said)
    with clock.standing_at((at or visit.starts_at or AGREED) + timedelta(minutes=20)):
        return services.finish_visit(visit.pk, Press(house.reception))


def timer(visit: HomeVisit, target: Target, turn: int = 1) -> VisitTimer:
    return VisitTimer.objects.get(visit=visit, target=target, turn=turn)
