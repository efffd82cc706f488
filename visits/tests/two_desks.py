"""Two desks that book the same two people for the same half hour, at once; what became of each race."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.db import connection, connections

from complaints.errors import Refusal
from complaints.tests.house import MORNING, House
from portal.promises import clock
from visits import services
from visits.models import Assignment, HomeVisit
from visits.services import Booking, Call, Press
from visits.states import CallOutcome, Kind

A_SLOT = timedelta(minutes=30)
CONSTRAINT = "nobody_is_booked_twice"


def race(house: House, rounds: int) -> int:
    """How often both got the same people: each round another half hour, the two named in opposite order."""
    return sum(_once(house, n) for n in range(rounds))


def _once(house: House, n: int) -> bool:
    agreed = MORNING + timedelta(hours=2) + n * A_SLOT
    pair = (house.reception, house.leader)
    visits = [_planned(house, home) for home in (0, 1)]
    start = threading.Barrier(2)

    def book(visit: HomeVisit, people: tuple[object, ...]) -> None:
        call = Call(CallOutcome.AGREED, agreed_at=agreed, people=people)  # type: ignore[arg-type]
        try:
            with clock.standing_at(MORNING):
                start.wait()
                services.record_call(visit.pk, Press(house.reception), call)
        except Refusal:
            pass
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=book, args=args) for args in ((visits[0], pair), (visits[1], tuple(reversed(pair))))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = Assignment.objects.filter(visit__in=visits, during__startswith=agreed, released_at=None)
    assert kept.exists(), "at least one desk gets them"
    return kept.count() > len(pair)


def _planned(house: House, home: int) -> HomeVisit:
    residence = house.homes[home]
    residence.unit.site = house.site
    with clock.standing_at(MORNING):
        made = services.book_visit(Booking(residence.unit, Kind.CARE, "看望"), Press(house.reception))
    assert made is not None
    return made


def without_the_constraint(house: House, rounds: int) -> int:
    """The control: the same races with the database's own rule taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [CONSTRAINT])
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE visits_assignment DROP CONSTRAINT {CONSTRAINT}")
    try:
        return race(house, rounds)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE visits_assignment CASCADE")
            cursor.execute(f"ALTER TABLE visits_assignment ADD CONSTRAINT {CONSTRAINT} {definition}")
