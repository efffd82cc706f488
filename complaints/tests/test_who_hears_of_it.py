"""Whoever works on a ticket, or was handed it, hears that it ends; when a message alone tells a resident."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible
from complaints.models import Attachment, Ticket
from complaints.services import How
from complaints.states import EventKind, Severity, Status, Target
from complaints.tests.house import MORNING, SHANGHAI, House, timer
from complaints.tests.test_the_residents_api import FIRST, Phone
from portal.files.tests.photos import photo
from portal.notifications.models import Message
from portal.organization.models import Shift
from portal.promises import clock
from portal.promises.models import TimerState
from portal.promises.sweeping import sweep
from residents.models import ApiAccount

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def who_heard(ticket: Ticket, kind: str) -> set[str]:
    rows = Message.objects.filter(kind=f"ticket.{kind}", channel="in_app", params__number=ticket.number)
    return set(rows.values_list("recipient__username", flat=True))


def test_a_decline_is_heard_by_whoever_works_on_it_helps_or_was_handed_it(house: House) -> None:
    for severity, handed in ((Severity.IMPORTANT, "manager"), (Severity.MAJOR, "gm")):
        ticket = house.signed(severity=severity)
        services.add_helper(ticket.pk, house.departments["greening"], by=house.reception)
        services.watch(ticket.pk, by=house.director)
        by = house.manager if severity == Severity.MAJOR else house.reception_b
        services.decline_ticket(ticket.pk, "规划不允许", True, by=by, how=How.IN_PERSON, said="那算了")
        heard = who_heard(ticket, "declined")
        assert {"engineer", "engineering_head", "gardener", "ops", "reception", "director", handed} <= heard
        assert by.username not in heard
        assert "guard" not in heard
        said = ticket.events.get(kind=EventKind.DECLINED).details
        assert (said["how"], said["said"], said["understood"]) == ("in_person", "那算了", True)


def test_a_merge_and_a_withdrawal_are_heard_too(house: House) -> None:
    earlier, later = house.report(), house.signed(MORNING + HOUR, severity=Severity.IMPORTANT)
    services.merge_tickets(later.pk, earlier.pk, by=house.reception_b)
    assert {"engineer", "engineering_head", "manager", "ops", "reception"} <= who_heard(later, "merged")
    mine = Phone(FIRST).report()
    ticket = Ticket.objects.get(uuid=mine["id"])
    services.dispatch_ticket(ticket.pk, house.departments["security"], by=house.reception)
    Phone(FIRST).post(f"tickets/{mine['id']}/withdraw/")
    assert {"guard", "security_head", "reception", "reception_b"} <= who_heard(ticket, "withdrawn")


def test_photos_come_along_for_whoever_may_see_the_survivor(house: House, client: Client) -> None:
    phone = Phone(FIRST)
    first, second = (phone.report() for _ in range(2))
    sent = phone.client.post(f"/api/v1/tickets/{second['id']}/attachments/", {"file": photo("渗水.jpg")})
    assert sent.status_code == 201
    earlier, later = (Ticket.objects.get(uuid=one["id"]) for one in (first, second))
    services.dispatch_ticket(earlier.pk, house.departments["engineering"], by=house.reception)
    services.merge_tickets(later.pk, earlier.pk, by=house.reception)
    file = Attachment.objects.get(ticket=later).file
    client.force_login(house.engineer)
    assert f"files/{file.uuid}/" in client.get(earlier.url).content.decode()
    assert len(b"".join(client.get(f"{earlier.url}files/{file.uuid}/").streaming_content)) == file.size  # type: ignore[attr-defined]
    assert client.get(later.url)["Location"] == earlier.url, "the merged one leads to the one that goes on"
    client.force_login(house.guard)
    assert client.get(f"{earlier.url}files/{file.uuid}/").status_code == 404
    assert client.get(later.url).status_code == 404


def _to_be_told(house: House, at: datetime, contact: str = "") -> Ticket:
    ticket = house.signed(at, contact=contact)
    with clock.standing_at(at + HOUR):
        services.resolve_ticket(ticket.pk, "换了灯管", by=house.engineer)
        services.return_form(ticket.pk, by=house.engineering_head)
    return ticket


@pytest.mark.parametrize("lacks", ["the wish", "the app"])
def test_by_day_a_message_tells_nobody_who_did_not_choose_it_or_has_no_app(house: House, lacks: str) -> None:
    if lacks == "the wish":
        Phone(FIRST)
    ticket = _to_be_told(house, MORNING, contact="message" if lacks == "the app" else "phone")
    with clock.standing_at(MORNING + 2 * HOUR), pytest.raises(NotPossible):
        services.inform_resident(ticket.pk, How.MESSAGE, "灯已修好", by=house.reception)
    assert timer(ticket, Target.INFORM).state == TimerState.RUNNING


def test_a_message_counts_once_the_app_has_fetched_it(house: House) -> None:
    ticket, other = (_to_be_told(house, MORNING + n * MINUTE, contact="message") for n in range(2))
    phone = Phone(FIRST)
    with clock.standing_at(MORNING + 2 * HOUR):
        services.inform_resident(ticket.pk, How.MESSAGE, "灯已修好", by=house.reception)
        services.inform_resident(other.pk, How.MESSAGE, "也修好了", by=house.reception)
    ticket.refresh_from_db()
    assert (ticket.status, timer(ticket, Target.INFORM).state) == (Status.RESOLVED, TimerState.RUNNING)
    with clock.standing_at(MORNING + 3 * HOUR):
        services.result_delivered(ticket.pk, resident=_account(phone))
        services.result_delivered(ticket.pk, resident=_account(phone))
    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.status, ticket.informed_at) == (Status.INFORMED, MORNING + 3 * HOUR)
    assert ticket.events.filter(kind=EventKind.INFORMED).count() == 1
    assert (other.status, timer(other, Target.INFORM).state) == (Status.RESOLVED, TimerState.RUNNING)


def _account(phone: Phone) -> ApiAccount:
    return ApiAccount.objects.get(phone=phone.number)


def test_after_eight_a_message_counts_and_the_call_in_the_morning_is_promised(house: House) -> None:
    evening = datetime(2026, 11, 21, 19, 0, tzinfo=SHANGHAI)
    ticket = _to_be_told(house, evening)
    with clock.standing_at(evening + 2 * HOUR):
        services.inform_resident(ticket.pk, How.MESSAGE, "灯已修好", by=house.reception)
    ticket.refresh_from_db()
    assert ticket.status == Status.INFORMED
    assert timer(ticket, Target.PROMISE).due_at == datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)


def test_at_night_whoever_is_on_duty_hears_at_once_and_whoever_sleeps_in_the_morning(house: House) -> None:
    night = datetime(2026, 11, 21, 23, 30, tzinfo=SHANGHAI)
    for name, begins, ends in (("reception_b", 20, 32), ("reception", 8, 20)):
        day = datetime(2026, 11, 21, 0, 0, tzinfo=SHANGHAI)
        Shift.objects.create(
            user=house.people[name],
            site=house.site,
            starts_at=day + timedelta(hours=begins),
            ends_at=day + timedelta(hours=ends),
        )
    minor, major = house.report(night), house.report(night, severity=Severity.MAJOR)
    sweep(night + 11 * MINUTE)  # dispatch: warned, then late

    def waits(ticket: Ticket, name: str) -> set[datetime]:
        rows = Message.objects.filter(kind="ticket.timer", params__number=ticket.number, params__target="dispatch")
        return set(rows.filter(recipient=house.people[name]).values_list("not_before", flat=True))

    morning = datetime(2026, 11, 22, 8, 0, tzinfo=SHANGHAI)
    assert waits(minor, "reception_b") == {night + 11 * MINUTE}, "the night desk is on duty"
    assert waits(minor, "supervisor") == {morning}
    assert waits(major, "supervisor") == {night + 11 * MINUTE}
