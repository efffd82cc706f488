"""Incidents: reported within the hour of happening, a major one also in writing by the end of the next day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.defaults.loading import load_defaults
from complaints.errors import NotPossible, NotYours
from complaints.models import Incident, Ticket
from complaints.states import CallbackOutcome, Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, timer, told
from portal import integrity
from portal.promises import clock, sweeping
from portal.promises.models import PolicyTarget, TimerState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW_MIDNIGHT = MORNING.replace(hour=0) + 2 * DAY


def marked(house: House, severity: Severity = Severity.MAJOR, *, happened_at=MORNING - HOUR / 2, at=MORNING) -> Ticket:
    ticket = house.report(MORNING)
    with clock.standing_at(at):
        services.mark_incident(ticket.pk, "水管爆裂", severity, by=house.reception, happened_at=happened_at)
    return ticket


def test_the_limits_run_from_the_happening_and_if_unknown_from_the_noticing(house: House) -> None:
    known, unknown = marked(house), marked(house, happened_at=None, at=MORNING + HOUR)

    assert timer(known, Target.INCIDENT_REPORT).due_at == MORNING + HOUR / 2
    assert timer(known, Target.WRITTEN_REPORT).due_at == TOMORROW_MIDNIGHT
    assert timer(unknown, Target.INCIDENT_REPORT).due_at == MORNING + 2 * HOUR
    assert "ticket.incident" in messages_of(house.supervisor)
    assert "ticket.incident" in messages_of(house.gm)
    minor = marked(house, Severity.MINOR)
    assert not minor.timers.filter(target=Target.WRITTEN_REPORT).exists()
    assert list(integrity.findings()) == []


def test_what_is_not_reported_climbs_and_a_report_that_comes_late_stays_late(house: House) -> None:
    ticket = marked(house)
    sweeping.sweep(MORNING + HOUR)
    steps = [(level, people) for target, level, people in told(ticket) if target == Target.INCIDENT_REPORT]
    assert steps == [("warning", ("supervisor",)), ("step_1", ("ops",))]

    with clock.standing_at(MORNING + HOUR):
        services.report_incident(ticket.pk, "公司值班经理", "集团物业管理部 李工", by=house.reception)
        services.report_incident(ticket.pk, "另一人", "别处", by=house.reception)
    met = timer(ticket, Target.INCIDENT_REPORT)
    assert (met.state, met.breached_at) == (TimerState.MET, MORNING + HOUR / 2)
    assert Incident.objects.get().reported_to == "公司值班经理"
    sweeping.sweep(TOMORROW_MIDNIGHT + timedelta(seconds=1))
    assert ("written_report", "step_1", ("ops",)) in told(ticket)
    assert not [level for target, level, _people in told(ticket) if target == "incident_report" and level == "step_2"]


def test_a_major_one_is_reported_to_the_group_and_in_writing_by_the_supervisor(house: House) -> None:
    ticket = marked(house)
    with pytest.raises(NotPossible):
        services.report_incident(ticket.pk, "公司值班经理", by=house.reception)
    with pytest.raises(NotYours):
        services.write_incident_report(ticket.pk, "老化", "爆裂", by=house.reception)
    with clock.standing_at(MORNING + DAY):
        services.write_incident_report(ticket.pk, "老化", "九点半爆裂", "更换", "地板", by=house.supervisor)

    written = timer(ticket, Target.WRITTEN_REPORT)
    assert (written.state, written.breached_at) == (TimerState.MET, None)
    assert ticket.events.get(kind="written_report").text == "老化\n九点半爆裂\n更换\n地板"
    assert "ticket.incident_report" in messages_of(house.gm)


def test_one_that_turns_out_major_owes_the_group_and_the_report_too(house: House) -> None:
    ticket = marked(house, Severity.IMPORTANT)
    with clock.standing_at(MORNING):
        services.report_incident(ticket.pk, "公司值班经理", by=house.reception)
        services.mark_incident(ticket.pk, "水管爆裂", Severity.MAJOR, by=house.leader)

    assert timer(ticket, Target.INCIDENT_REPORT, turn=2).state == TimerState.RUNNING
    assert timer(ticket, Target.WRITTEN_REPORT).due_at == TOMORROW_MIDNIGHT


def test_an_installation_from_before_learns_these_limits_once(house: House) -> None:
    new = PolicyTarget.objects.filter(target__in=[Target.INCIDENT_REPORT, Target.WRITTEN_REPORT])
    there = new.count()
    assert there > 0
    load_defaults()
    assert new.count() == there


def test_its_page_marks_reports_and_writes(house: House) -> None:
    ticket = house.report(timezone.now() - HOUR)
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.supervisor)
    address = f"/tickets/{ticket.number}/incident/"

    def send(**typed: str) -> int:
        return client.post(address, typed).status_code

    assert send(do="mark", what="水管爆裂", severity="major") == 302
    assert send(do="report", to="公司") == 409
    assert send(do="report", to="公司", to_group="集团") == 302
    assert send(do="write", cause="老化") == 422
    assert send(do="write", cause="老化", course="爆裂") == 302
    assert "老化" in client.get(address).content.decode()
    assert "突发事件" in client.get(ticket.url).content.decode()
    client.force_login(house.gm)
    assert "水管爆裂" in client.get("/incidents/").content.decode()
    assert send(do="write", cause="x", course="x") == 403


def test_a_ticket_that_closes_the_same_day_still_owes_its_reports(house: House) -> None:
    ticket = marked(house)
    with clock.standing_at(MORNING + HOUR / 4):
        services.answer_on_the_spot(ticket.pk, "已关阀", by=house.reception)
        services.inform_resident(ticket.pk, services.How.PHONE, "已关阀", by=house.reception)
        callback = ticket.callbacks.get()
        services.record_callback(callback.pk, CallbackOutcome.REFUSED, by=house.reception_b)
    ticket.refresh_from_db()
    assert (ticket.status, timer(ticket, Target.WRITTEN_REPORT).state) == (Status.CLOSED, TimerState.RUNNING)
    assert list(integrity.findings()) == []

    sweeping.sweep(TOMORROW_MIDNIGHT + timedelta(seconds=1))
    assert ("written_report", "step_1", ("ops",)) in told(ticket)
    services.write_incident_report(ticket.pk, "老化", "九点半爆裂", "更换", "地板", by=house.supervisor)
    assert timer(ticket, Target.WRITTEN_REPORT).state == TimerState.MET
