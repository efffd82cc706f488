"""What was registered wrongly: corrected, made void, withdrawn at the counter, its registration undone (C24, C25)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.callback_rate import told as told_in
from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Callback, Category, CommonIssue, LibraryCase, Ticket, TicketTimer
from complaints.models.cases import CASE_TEXTS
from complaints.repeats import groups_of
from complaints.services.correcting import facts_of
from complaints.states import Decision, EventKind, Kind, ReportChannel, Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, timer
from complaints.undone import standing
from portal import integrity
from portal.notifications.models import Message
from portal.promises import clock, sweeping
from portal.promises.models import TimerState
from residents.access import issue_token

LATER = MORNING + timedelta(minutes=30)


def at_the_desk(house: House, who: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people[who])
    return client


def of(phone: str) -> Client:
    return Client(headers={"authorization": f"Bearer {issue_token(phone)[1]}"})


def correct(ticket: Ticket, *, by: Any, at: Any = LATER, reason: str = "登记时写错了", **right: Any) -> Ticket:
    ticket.refresh_from_db()
    with clock.standing_at(at):
        return services.correct_ticket(ticket.pk, replace(facts_of(ticket), **right), reason, by=by)


def open_timers(ticket: Ticket) -> dict[str, Any]:
    return {one.target: one.due_at for one in TicketTimer.objects.open().filter(ticket=ticket)}


# --- correcting ---


def test_what_was_there_what_is_there_who_and_why_stay_in_the_history(house: House) -> None:
    other = house.report(place="南门")
    ticket = house.report(place="南门", demand="")
    correct(ticket, by=house.reception, place="北门", demand="当天修好", description="北门的灯不亮")

    ticket.refresh_from_db()
    assert (ticket.place, ticket.demand, ticket.description) == ("北门", "当天修好", "北门的灯不亮")
    event = ticket.events.get(kind=EventKind.CORRECTED)
    assert (event.by, event.text) == (house.reception, "登记时写错了")
    assert event.details["changes"] == [
        {"field": "description", "old": "楼道照明不亮", "new": "北门的灯不亮"},
        {"field": "place", "old": "南门", "new": "北门"},
        {"field": "demand", "old": "", "new": "当天修好"},
    ]
    other.refresh_from_db()
    assert other.place == "南门"
    assert not other.events.filter(kind=EventKind.CORRECTED).exists()


def test_another_kind_and_category_are_promised_from_the_original_reception(house: House) -> None:
    ticket = house.signed(MORNING, kind=Kind.ENQUIRY, severity=None, channel=ReportChannel.API)
    severe = Category.objects.filter(severity=Severity.IMPORTANT).first()
    assert severe is not None
    correct(ticket, by=house.reception, kind=Kind.COMPLAINT, category=severe)

    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category, ticket.severity) == (Kind.COMPLAINT, severe, Severity.IMPORTANT)
    assert timer(ticket, Target.RESOLVE).due_at == MORNING + timedelta(days=3)
    assert timer(ticket, Target.HAND_UP_SUPERVISING_MANAGER).started_at == MORNING
    assert "ticket.handed_up" in messages_of(house.manager)
    assert list(integrity.findings()) == []


def test_a_severity_that_somebody_set_stays_when_the_category_changes(house: House) -> None:
    ticket = house.signed(MORNING, severity=Severity.MINOR)
    correct(ticket, by=house.reception, category=Category.objects.filter(severity=Severity.IMPORTANT).first())
    ticket.refresh_from_db()
    assert ticket.severity == Severity.MINOR


def test_more_time_that_was_granted_stays_where_only_the_category_changes(house: House) -> None:
    granted = MORNING + timedelta(days=9)
    ticket, other = house.signed(MORNING), house.signed(MORNING)
    for one in (ticket, other):
        with clock.standing_at(LATER):
            services.ask_for_overtime(one.pk, granted, "等厂家", by=house.engineering_head)
            services.decide_overtime(one.pk, Decision.GRANTED, by=house.manager)
    category = Category.objects.filter(severity=Severity.MINOR, urgent=False).first()
    correct(ticket, by=house.reception, category=category)
    correct(other, by=house.reception, category=category, kind=Kind.SERVICE_REQUEST)
    assert open_timers(ticket)[Target.RESOLVE] == granted
    assert open_timers(other)[Target.RESOLVE] == MORNING + timedelta(days=2)


def test_praise_becomes_a_complaint_with_all_its_promises_and_back(house: House) -> None:
    ticket = house.report(kind=Kind.PRAISE)
    assert open_timers(ticket) == {}
    correct(ticket, by=house.reception, kind=Kind.COMPLAINT)
    assert open_timers(ticket).keys() == {Target.DISPATCH, Target.RESOLVE}
    assert timer(ticket, Target.DISPATCH).due_at == MORNING + timedelta(minutes=10)
    correct(ticket, by=house.reception, kind=Kind.PRAISE)
    assert open_timers(ticket) == {}
    correct(ticket, by=house.reception, kind=Kind.SERVICE_REQUEST)
    assert open_timers(ticket).keys() == {Target.DISPATCH, Target.RESOLVE}
    assert list(integrity.findings()) == []


def test_praise_is_not_made_of_what_a_department_has(house: House) -> None:
    ticket = house.signed(MORNING)
    with pytest.raises(NotPossible):
        correct(ticket, by=house.reception, kind=Kind.PRAISE)
    ticket.refresh_from_db()
    assert ticket.kind == Kind.COMPLAINT


def test_an_enquiry_waits_for_no_form(house: House) -> None:
    ticket = house.signed(MORNING)
    with clock.standing_at(MORNING + timedelta(hours=1)):
        services.resolve_ticket(ticket.pk, "换好了", by=house.engineer)
    correct(ticket, by=house.reception, at=MORNING + timedelta(hours=2), kind=Kind.ENQUIRY)
    ticket.refresh_from_db()
    assert not ticket.waits_for_form
    assert open_timers(ticket).keys() == {Target.INFORM}
    assert list(integrity.findings()) == []


def test_the_department_keeps_it_and_the_desk_is_told_whose_it_would_be(house: House) -> None:
    ticket = house.signed(MORNING)
    cleaning = Category.objects.filter(department_code="cleaning").first()
    assert cleaning is not None
    page = at_the_desk(house).post(f"{ticket.url}correct/", typed(ticket, category=cleaning.code), follow=True)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.department, ticket.status) == (
        cleaning,
        house.departments["engineering"],
        Status.SIGNED,
    )
    assert "stays with engineering" in page.content.decode()


def typed(ticket: Ticket, **changed: str) -> dict[str, str]:
    """The form as the page fills it in, with what is typed into it."""
    same = {
        "kind": ticket.kind,
        "category": ticket.category.code if ticket.category else "",
        "room": ticket.unit.room if ticket.unit else "",
        "reporter": str(ticket.resident_id or ""),
        "visitor_name": ticket.visitor_name,
        "description": ticket.description,
        "place": ticket.place,
        "text": "看错了",
    }
    return same | changed


def test_the_form_shows_limits_and_words_before_anything_is_saved(house: House) -> None:
    ticket = house.report(severity=None)
    severe = Category.objects.filter(severity=Severity.MAJOR).first()
    assert severe is not None
    page = at_the_desk(house).post(f"{ticket.url}correct/", typed(ticket, category=severe.code) | {"try": "1"})
    said = page.content.decode()
    assert "What would change" in said
    assert f"Category: none → {severe}" in said
    assert "Now" in said
    ticket.refresh_from_db()
    assert (ticket.category, ticket.severity, ticket.version) == (None, Severity.MINOR, 1)


def test_a_form_sent_as_it_stood_changes_nothing(house: House) -> None:
    ticket = house.report(description="第一行\n第二行", occurred_at=MORNING + timedelta(seconds=23), place=" 北门 ")
    page = at_the_desk(house).get(f"{ticket.url}?do=correct").content.decode()
    sent = typed(ticket, description="第一行\r\n第二行", occurred_at=found_in(page, "occurred_at"), place="北门")
    answer = at_the_desk(house).post(f"{ticket.url}correct/", sent)
    assert answer.status_code == 409
    assert "Nothing is changed yet." in answer.content.decode()


def found_in(page: str, name: str) -> str:
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field is not None
    value = re.search(r'value="([^"]*)"', field[0])
    return value[1] if value else ""


def test_another_home_asks_who_of_it_and_changes_who_sees_it_in_the_api(house: House) -> None:
    from complaints.tests.house import move_in

    wrong, right = house.homes[0], house.homes[1]
    wife = move_in(house.site, right.unit.room, "13800000077", "李梅")
    ticket = house.report()
    desk = at_the_desk(house)
    asked = desk.post(f"{ticket.url}correct/", typed(ticket, room=right.unit.room))
    assert asked.status_code == 422
    assert "Choose who of this home it was." in asked.content.decode()
    assert "李梅" in asked.content.decode()

    desk.post(f"{ticket.url}correct/", typed(ticket, room=right.unit.room, reporter=str(wife.resident_id)))
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (right.unit, wife.resident)
    seen = {
        phone: of(phone).get(f"/api/v1/tickets/{ticket.uuid}/").status_code for phone in ("13800000001", "13800000077")
    }
    assert seen == {"13800000001": 404, "13800000077": 200}
    assert wrong.unit != right.unit


def test_a_home_is_read_part_by_part_and_never_another_with_the_same_digits(house: House) -> None:
    from complaints.tests.house import move_in

    one, other = (
        move_in(house.site, room, f"1380000008{n}", name)
        for n, (room, name) in enumerate([("11-1-101", "甲"), ("1-1-1101", "乙")])
    )
    ticket = house.report()
    desk = at_the_desk(house)
    unclear = desk.post(f"{ticket.url}correct/", typed(ticket, room="111101"))
    assert unclear.status_code == 422
    assert "1-1-1101" in unclear.content.decode()
    desk.post(f"{ticket.url}correct/", typed(ticket, room="11栋1单元101室"))
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (one.unit, one.resident)
    desk.post(f"{ticket.url}correct/", typed(ticket, room="1－1－1101"))
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (other.unit, other.resident)


def test_the_callers_phone_is_neither_shown_nor_lost_by_a_correction(house: House) -> None:
    ticket = house.report(unit=None, resident=None, visitor_name="周先生", visitor_phone="13900001111")
    desk = at_the_desk(house)
    assert "13900001111" not in desk.get(f"{ticket.url}?do=correct").content.decode()
    desk.post(f"{ticket.url}correct/", typed(ticket, place="大堂"))
    ticket.refresh_from_db()
    assert (ticket.place, ticket.visitor_phone) == ("大堂", "13900001111")
    desk.post(f"{ticket.url}correct/", typed(ticket, visitor_phone="139 0000 2222"))
    ticket.refresh_from_db()
    assert ticket.visitor_phone == "13900002222"
    page = desk.get(ticket.url).content.decode()
    assert "139****2222" in page
    assert "13900001111" not in page


def test_a_hidden_name_is_not_given_away_by_its_correction(house: House) -> None:
    ticket = house.signed(MORNING)
    correct(ticket, by=house.reception, resident=house.homes[1].resident, unit=house.homes[1].unit, place="北门")
    services.hide_name(ticket.pk, by=house.reception)
    engineer = at_the_desk(house, "engineer").get(ticket.url).content.decode()
    assert "北门" in engineer
    for secret in ("王建国1", "王建国2", "8-1-1203", "8-1-1204"):
        assert secret not in engineer
    assert "王建国1" in at_the_desk(house).get(ticket.url).content.decode()


def test_whom_it_is_about_follows_a_corrected_name(house: House) -> None:
    house.engineer.name = "陈建军"
    house.engineer.save()
    ticket = house.report(about="电工")
    correct(ticket, by=house.reception, about="陈建军")
    ticket.refresh_from_db()
    assert ticket.about_person == house.engineer
    correct(ticket, by=house.reception, about="外来施工队")
    ticket.refresh_from_db()
    assert ticket.about_person is None


def test_a_correction_can_be_undone_by_its_author(house: House) -> None:
    ticket = house.signed(MORNING)
    correct(ticket, by=house.reception, kind=Kind.ENQUIRY, description="问停车费")
    with clock.standing_at(LATER + timedelta(minutes=1)):
        services.undo_last_step(ticket.pk, by=house.reception)
    ticket.refresh_from_db()
    assert (ticket.kind, ticket.description) == (Kind.COMPLAINT, "楼道照明不亮")
    assert list(integrity.findings()) == []


def test_what_is_over_is_not_corrected_and_a_department_corrects_nothing(house: House) -> None:
    ticket = house.signed(MORNING)
    with pytest.raises(NotYours):
        correct(ticket, by=house.engineer, place="北门")
    with clock.standing_at(LATER):
        services.void_ticket(ticket.pk, "登记两次", by=house.supervisor)
    with pytest.raises(TransitionNotAllowed):
        correct(ticket, by=house.reception, place="北门")


# --- void ---


def test_after_a_signature_only_the_supervisor_voids(house: House) -> None:
    first, second = house.report(), house.signed(MORNING)
    with clock.standing_at(LATER):
        services.void_ticket(first.pk, "登记两次", by=house.reception)
        with pytest.raises(NotYours):
            services.void_ticket(second.pk, "登记两次", by=house.reception)
        services.dispatch_ticket(second.pk, house.departments["security"], by=house.reception)
        with pytest.raises(NotYours):  # what was signed once stays signed, wherever it is now
            services.void_ticket(second.pk, "登记两次", by=house.reception)
        services.void_ticket(second.pk, "登记两次", by=house.supervisor)
    assert set(Ticket.objects.values_list("status", flat=True)) == {Status.VOID}


def test_a_void_tickets_promises_end_and_nothing_climbs(house: House) -> None:
    ticket, other = house.signed(MORNING, severity=Severity.MAJOR), house.signed(MORNING)
    with clock.standing_at(LATER):
        services.void_ticket(ticket.pk, "登记两次", by=house.supervisor)
    with clock.standing_at(MORNING + timedelta(days=30)):
        sweeping.sweep()
    assert set(ticket.timers.values_list("state", flat=True)) <= {TimerState.MET, TimerState.CANCELLED}
    climbed = set(Message.objects.filter(kind="ticket.timer").values_list("params__number", flat=True))
    assert climbed == {other.number}
    assert not ticket.timers.filter(breached_at__isnull=False).exists()
    assert other.timers.filter(breached_at__isnull=False).exists()
    assert list(integrity.findings()) == []


@pytest.mark.parametrize("who", ["engineer", "engineering_head", "security_head", "gm", "ops", "director", "reception"])
def test_whoever_has_it_helps_watches_or_was_handed_it_hears_of_it(house: House, who: str) -> None:
    ticket = house.signed(MORNING, severity=Severity.MAJOR)
    with clock.standing_at(LATER):
        services.add_helper(ticket.pk, house.departments["security"], by=house.reception)
        services.watch(ticket.pk, by=house.director)
        services.acknowledge(ticket.pk, by=house.gm)
        services.void_ticket(ticket.pk, "登记两次", by=house.supervisor)
    assert messages_of(house.people[who]).count("ticket.voided") == 1


def _void_after_telling(house: House) -> Ticket:
    ticket = house.informed(MORNING)
    with clock.standing_at(MORNING + timedelta(hours=3)):
        services.void_ticket(ticket.pk, "登记两次", by=house.supervisor)
    return ticket


def test_a_void_ticket_is_called_back_by_nobody_and_counts_in_no_rate(house: House) -> None:
    ticket, other = _void_after_telling(house), house.informed(MORNING)
    assert not Callback.objects.open().filter(ticket=ticket).exists()
    assert Callback.objects.open().filter(ticket=other).exists()
    counted = told_in(house.supervisor, MORNING - timedelta(days=1), MORNING + timedelta(days=1))
    assert list(counted.values_list("ticket", flat=True)) == [other.pk]
    assert list(integrity.findings()) == []


def test_figures_of_limits_count_it_nowhere(house: House) -> None:
    from django.utils.module_loading import import_string

    period = import_string("reports.periods.period")("2026-11", house.site.zone)
    promised = import_string("reports.kept.promised")  # of an app above
    late, kept = house.report(MORNING), house.report(MORNING)
    with clock.standing_at(MORNING + timedelta(hours=1)):
        sweeping.sweep()
        services.void_ticket(late.pk, "登记两次", by=house.reception)
    tickets = set(promised(house.gm.scope, period).values_list("ticket", flat=True))
    assert tickets == {kept.pk}


def test_repeats_cases_and_common_issues_leave_it_out(house: House) -> None:
    repeated = [house.report(MORNING) for _n in range(3)]
    assert any(len(group.ticket_ids) == 3 for group in groups_of(house.site.pk, LATER))
    lesson = house.informed(MORNING)
    services.write_case(lesson.pk, dict.fromkeys(CASE_TEXTS, "更换灯管"), by=house.engineer)
    issue = services.open_issue(repeated[0].pk, "停水", by=house.reception)
    services.join_issue(repeated[1].pk, issue.pk, by=house.reception)
    with clock.standing_at(LATER):
        services.void_ticket(repeated[0].pk, "登记两次", by=house.reception)
        services.void_ticket(lesson.pk, "登记两次", by=house.supervisor)
    assert groups_of(house.site.pk, LATER) == []
    assert not LibraryCase.objects.visible_to(house.engineer).exists()
    assert CommonIssue.objects.with_counts().get().calling == 1  # type: ignore[attr-defined]


def test_what_was_merged_into_it_comes_back_of_its_own_household_too(house: House) -> None:
    first, same_home = house.report(MORNING), house.report(MORNING + timedelta(minutes=1))
    neighbour = house.report(MORNING, unit=house.homes[1].unit, resident=house.homes[1].resident)
    with clock.standing_at(LATER):
        for one in (same_home, neighbour):
            services.merge_tickets(one.pk, first.pk, by=house.reception)
        services.void_ticket(first.pk, "登记错了", by=house.reception)
    for one in (same_home, neighbour):
        one.refresh_from_db()
        assert (one.status, one.merged_into) == (Status.REGISTERED, None)
        assert open_timers(one)[Target.RESOLVE] == one.received_at + timedelta(days=2)
    assert list(integrity.findings()) == []


def test_its_reporter_reads_it_as_withdrawn_and_nobody_else_reads_it(house: House) -> None:
    reporter, other = of("13800000001"), of("13800000002")
    sent = reporter.post(
        "/api/v1/tickets/", {"kind": "complaint", "description": "楼道照明不亮"}, content_type="application/json"
    ).json()
    theirs = house.report(unit=house.homes[1].unit, resident=house.homes[1].resident)
    for number in (sent["number"], theirs.number):
        services.void_ticket(Ticket.objects.get(number=number).pk, "内部原因", by=house.reception)

    found = reporter.get(f"/api/v1/tickets/{sent['id']}/").json()
    assert (found["status"], found["can"], found["promise"]["resolve_by"]) == ("withdrawn", [], None)
    assert [one["kind"] for one in found["timeline"]] == ["registered", "withdrawn"]
    assert "内部原因" not in str(found)
    listed = reporter.get("/api/v1/tickets/?status=withdrawn").json()["results"]
    assert [one["id"] for one in listed] == [sent["id"]]
    assert other.get("/api/v1/tickets/").json()["results"] == []
    assert reporter.get("/api/v1/tickets/?status=void").status_code == 400


def test_its_number_stays_and_the_next_one_is_another(house: House) -> None:
    ticket = house.report()
    with clock.standing_at(LATER):
        services.void_ticket(ticket.pk, "登记两次", by=house.reception)
    assert house.report(LATER).number > ticket.number
    shown = at_the_desk(house).get(f"/tickets/register/?month={MORNING:%Y-%m}&kind=any").content.decode()
    assert ticket.number in shown
    assert "Void" in at_the_desk(house).get(ticket.url).content.decode()


def test_an_open_claim_is_decided_first(house: House) -> None:
    ticket = house.signed(MORNING)
    services.make_claim(ticket.pk, "地板泡坏", 100, by=house.reception)
    with pytest.raises(NotPossible):
        services.void_ticket(ticket.pk, "登记两次", by=house.supervisor)


# --- withdrawn at the counter ---


def test_the_desk_writes_down_that_it_is_withdrawn(house: House) -> None:
    ticket, other = house.signed(MORNING), house.signed(MORNING)
    at_the_desk(house).post(f"{ticket.url}withdraw/", {"text": "来电说自己修好了"})
    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.status, other.status) == (Status.WITHDRAWN, Status.SIGNED)
    event = ticket.events.get(kind=EventKind.WITHDRAWN)
    assert (event.by, event.text) == (house.reception, "来电说自己修好了")
    assert messages_of(house.engineer).count("ticket.withdrawn") == 1
    assert list(integrity.findings()) == []


@pytest.mark.parametrize("text", ["", "\u200b"])
def test_it_is_not_withdrawn_without_a_word(house: House, text: str) -> None:
    ticket = house.report()
    with pytest.raises(NotPossible):
        services.withdraw_ticket(ticket.pk, text, by=house.reception)


def test_a_waiting_ticket_is_withdrawn_with_its_wait(house: House) -> None:
    ticket = house.signed(MORNING)
    with clock.standing_at(LATER):
        services.wait(ticket.pk, "等配件", by=house.engineer)
        services.withdraw_ticket(ticket.pk, "不用了", by=house.reception)
    assert list(integrity.findings()) == []


# --- a registration taken back ---


def _register(house: House, **typed: str) -> Ticket:
    form = {
        "request_key": "00000000-0000-4000-8000-000000000009",
        "kind": "complaint",
        "channel": "counter",
        "room": "8-1-1203",
        "category": Category.objects.filter(parent=None)[0].code,
        "severity": "important",
        "description": "按错了",
    }
    at_the_desk(house).post("/tickets/new/", form | typed)
    return Ticket.objects.latest("pk")


def _signed_by_the_department(house: House, ticket: Ticket) -> None:
    services.sign_for_ticket(ticket.pk, by=house.engineer)


def _noted_by_a_colleague(house: House, ticket: Ticket) -> None:
    services.note_inside(ticket.pk, "留意", by=house.leader)


def test_a_registration_sent_out_by_the_same_press_is_undone_as_one(house: House) -> None:
    kept = house.report()
    ticket = _register(house, dispatch_now="on", department=str(house.departments["engineering"].pk))
    assert ticket.status == Status.DISPATCHED
    assert "ticket.dispatched" in messages_of(house.engineer)
    desk = at_the_desk(house)
    assert "undo/" in desk.get(ticket.url).content.decode()
    desk.post(f"{ticket.url}undo/")

    ticket.refresh_from_db()
    kept.refresh_from_db()
    assert (ticket.status, kept.status) == (Status.VOID, Status.REGISTERED)
    assert "undone" in desk.get(ticket.url).content.decode()
    assert messages_of(house.engineer) == []
    assert messages_of(house.manager) == []
    assert _register(house, request_key="00000000-0000-4000-8000-000000000010").number > ticket.number
    assert list(integrity.findings()) == []


@pytest.mark.parametrize("meanwhile", [_signed_by_the_department, _noted_by_a_colleague])
def test_once_somebody_acted_a_registration_is_not_undone(
    house: House, meanwhile: Callable[[House, Ticket], None]
) -> None:
    ticket = _register(house, dispatch_now="on", department=str(house.departments["engineering"].pk))
    meanwhile(house, ticket)
    with pytest.raises(NotPossible):
        services.undo_last_step(ticket.pk, by=house.reception)


def test_after_ten_minutes_or_by_another_it_is_not_undone(house: House) -> None:
    ticket = _register(house)
    with pytest.raises(NotPossible):
        services.undo_last_step(ticket.pk, by=house.reception_b)
    with clock.standing_at(ticket.received_at + timedelta(minutes=11)), pytest.raises(NotPossible):
        services.undo_last_step(ticket.pk, by=house.reception)
    ticket.refresh_from_db()
    assert ticket.status == Status.REGISTERED
    assert len(standing(ticket.events.all())) == 1
