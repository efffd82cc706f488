"""A report from the clock that counts it to its frozen editions."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction
from django.test import Client

from complaints import services
from complaints.errors import NotYours, Stale
from complaints.models import TicketTimer
from complaints.states import Kind, Severity
from complaints.tests.house import MORNING, House
from portal import integrity
from portal.notifications.models import Message
from portal.organization.models import User
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep
from reports import promised
from reports.models import Edition, Report, ReportTimer
from reports.papers.kinds import PaperKind
from reports.services import making, signing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OF_TODAY, OF_NOVEMBER = "YJW-YR-2026-11-21", "YJW-WY-2026-11"
NEXT_MORNING = MORNING.replace(hour=8) + DAY
DECEMBER = MORNING.replace(month=12, day=1, hour=8)


def run_at(moment: datetime) -> None:
    with clock.standing_at(moment):
        making.plan_and_make()
    sweep(moment)


def named(number: str) -> Report:
    return Report.objects.select_related("site").get(number=number)


def sign(number: str, by: User, at: datetime, **texts: str) -> Report:
    report = named(number)
    with clock.standing_at(at):
        if report.status == Report.Status.DRAFT:
            return signing.write(number, report.version, texts, by, sign=True)
        return signing.sign(number, report.version, by)


def issued_november(house: House, at: datetime = DECEMBER) -> Edition:
    run_at(MORNING)
    run_at(at)
    sign(OF_NOVEMBER, house.supervisor, at + HOUR, next="冬季防冻")
    sign(OF_NOVEMBER, house.ops, at + 2 * HOUR)
    sign(OF_NOVEMBER, house.gm, at + 3 * HOUR)
    return named(OF_NOVEMBER).editions.get()


def figures_of(edition: Edition) -> dict[str, int]:
    return {name: one["n"] for name, one in json.loads(edition.content)["document"]["figures"].items()}


def client_of(user: User, language: str = "zh-CN") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user)
    return client


def test_the_clock_counts_each_report_at_its_time_and_makes_up_for_an_outage(house: House) -> None:
    run_at(MORNING)
    planned = Report.objects.filter(site=house.site)
    assert planned.count() == len(PaperKind)
    assert set(planned.values_list("status", flat=True)) == {"planned"}
    run_at(NEXT_MORNING - timedelta(seconds=1))
    assert named(OF_TODAY).status == "planned"
    run_at(NEXT_MORNING)
    assert named(OF_TODAY).status == "draft"
    assert not ReportTimer.objects.filter(breached_at__isnull=False).exists()

    run_at(NEXT_MORNING + 9 * DAY)  # nothing ran for nine days
    daily = Report.objects.filter(site=house.site, kind=PaperKind.OWNER_DAILY).order_by("first")
    assert [report.first.day for report in daily] == [*range(21, 31), 1]
    assert list(daily.values_list("status", flat=True)) == ["draft"] * 10 + ["planned"]
    late = ReportTimer.objects.filter(target="report_made", breached_at__isnull=False, report__site=house.site)
    assert late.filter(report__kind=PaperKind.OWNER_DAILY).count() == 8
    assert list(integrity.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_make_each_report_once(house: House) -> None:
    def tick(moment: datetime) -> None:
        try:
            with clock.standing_at(moment):
                making.plan_and_make()
        finally:
            connection.close()

    for moment in (MORNING, NEXT_MORNING):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(tick, [moment] * 4))
    assert named(OF_TODAY).events.filter(kind="made").count() == 1
    assert Report.objects.filter(site=house.site).count() == len(PaperKind) + 1  # the next day's


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_while_counting_leaves_a_report_that_the_next_one_counts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_at(MORNING)
    dies = pytest.MonkeyPatch()
    dies.setattr(making, "tell", lambda *_args, **_params: 1 / 0)
    run_at(NEXT_MORNING)
    dies.undo()
    assert named(OF_TODAY).status == "planned"
    run_at(NEXT_MORNING)
    assert named(OF_TODAY).status == "draft"
    told = Message.objects.filter(kind="reports.to_sign", params__number=OF_TODAY, recipient=house.supervisor)
    assert told.filter(channel="in_app").count() == 1


def test_nobody_signs_and_it_climbs(house: House) -> None:
    run_at(MORNING)
    run_at(NEXT_MORNING)
    due = ReportTimer.objects.get(report__number=OF_TODAY, target="report_daily").due_at
    assert due == NEXT_MORNING + 2 * HOUR
    assert due is not None

    def told_of(user: User) -> bool:
        found = Message.objects.filter(kind="reports.timer", params__number=OF_TODAY, params__target="report_daily")
        return found.filter(recipient=user).exists()

    sweep(due - HOUR + timedelta(seconds=1))
    assert told_of(house.supervisor)
    assert not told_of(house.ops)
    sweep(due + timedelta(seconds=1))
    assert told_of(house.ops)
    assert not told_of(house.manager)
    sweep(due + DAY + timedelta(seconds=1))
    assert told_of(house.manager)
    assert not told_of(house.gm)
    sign(OF_TODAY, house.supervisor, due + DAY + HOUR)
    timer = ReportTimer.objects.get(report__number=OF_TODAY, target="report_daily")
    assert timer.state == TimerState.MET
    assert timer.breached_at == due
    assert list(integrity.findings()) == []


def test_each_signature_is_another_person_s_and_the_last_one_freezes(house: House) -> None:
    house.hire("both", "supervisor", house.site, None)
    run_at(MORNING)
    run_at(DECEMBER)
    with pytest.raises(NotYours):
        sign(OF_NOVEMBER, house.gm, DECEMBER)  # the first word is the desk's
    with pytest.raises(NotYours):
        sign(OF_NOVEMBER, house.neighbour, DECEMBER)
    before = named(OF_NOVEMBER).version
    sign(OF_NOVEMBER, house.service_manager, DECEMBER, next="防冻")
    with pytest.raises(NotYours):
        sign(OF_NOVEMBER, house.service_manager, DECEMBER)  # may review, but has prepared
    with pytest.raises(Stale):
        signing.sign(OF_NOVEMBER, before, house.ops)
    sign(OF_NOVEMBER, house.ops, DECEMBER)
    with clock.standing_at(DECEMBER):
        signing.send_back(OF_NOVEMBER, named(OF_NOVEMBER).version, "少一句", house.gm)
    assert named(OF_NOVEMBER).signed == []
    assert named(OF_NOVEMBER).texts == {"next": "防冻", "notes": ""}
    for by in (house.both, house.ops, house.manager):
        report = sign(OF_NOVEMBER, by, DECEMBER, next="防冻、防火")
    assert report.status == "issued"
    assert report.figures == ""
    content = json.loads(report.editions.get().content)
    assert [one["name"] for one in content["signed"]] == ["both", "ops", "manager"]
    assert content["texts"] == {"next": "防冻、防火", "notes": ""}
    told = Message.objects.filter(kind="reports.issued", params__number=OF_NOVEMBER, channel="in_app")
    assert {one.recipient for one in told.select_related("recipient")} == {house.ops, house.manager, house.gm}
    told.filter(recipient=house.gm).update(read_at=DECEMBER)
    page = client_of(house.supervisor).get(f"/reports/{OF_NOVEMBER}/")
    assert {one["name"]: bool(one["read"]) for one in page.context["delivered"]} == {
        "ops": False, "manager": False, "gm": True,
    }  # fmt: skip


def test_an_issued_report_stays_the_same_to_the_byte_after_a_late_correction(house: House) -> None:
    first, second = house.signed(), house.signed(severity=Severity.IMPORTANT)
    with clock.standing_at(MORNING + HOUR):
        services.resolve_ticket(first.pk, "修好", by=house.engineer)
    edition = issued_november(house)
    client = client_of(house.gm)
    address = f"/reports/{OF_NOVEMBER}/"
    files = [f"{address}1.{ending}" for ending in ("json", "pdf", "owners.pdf", "xlsx")]

    def everything() -> list[bytes]:
        pages = [client.get(f"{address}1/{how}/") for how in ("paper", "owners")]
        sheets = [page.content.decode().split("<article", 1)[1].split("</article>")[0].encode() for page in pages]
        return [*sheets, *(b"".join(client.get(one)) for one in files)]

    was = everything()
    house.report(MORNING + 3 * HOUR)  # of November, recorded in December
    with clock.standing_at(DECEMBER + DAY):
        services.resolve_ticket(second.pk, "修好", by=house.engineer)
        report = signing.correct(OF_NOVEMBER, named(OF_NOVEMBER).version, "漏记一件办结", house.supervisor)
    assert report.status == "draft"
    differs = client.get(address).context["differences"]
    assert {one["label"]: (one["was"], one["now"]) for one in differs}["投诉 · 办结"] == (1, 2)

    for by in (house.supervisor, house.ops, house.gm):
        sign(OF_NOVEMBER, by, DECEMBER + DAY)
    assert everything() == was
    both = named(OF_NOVEMBER).editions.all()
    assert [one.number for one in both] == [1, 2]
    assert figures_of(both[0])["complaint.done"] == 1
    assert figures_of(both[1])["complaint.done"] == 2
    assert client.get(address).context["edition"].number == 2
    assert client.get(f"/reports/check/{edition.sha256}/").url == f"{address}?edition=1"
    assert client.get(f"{address}?edition=1").context["stamped"]["unchanged"] is True
    assert list(integrity.findings()) == []


def test_the_database_refuses_to_change_an_edition_and_a_forged_one_is_found(house: House) -> None:
    edition = issued_november(house)
    with pytest.raises(InternalError), transaction.atomic():
        Edition.objects.update(content="{}")
    forged = edition.content.replace('"n":0', '"n":7', 1)
    with pgtrigger.ignore("reports.Edition:append_only"):
        Edition.objects.update(content=forged)
    said = list(integrity.findings())
    assert any("its hash differs" in one for one in said)
    assert any("than its rows" in one for one in said)
    page = client_of(house.gm).get(f"/reports/{OF_NOVEMBER}/")
    assert page.context["stamped"]["unchanged"] is False
    assert "与签发时不一致" in page.content.decode()


def test_every_figure_of_a_report_opens_as_many_rows_as_it_says(house: House) -> None:
    for place, kind in enumerate((Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.ENQUIRY, Kind.PRAISE)):
        house.report(MORNING + place * timedelta(minutes=5), kind=kind)
    house.informed()
    edition = issued_november(house)
    client = client_of(house.gm)
    for name, n in figures_of(edition).items():
        panel = client.get(f"/reports/{OF_NOVEMBER}/", {"edition": 1, "figure": name}).context["panel"]
        assert (panel["n"], len(panel["rows"]) + panel["more"]) == (n, n), name
    assert figures_of(edition)["received"] == 5


def test_a_correction_is_promised_too_and_left_its_promise_lapses(house: House) -> None:
    waiting = house.report()
    issued_november(house)
    with clock.standing_at(DECEMBER + 9 * DAY):
        house.report(DECEMBER + 8 * DAY)
        signing.correct(OF_NOVEMBER, named(OF_NOVEMBER).version, "补记", house.supervisor)
    again = ReportTimer.objects.get(report__number=OF_NOVEMBER, round=2)
    assert again.due_at == DECEMBER.replace(hour=18) + 12 * DAY
    sweep(again.due_at + timedelta(seconds=1))
    told = Message.objects.filter(kind="reports.timer", params__number=OF_NOVEMBER, params__level="step_1")
    assert told.filter(recipient=house.ops).exists()
    assert list(integrity.findings()) == []

    document = json.loads(named(OF_NOVEMBER).figures)
    assert [row[0] for row in document["lists"]["tickets"]["rows"]] == [waiting.number]
    with clock.standing_at(DECEMBER + 13 * DAY):
        signing.drop(OF_NOVEMBER, named(OF_NOVEMBER).version, house.supervisor)
    again.refresh_from_db()
    assert again.state == TimerState.CANCELLED
    assert list(integrity.findings()) == []


def test_what_stood_open_then_is_taken_over_by_a_correction(house: House) -> None:
    then = house.report()
    run_at(MORNING)
    run_at(NEXT_MORNING)
    sign(OF_TODAY, house.supervisor, NEXT_MORNING)
    house.report(NEXT_MORNING + DAY)
    with clock.standing_at(NEXT_MORNING + 2 * DAY):
        signing.correct(OF_TODAY, named(OF_TODAY).version, "补记", house.supervisor)
    rows = json.loads(named(OF_TODAY).figures)["lists"]["open"]["rows"]
    assert [row[0] for row in rows] == [then.number]


def test_one_site_that_cannot_be_planned_keeps_no_other_from_its_reports(
    house: House, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_at = promised.due_at

    def no_limit_next_door(site: Any, *of: Any) -> datetime:
        return due_at(site, *of) if site == house.site else {}[of]

    monkeypatch.setattr(promised, "due_at", no_limit_next_door)
    run_at(MORNING)
    run_at(NEXT_MORNING)
    assert named(OF_TODAY).status == "draft"
    assert not Report.objects.filter(site=house.next_door).exists()
    assert "plan_kind" in caplog.text


def test_pasted_control_characters_never_reach_the_paper(house: House) -> None:
    run_at(MORNING)
    run_at(NEXT_MORNING)
    texts = {"notes": "夜间\x01抢修\x00到场\r\n第二行", "next": "日报没有这一节"}
    report = sign(OF_TODAY, house.supervisor, NEXT_MORNING, **texts)
    assert json.loads(report.editions.get().content)["texts"] == {"notes": "夜间抢修到场\n第二行"}


def test_the_owners_version_has_no_number_no_name_and_nothing_of_the_house(house: House) -> None:
    ticket = house.report(severity=Severity.MAJOR, description="打 13800000001 找我，2 栋漏水")
    issued_november(house)
    client = client_of(house.gm)
    assert client.get(f"/reports/{OF_NOVEMBER}/draft/owners/").status_code == 404
    assert client.get("/reports/YJW-TS-2026-11/draft/owners/").status_code == 404
    owners = client.get(f"/reports/{OF_NOVEMBER}/1/owners/").content.decode().split("<article", 1)[1]
    inside = client.get(f"/reports/{OF_NOVEMBER}/?figure=complaint.received").content.decode()
    assert ticket.number in inside
    assert "13800000001" not in inside
    for secret in (ticket.number, "supervisor", "ops", "13800000001", "备注"):
        assert secret not in owners.split("</article>")[0], secret
    version = named(OF_NOVEMBER).version
    assert client_of(house.supervisor).post(f"/reports/{OF_NOVEMBER}/publish/", {"version": version}).status_code == 403
    client.post(f"/reports/{OF_NOVEMBER}/publish/", {"version": version})
    assert named(OF_NOVEMBER).published_edition == 1


def test_a_refused_step_keeps_what_was_typed_and_says_why(house: House) -> None:
    run_at(MORNING)
    run_at(DECEMBER)
    client = client_of(house.supervisor)
    old = named(OF_NOVEMBER).version
    client.post(f"/reports/{OF_NOVEMBER}/write/", {"version": old, "next": "一"})
    page = client.post(f"/reports/{OF_NOVEMBER}/write/", {"version": old, "next": "二"})
    assert page.status_code == 409
    assert "刚被别人改过" in page.content.decode()
    assert ">二</textarea>" in page.content.decode()
    assert "现在这里是别人写的" in page.content.decode()
    assert client.post(f"/reports/{OF_NOVEMBER}/write/", {"version": "9" * 5000, "problem": "x"}).status_code == 409
    assert named(OF_NOVEMBER).texts == {"next": "一", "notes": ""}


def test_the_clock_command_of_beat_runs_without_beat(house: House, monkeypatch: Any) -> None:
    """The worker's own loop does what beat would: a report is counted although nobody ticks."""
    from portal.promises import recurring

    with clock.standing_at(MORNING):
        recurring.run_all()
    with clock.standing_at(NEXT_MORNING):
        recurring.run_all()
    assert named(OF_TODAY).status == "draft"
    assert TicketTimer.objects.count() == 0
    call_command("check_integrity", verbosity=0)
