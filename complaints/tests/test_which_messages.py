"""Each person chooses ways for groups of messages; mail leaves once, in the reader's language, with nobody's name."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from complaints.tests.house import MORNING, House, messages_of
from portal import memo
from portal.notifications import channels, choices, sender
from portal.notifications.models import Message
from portal.organization.models import Membership, User
from portal.organization.roles import Role
from portal.promises.sweeping import sweep

LATE = MORNING + timedelta(hours=1)


def _chooses(user: User, *, bell: set[str] = frozenset(), email: set[str] = frozenset(), language: str = "en") -> None:
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com", language=language)
    choices.choose(user, bell=set(bell), email=set(email))
    memo.forget()


def _by_mail(user: User) -> list[Message]:
    return list(Message.objects.filter(recipient=user, channel="email").order_by("pk"))


def test_the_page_keeps_a_choice_and_what_names_somebody_stays_in_the_bell(house: House) -> None:
    client = Client()
    client.force_login(house.supervisor)
    client.post("/me/notifications/", {"email": ["came_up", "nonsense"]})
    assert {line.group.code: (line.bell, line.email) for line in choices.of(house.supervisor)} == {
        "came_up": (True, True),
        "due_soon": (False, False),
        "named": (False, False),
        "work": (False, False),
        "resident": (False, False),
        "bar": (False, False),
        "reports": (False, False),
    }
    assert client.get("/me/notifications/").status_code == 200


def test_the_bell_is_silent_for_what_was_switched_off_and_mail_comes_for_what_was_switched_on(house: House) -> None:
    _chooses(house.reception, email={"came_up"})
    _chooses(house.supervisor, email={"came_up"})
    house.report()
    sweep(MORNING + timedelta(minutes=8))  # the receptionist is warned
    sweep(MORNING + timedelta(minutes=11))  # the supervisor hears that it is late
    assert messages_of(house.reception) == []
    assert messages_of(house.reception_b) == ["ticket.timer"]
    assert _by_mail(house.reception) == []
    assert messages_of(house.supervisor) == ["ticket.timer"]
    assert len(_by_mail(house.supervisor)) == 1


def test_one_mail_in_the_readers_language_names_no_resident(house: House) -> None:
    _chooses(house.supervisor, email={"came_up"})
    tickets = [house.report() for _ in range(2)]
    sweep(MORNING + timedelta(minutes=11))

    sender.send_waiting(LATE)
    sender.send_waiting(LATE)

    (sent,) = mail.outbox
    assert sent.to == ["supervisor@example.com"]
    assert all(ticket.number in sent.body for ticket in tickets)
    assert "passed its limit" in sent.body
    assert tickets[0].number not in sent.subject
    assert not any(canary in sent.message().as_string() for canary in ("王建国", "138000", "1203"))


def test_a_repeated_mail_carries_the_same_id_whatever_joined_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _chooses(house.supervisor, email={"came_up"})
    house.report()
    sweep(MORNING + timedelta(minutes=11))
    tried: list[str] = []

    def sends_and_loses_the_answer(message: mail.EmailMessage, **kwargs: object) -> int:
        tried.append(message.extra_headers["Message-ID"])
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", sends_and_loses_the_answer)
        sender.send_waiting(LATE)
        house.report(MORNING + timedelta(minutes=30))
        sweep(MORNING + timedelta(minutes=41))
    sender.send_waiting(LATE + timedelta(minutes=5))

    assert mail.outbox[0].extra_headers["Message-ID"] == tried[0]
    assert len(mail.outbox) == 2


def test_a_dead_mail_server_keeps_no_bell_waiting_and_is_tried_once_a_pass(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in (house.reception, house.reception_b, house.supervisor):
        _chooses(user, bell={"due_soon"}, email={"came_up", "due_soon"})
    house.report()
    sweep(MORNING + timedelta(minutes=11))
    tries: list[str] = []

    def no_answer(recipient: int, delivery: object, text: str) -> None:
        tries.append(text)
        raise ConnectionRefusedError(111, "no")

    monkeypatch.setitem(channels.CHANNELS, "email", no_answer)
    sender.send_waiting(LATE)

    assert len(tries) == 1
    assert Message.objects.in_bell_of(house.supervisor).count() == 1
    assert not Message.objects.filter(channel="email").exclude(lease_until=None).exists()


def test_what_fails_ten_times_is_shown_to_the_administrator_and_sent_again_at_a_press(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _chooses(house.supervisor, email={"came_up"})
    house.report()
    sweep(MORNING + timedelta(minutes=11))

    def refuse(recipient: int, delivery: object, text: str) -> None:
        raise smtplib.SMTPRecipientsRefused({"supervisor@example.com": (550, b"no such person")})

    with monkeypatch.context() as patched:
        patched.setitem(channels.CHANNELS, "email", refuse)
        for tries in range(1, 13):
            sender.send_waiting(LATE + tries * timedelta(hours=2))
    admin = Client()
    admin.force_login(house.admin)
    page = admin.get("/settings/mail/")
    (row,) = page.context["dead"]
    assert (row["attempts"], row["problem"]) == (10, "SMTPRecipientsRefused")
    assert "supervisor@example.com" not in page.content.decode()

    admin.post(f"/settings/mail/{row['pk']}/again/")
    sender.send_waiting()

    assert admin.get("/settings/mail/").context["dead"] == []
    assert len(mail.outbox) == 1


def test_the_test_mail_goes_to_oneself(house: House) -> None:
    User.objects.filter(pk=house.admin.pk).update(email="admin@example.com")
    admin = Client()
    admin.force_login(house.admin)
    admin.post("/settings/mail/test/")
    assert [sent.to for sent in mail.outbox] == [["admin@example.com"]]


def test_a_forgotten_password_is_mailed_once_in_half_an_hour_and_the_answer_says_nothing(house: House) -> None:
    User.objects.filter(pk=house.bar.pk).update(email="bar@example.com")
    User.objects.filter(pk=house.sales.pk).update(email="sales@example.com", is_active=False)
    answers = set()
    for address in ("bar@example.com", "BAR@example.com", "sales@example.com", "nobody@example.com"):
        page = Client(HTTP_ACCEPT_LANGUAGE="en").post("/password/forgotten/", {"email": address})
        answers.add(page.content.decode().split("<main")[1])
    sender.send_waiting()

    assert len(answers) == 1 or len({answer.split("csrfmiddlewaretoken")[0] for answer in answers}) == 1
    (sent,) = mail.outbox
    assert sent.to == ["bar@example.com"]
    link = sent.body.split("http://testserver")[1].split()[0]
    assert not any("/password/" in str(row.params) for row in Message.objects.all())  # no link lies in a table
    visitor = Client()
    form = visitor.get(link, follow=True)
    typed = {"new_password1": "four-words-of-my-own", "new_password2": "four-words-of-my-own"}
    assert visitor.post(form.request["PATH_INFO"], typed).status_code == 302
    assert not Client().get(link, follow=True).context["validlink"]


def test_a_mail_server_is_no_way_round_the_own_page_of_another(house: House) -> None:
    """A dead mail of somebody's is shown without its words: the words of one kind are a way into an account."""
    Membership.objects.create(user=house.bar, role=Role.ADMINISTRATOR)
    User.objects.filter(pk=house.gm.pk).update(email="gm@example.com")
    Client().post("/password/forgotten/", {"email": "gm@example.com"})
    Message.objects.filter(channel="email").update(dead_at=MORNING, problem="ConnectionRefusedError 111")
    admin = Client()
    admin.force_login(house.bar)
    assert "/password/M" not in admin.get("/settings/mail/").content.decode()
