"""Posts in the owners' forum: answered within two hours, one if passed on, with a text that the company confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.defaults.loading import load_defaults
from complaints.errors import NotPossible, NotYours
from complaints.models import Courtesy, ForumReply, Ticket
from complaints.states import CallbackOutcome, Kind, ReportChannel, Severity, Status, Target
from complaints.tests.house import MORNING, House, messages_of, timer, told
from portal import integrity
from portal.organization.models import StandIn
from portal.organization.roles import Role
from portal.promises import clock, sweeping
from portal.promises.models import TimerState

HOUR = timedelta(hours=1)
REPLY = "已受理，今天下午检修。"


def noted(house: House, *, passed_on_at: datetime | None = None, kind: Kind = Kind.COMPLAINT) -> Ticket:
    ticket = house.report(MORNING, channel=ReportChannel.FORUM, kind=kind)
    with clock.standing_at(MORNING):
        services.note_forum_post(
            ticket.pk,
            "https://forum.example/1",
            MORNING - HOUR,
            house.reception_b,
            by=house.reception,
            passed_on_at=passed_on_at,
        )
    return ticket


def test_two_hours_from_the_post_and_one_from_its_being_passed_on(house: House) -> None:
    found, passed_on, question = noted(house), noted(house, passed_on_at=MORNING), noted(house, kind=Kind.ENQUIRY)

    assert timer(found, Target.FORUM_REPLY).due_at == MORNING + HOUR
    assert timer(passed_on, Target.FORUM_REPLY, turn=2).due_at == MORNING + HOUR
    assert timer(question, Target.FORUM_REPLY).due_at == MORNING + HOUR
    assert "ticket.forum_watch" in messages_of(house.reception_b)
    with clock.standing_at(MORNING):
        services.set_severity(passed_on.pk, Severity.IMPORTANT, "再次反映", by=house.reception)
    assert timer(passed_on, Target.FORUM_REPLY, turn=2).due_at == MORNING + HOUR
    with pytest.raises(NotPossible):
        services.note_forum_post(house.report().pk, "x", MORNING, house.reception, by=house.reception)
    assert list(integrity.findings()) == []


def test_what_is_not_answered_climbs_and_a_late_reply_stays_late(house: House) -> None:
    ticket = noted(house)
    sweeping.sweep(MORNING + HOUR + timedelta(seconds=1))
    sweeping.sweep(MORNING + 5 * HOUR + timedelta(seconds=1))
    steps = [(level, people) for target, level, people in told(ticket) if target == Target.FORUM_REPLY]
    assert steps[0] == ("warning", ("reception", "reception_b"))
    assert steps[1:] == [("step_1", ("supervisor",)), ("step_2", ("ops",))]

    with clock.standing_at(MORNING + 6 * HOUR):
        reply = services.write_forum_reply(ticket.pk, REPLY, by=house.reception)
        services.confirm_forum_reply(ticket.pk, reply.draft, by=house.ops)
        services.post_forum_reply(ticket.pk, reply.draft, by=house.reception_b)
        services.post_forum_reply(ticket.pk, reply.draft, by=house.reception_b)
    met = timer(ticket, Target.FORUM_REPLY)
    assert (met.state, met.breached_at) == (TimerState.MET, MORNING + HOUR)
    assert ticket.events.filter(kind="forum_posted").count() == 1
    assert list(integrity.findings()) == []


def test_nothing_is_posted_before_the_operations_manager_confirmed_this_very_text(house: House) -> None:
    ticket = noted(house)
    first = services.write_forum_reply(ticket.pk, REPLY, by=house.reception)
    assert messages_of(house.ops).count("ticket.forum_text") == 1
    with pytest.raises(NotPossible):
        services.post_forum_reply(ticket.pk, first.draft, by=house.reception)
    for wrong in (house.reception, house.supervisor, house.gm):
        with pytest.raises(NotYours):
            services.confirm_forum_reply(ticket.pk, first.draft, by=wrong)
    services.send_forum_reply_back(ticket.pk, first.draft, "写明时间", by=house.ops)
    second = services.write_forum_reply(ticket.pk, f"{REPLY}三点。", by=house.reception)
    with pytest.raises(NotPossible):
        services.confirm_forum_reply(ticket.pk, first.draft, by=house.ops)
    services.confirm_forum_reply(ticket.pk, second.draft, by=house.ops)
    changed = services.write_forum_reply(ticket.pk, "另一说法", by=house.reception)
    with pytest.raises(NotPossible):
        services.post_forum_reply(ticket.pk, changed.draft, by=house.reception)
    assert timer(ticket, Target.FORUM_REPLY).state == TimerState.RUNNING


def test_whoever_stands_in_confirms_too_and_nobody_about_himself(house: House) -> None:
    ticket = noted(house)
    StandIn.objects.create(site=house.site, role=Role.OPERATIONS_MANAGER, user=house.service_manager)
    reply = services.write_forum_reply(ticket.pk, REPLY, by=house.reception)
    services.confirm_forum_reply(ticket.pk, reply.draft, by=house.service_manager)
    about = noted(house)
    services.name_person_complained_about(about.pk, house.ops, by=house.reception)
    reply = services.write_forum_reply(about.pk, REPLY, by=house.reception)
    with pytest.raises(NotYours):
        services.confirm_forum_reply(about.pk, reply.draft, by=house.ops)
    services.confirm_forum_reply(about.pk, reply.draft, by=house.manager)


def test_a_courtesy_confirmed_once_is_posted_without_another_word(house: House) -> None:
    load_defaults()
    courtesy = Courtesy.objects.get()
    assert courtesy.confirmed_at is None
    assert "受理" in courtesy.text
    ticket = noted(house)
    with pytest.raises(NotPossible):
        services.choose_courtesy(ticket.pk, courtesy.pk, by=house.reception)
    with pytest.raises(NotYours):
        services.confirm_courtesy(courtesy.pk, by=house.supervisor)
    services.confirm_courtesy(courtesy.pk, by=house.ops)

    with clock.standing_at(MORNING + HOUR / 2):
        for _twice in range(2):
            reply = services.choose_courtesy(ticket.pk, courtesy.pk, by=house.reception)
        services.post_forum_reply(ticket.pk, reply.draft, by=house.reception)
    met = timer(ticket, Target.FORUM_REPLY)
    assert (met.state, met.breached_at) == (TimerState.MET, None)
    further = services.write_forum_reply(ticket.pk, REPLY, by=house.reception)
    with pytest.raises(NotPossible):
        services.post_forum_reply(ticket.pk, further.draft, by=house.reception)
    services.confirm_forum_reply(ticket.pk, further.draft, by=house.ops)
    services.post_forum_reply(ticket.pk, further.draft, by=house.reception)
    assert ForumReply.objects.exclude(posted_at=None).count() == 2


def test_a_ticket_that_closes_still_owes_its_reply_in_the_forum(house: House) -> None:
    ticket = noted(house)
    with clock.standing_at(MORNING + HOUR / 4):
        services.answer_on_the_spot(ticket.pk, "已修", by=house.reception)
        services.inform_resident(ticket.pk, services.How.PHONE, "已修", by=house.reception)
        services.record_callback(ticket.callbacks.get().pk, CallbackOutcome.REFUSED, by=house.reception_b)
    ticket.refresh_from_db()
    assert (ticket.status, timer(ticket, Target.FORUM_REPLY).state) == (Status.CLOSED, TimerState.RUNNING)
    assert list(integrity.findings()) == []


def test_its_page_leads_from_the_note_to_the_posted_reply(house: House) -> None:
    ticket = house.report(timezone.now(), channel=ReportChannel.FORUM)
    address = f"/tickets/{ticket.number}/forum/"
    desk, ops = Client(HTTP_ACCEPT_LANGUAGE="zh-CN"), Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    desk.force_login(house.reception)
    ops.force_login(house.ops)
    noting = {"do": "note", "posted_at": "2026-11-20T10:00", "watcher": str(house.reception_b.pk)}

    assert ticket.number in desk.get("/forum/").content.decode()
    assert desk.post(address, {**noting, "where": "x", "posted_at": "2099-01-01T10:00"}).status_code == 422
    assert desk.post(address, {**noting, "where": "javascript:alert(1)"}).status_code == 302
    assert 'href="javascript' not in desk.get(address).content.decode()
    assert desk.post(address, {**noting, "do": "change", "where": "https://f.example/9?a=1"}).status_code == 302
    assert 'href="https://f.example/9?a=1" rel=' in desk.get(address).content.decode()
    assert desk.post(address, {"do": "write", "text": REPLY}).status_code == 302
    draft = str(ForumReply.objects.get().draft)
    assert desk.post(address, {"do": "confirm", "draft": draft}).status_code == 403
    assert desk.post(address, {"do": "post", "draft": draft}).status_code == 409
    assert REPLY in ops.get("/forum/").content.decode()
    assert ops.post(address, {"do": "confirm", "draft": draft}).status_code == 302
    assert desk.post(address, {"do": "post", "draft": draft}).status_code == 302
    assert "论坛" in desk.get(ticket.url).content.decode()
    courtesy = Courtesy.objects.get()
    assert desk.post("/forum/", {"do": "confirm", "courtesy": courtesy.pk}).status_code == 403
    assert ops.post("/forum/", {"do": "confirm", "courtesy": courtesy.pk}).status_code == 302
    assert desk.post(address, {"do": "courtesy", "courtesy": f"{courtesy.pk}-zh"}).status_code == 302
