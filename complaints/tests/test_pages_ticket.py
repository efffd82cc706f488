"""One ticket's page: its cost, its steps by plain forms, two people at once, and what each may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import services
from complaints.models import Ticket, TicketEvent
from complaints.services import How
from complaints.states import EventKind, Severity, Status
from complaints.tests.house import House, rows_of
from portal import memo
from portal.promises.sweeping import sweep

MOST_STATEMENTS = 12 + 4  # three read the polite hours, one one's own home visits: remembered for ten seconds


def _client(house: House, name: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def test_a_ticket_costs_the_same_with_a_short_and_a_long_history(house: House) -> None:
    ticket = house.report(timezone.now() - timedelta(hours=3), severity=Severity.MAJOR)
    client = _client(house, "reception")

    def statements() -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(ticket.url).status_code == 200
        return len(seen)

    short = statements()
    sweep()
    for n in range(30):
        services.note_inside(ticket.pk, f"备注 {n}", by=house.reception)
    long = statements()
    assert short <= MOST_STATEMENTS
    assert long <= short


def test_the_line_from_dispatch_to_callback_by_plain_forms(house: House) -> None:
    ticket = house.report(timezone.now())
    desk, engineer, head = (_client(house, name) for name in ("reception", "engineer", "engineering_head"))

    def send(client: Client, slug: str, **typed: object) -> None:
        ticket.refresh_from_db()
        answer = client.post(f"{ticket.url}{slug}/", {"version": ticket.version, **typed})
        assert answer.status_code == 302, answer.content.decode()
        ticket.refresh_from_db()

    send(desk, "dispatch", department=house.departments["engineering"].pk)
    send(engineer, "sign")
    send(engineer, "progress", text="已到现场")
    assert ticket.status == Status.IN_PROGRESS
    send(engineer, "wait", text="等配件")
    send(engineer, "resume")
    send(engineer, "resolve", text="更换灯管")
    send(head, "return", text="")
    send(desk, "reply", text="今天修好")
    send(desk, "inform", how="phone", text="灯已修好", said="谢谢")
    assert ticket.status == Status.INFORMED
    assert "谢谢" in desk.get(ticket.url).content.decode()
    send(desk, "reopen", text="又不亮了")
    assert (ticket.round, ticket.status) == (2, Status.DISPATCHED)
    assert "第 2 轮" in desk.get(ticket.url).content.decode()


@pytest.mark.parametrize(
    ("slug", "typed"),
    [
        ("dispatch", {}),
        ("dispatch", {"department": "x"}),
        ("dispatch", {"department": "999999"}),
        ("answer", {"text": ""}),
        ("answer", {"text": "字" * 4001}),
        ("answer", {"text": "a\0b"}),
        ("decline", {"text": "做不到"}),
        ("decline", {"text": "", "understood": "yes"}),
        ("severity", {"severity": "huge"}),
        ("note", {"text": "  "}),
        ("reply", {"text": ""}),
        ("wish", {"version": "x"}),
    ],
)
def test_a_form_that_is_not_complete_comes_back_with_what_was_typed(
    house: House, slug: str, typed: dict[str, str]
) -> None:
    ticket = house.report(timezone.now())
    answer = _client(house, "reception").post(f"{ticket.url}{slug}/", {"version": ticket.version, **typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version
    if 0 < len(typed.get("text", "").strip()) < 100 and "\0" not in typed["text"]:
        assert typed["text"] in answer.content.decode()


def test_two_people_at_once_lose_nothing_they_typed(house: House) -> None:
    ticket = house.report(timezone.now())
    client = _client(house, "reception")
    page = client.get(f"{ticket.url}?do=answer")
    services.set_severity(ticket.pk, Severity.MAJOR, "人员受伤", by=house.leader)

    answer = client.post(
        f"{ticket.url}answer/",
        {"version": page.context["ticket"]["version"], "seen": page.context["last_seen"], "text": "当场解释清楚"},
    )

    body = answer.content.decode()
    assert answer.status_code == 409
    assert "当场解释清楚" in body
    assert "人员受伤" in body
    assert "leader" in body
    ticket.refresh_from_db()
    assert ticket.status == Status.REGISTERED
    again = client.post(
        f"{ticket.url}answer/", {"version": answer.context["ticket"]["version"], "text": "当场解释清楚"}
    )
    assert again.status_code == 302


def test_the_same_form_sent_twice_is_taken_once(house: House) -> None:
    ticket = house.signed(timezone.now() - timedelta(minutes=20))
    client = _client(house, "engineer")
    page = client.get(f"{ticket.url}?do=progress")
    typed = {"version": page.context["ticket"]["version"], "seen": page.context["last_seen"], "text": "已关闸"}
    first = client.post(f"{ticket.url}progress/", typed)
    second = client.post(f"{ticket.url}progress/", typed)
    assert (first.status_code, second.status_code) == (302, 302)
    assert TicketEvent.objects.filter(ticket=ticket, kind=EventKind.NOTE).count() == 1


def test_a_step_of_somebody_else_is_refused_in_words(house: House) -> None:
    ticket = house.report(timezone.now())
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    answer = _client(house, "reception").post(f"{ticket.url}sign/", {})
    assert answer.status_code == 403
    assert "这一步由他人办理" in answer.content.decode()


@pytest.mark.parametrize("name", ["neighbour", "guard"])
def test_a_foreign_ticket_is_the_same_404_as_an_unknown_one(house: House, name: str) -> None:
    ticket = house.report(timezone.now())
    client = _client(house, name)
    for path in ("", "preview/", "?do=dispatch"):
        assert client.get(ticket.url + path).status_code == 404
        assert client.get("/tickets/YJW-20200101-9999/" + path).status_code == 404
    assert client.post(f"{ticket.url}note/", {"text": "x"}).status_code == 404
    assert client.get("/tickets/%00/").status_code == 404


def test_only_the_next_step_is_in_strong_colour(house: House) -> None:
    ticket = house.report(timezone.now())
    desk = _client(house, "reception")
    assert desk.get(ticket.url).content.decode().count("btn-primary") == 2  # the head's, and the phone's own bar
    opened = desk.get(f"{ticket.url}?do=dispatch").content.decode()
    assert opened.count("btn-primary") == 1


def test_a_manager_acknowledges_what_was_handed_up(house: House) -> None:
    ticket = house.report(timezone.now(), severity=Severity.IMPORTANT)
    client = _client(house, "manager")
    assert client.get(ticket.url).context["buttons"][0]["slug"] == "acknowledge"
    client.post(f"{ticket.url}acknowledge/", {})
    page = client.get(ticket.url)
    assert "acknowledge" not in {button["slug"] for button in page.context["buttons"]}
    assert "阅知" in page.content.decode()


def test_before_a_severity_is_saved_its_deadlines_stand_side_by_side(house: House) -> None:
    ticket = house.report(timezone.now())
    page = _client(house, "reception").get(f"{ticket.url}?do=severity")
    labels = [row["label"] for row in page.context["act"]["what_if"]["rows"]]
    assert "办结" in labels
    assert "答复" in labels


def test_the_timeline_shows_what_was_asked_for(house: House) -> None:
    ticket = house.report(timezone.now() - timedelta(hours=2))
    services.note_inside(ticket.pk, "只有自己人看", by=house.reception)
    services.reply_to_resident(ticket.pk, "今天下午处理", by=house.reception)
    sweep()
    client = _client(house, "reception")
    everything, seen, limits = (
        client.get(ticket.url + query).content.decode() for query in ("", "?log=resident", "?log=limits")
    )
    assert "只有自己人看" in everything
    assert "今天下午处理" in everything
    assert "只有自己人看" not in seen
    assert "今天下午处理" in seen
    assert "已超过时限" in limits
    assert "今天下午处理" not in limits.split('id="log-head"')[1].split('class="log"')[1].split("</ol>")[0]


def test_a_declined_ticket_tells_the_reason_and_whether_it_was_understood(house: House) -> None:
    ticket = house.report(timezone.now())
    client = _client(house, "reception")
    client.post(
        f"{ticket.url}decline/",
        {"version": ticket.version, "text": "规划已定，无法加建", "understood": "no", "how": "phone"},
    )
    body = client.get(ticket.url).content.decode()
    assert "规划已定，无法加建" in body
    assert "业主不谅解" in body


def test_informing_says_how_and_what_the_resident_said(house: House) -> None:
    ticket = house.informed(timezone.now() - timedelta(hours=3))
    event = TicketEvent.objects.get(ticket=ticket, kind=EventKind.INFORMED)
    assert event.details["how"] == How.PHONE
    assert "好的" in _client(house, "reception").get(ticket.url).content.decode()


def test_whoever_sends_a_form_back_is_not_led_to_a_page_that_is_closed_to_them(house: House) -> None:
    ticket = house.signed(timezone.now())
    ticket.refresh_from_db()
    engineer = _client(house, "engineer")
    answer = engineer.post(f"{ticket.url}send-back/", {"version": ticket.version, "text": "不归工程部"}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0] == "/queue/"
    assert f"{ticket.number}：退回，已保存" in answer.content.decode()


def test_a_major_matter_is_first_dispatched_then_answered(house: House) -> None:
    ticket = house.report(timezone.now(), severity=Severity.MAJOR)
    desk = _client(house, "reception")
    assert [b["slug"] for b in desk.get(ticket.url).context["buttons"] if b["primary"]] == ["dispatch"]
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    assert [b["slug"] for b in desk.get(ticket.url).context["buttons"] if b["primary"]] == ["reply"]


def test_the_result_stands_in_the_form_for_telling(house: House) -> None:
    ticket = house.report(timezone.now())
    services.answer_on_the_spot(ticket.pk, "门禁已重新授权", by=house.reception)
    act = _client(house, "reception").get(f"{ticket.url}?do=inform").context["act"]
    assert act["form"]["text"].value() == "门禁已重新授权"
    assert act["form"]["how"].value() == How.IN_PERSON
    assert "结果是门禁已重新授权" in act["phrase"]


def test_steps_that_never_come_do_not_stand_in_the_strip(house: House) -> None:
    desk = _client(house, "reception")

    def names(number: str) -> list[str]:
        return [str(step["name"]) for step in desk.get(f"/tickets/{number}/").context["steps"]]

    spot = house.report(timezone.now())
    assert "签收" in names(spot.number)
    services.answer_on_the_spot(spot.pk, "已说明", by=house.reception)
    services.inform_resident(spot.pk, How.PHONE, "已说明", by=house.reception)
    assert names(spot.number) == ["登记", "派发", "办结", "通报", "回访"]
    declined = house.signed(timezone.now())
    services.decline_ticket(declined.pk, "超出服务范围", True, by=house.reception)
    assert names(declined.number) == ["登记", "派发", "签收", "办结", "通报", "回访"]


def test_handled_it_waits_for_its_form_and_only_then_for_the_telling(house: House) -> None:
    ticket = house.signed(timezone.now())
    desk = _client(house, "reception")
    services.resolve_ticket(ticket.pk, "更换灯管", by=house.engineer)
    assert desk.get(ticket.url).context["ticket"]["status_word"] == "待交回"
    assert not rows_of(desk.get("/queue/?tab=to_inform"))
    services.return_form(ticket.pk, by=house.engineering_head)
    assert desk.get(ticket.url).context["ticket"]["status_word"] == "待通报"
    assert rows_of(desk.get("/queue/?tab=to_inform"))


def test_a_press_that_came_too_late_does_not_speak_of_words_that_nobody_typed(house: House) -> None:
    ticket = house.report(timezone.now())
    ticket = services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    services.set_severity(ticket.pk, Severity.IMPORTANT, "老人独居", by=house.reception)
    answer = _client(house, "engineer").post(f"{ticket.url}sign/", {"version": ticket.version, "seen": 1})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "填写的内容" not in page
    assert "请再按一次" in page


def test_of_two_entries_of_one_moment_the_later_stands_above(house: House) -> None:
    ticket = house.report(timezone.now(), kind="enquiry")
    services.answer_on_the_spot(ticket.pk, "已说明", by=house.reception)
    services.inform_resident(ticket.pk, How.PHONE, "已说明", by=house.reception)
    log = [entry.what for entry in _client(house, "reception").get(ticket.url).context["events"]]
    assert log[0] == "已结"
    assert log[1].startswith("通报业主")
