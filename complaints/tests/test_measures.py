"""A complaint's cause is followed by a measure with a name and a day, which stays a promise after the close (C17)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.states import CallbackOutcome, Kind, Status, Target
from complaints.tests.house import MORNING, SHANGHAI, House, messages_of, timer
from portal import integrity
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep

DAY = timedelta(days=1)
ON = date(2026, 11, 24)


def test_a_measure_outlives_the_close_climbs_when_late_and_ends_with_its_proof(house: House) -> None:
    homes = house.homes[:2]
    late, kept = (house.informed(unit=home.unit, resident=home.resident) for home in homes)
    with clock.standing_at(MORNING + timedelta(hours=3)):
        for ticket in (late, kept):
            for _press in range(2):
                services.set_measure(ticket.pk, "灯具受潮，换防水型", house.engineer, ON, by=house.engineering_head)
            services.record_callback(
                ticket.callbacks.get().pk, CallbackOutcome.REACHED, by=house.reception_b, satisfaction=5, solved=True
            )
    assert messages_of(house.engineer).count("ticket.measure") == 2
    with clock.standing_at(MORNING + DAY):
        services.take_measure(kept.pk, "已换，见照片", by=house.engineering_head)
    sweep(datetime(2026, 11, 25, 0, 1, tzinfo=SHANGHAI))
    for ticket, state in ((late, TimerState.RUNNING), (kept, TimerState.MET)):
        ticket.refresh_from_db()
        assert (ticket.status, timer(ticket, Target.CORRECTIVE_MEASURE).state) == (Status.CLOSED, state)
    assert timer(late, Target.CORRECTIVE_MEASURE).breached_at == datetime(2026, 11, 25, tzinfo=SHANGHAI)
    assert timer(kept, Target.CORRECTIVE_MEASURE).breached_at is None
    assert list(integrity.findings()) == []


def test_a_measure_belongs_to_a_handled_complaint_and_to_a_day_ahead(house: House) -> None:
    open_one, request, done = house.signed(), house.informed(kind=Kind.SERVICE_REQUEST), house.informed()
    with clock.standing_at(MORNING + timedelta(hours=3)):
        for ticket in (open_one, request):
            with pytest.raises(NotPossible):
                services.set_measure(ticket.pk, "换", house.engineer, ON, by=house.reception)
        with pytest.raises(NotPossible):
            services.set_measure(done.pk, "换", house.engineer, date(2026, 11, 20), by=house.reception)
        with pytest.raises(NotYours):
            services.set_measure(done.pk, "换", house.engineer, ON, by=house.guard)
        services.need_no_measure(done.pk, "住户自家灯泡", by=house.reception)
    assert done.events.filter(kind="no_measure").count() == 1
