"""``@name`` in an internal note: told once, marked in the history, and nobody who may not see the ticket."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Ticket
from complaints.tests.house import House, messages_of
from portal.notifications import choices
from portal.notifications.models import Message
from portal.organization.models import User
from portal.organization.roles import Role


@pytest.fixture
def named(house: House) -> House:
    """People with Chinese names; the neighbour's is the same as the leader's."""
    for username, name in (("leader", "陈芳"), ("engineer", "周强"), ("neighbour", "陈芳"), ("guard", "陈芳芳")):
        User.objects.filter(username=username).update(name=name)
    return house


def _offered(house: House, ticket: Ticket, typed: str, who: str = "reception") -> list[str]:
    client = Client()
    client.force_login(house.people[who])
    return [one["name"] for one in client.get(f"{ticket.url}colleagues/", {"q": typed}).json()["results"]]


def test_a_colleague_who_is_named_is_told_once_with_a_link(named: House) -> None:
    ticket = named.signed(timezone.now())
    services.note_inside(ticket.pk, "@陈芳 请回电，@陈芳 @周强 @reception 已知", by=named.reception)

    assert messages_of(named.leader).count("ticket.named") == 1
    assert messages_of(named.engineer).count("ticket.named") == 1
    assert "ticket.named" not in messages_of(named.reception)
    assert Message.objects.filter(kind="ticket.named").first().link == ticket.url  # type: ignore[union-attr]


def test_who_may_not_see_the_ticket_is_never_told(named: House) -> None:
    ticket = named.signed(timezone.now())
    services.note_inside(ticket.pk, "@陈芳芳 @陈芳 @bar", by=named.reception)
    # Of the longer name only somebody of another department answers: the shorter one before it is meant by nobody else.
    assert "ticket.named" not in messages_of(named.guard) + messages_of(named.neighbour) + messages_of(named.bar)


def test_the_colleagues_are_exactly_those_who_see_the_ticket(named: House) -> None:
    named.hire("engineer_next_door", Role.DEPARTMENT_HEAD, named.next_door, "engineering")
    for ticket in (named.report(timezone.now()), named.signed(timezone.now())):
        ticket.refresh_from_db()
        see = {user.pk for user in User.objects.all() if Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()}
        assert {one.user_id for one in services.colleagues_of(ticket)} == see


def test_they_are_offered_by_name_and_by_initials(named: House) -> None:
    ticket = named.signed(timezone.now())
    assert _offered(named, ticket, "陈") == ["陈芳"]
    assert _offered(named, ticket, "zq") == ["周强"]
    assert _offered(named, ticket, "") == []
    assert "reception" not in _offered(named, ticket, "recep")


def test_the_name_is_a_mark_in_the_history_and_nothing_else_is_markup(named: House) -> None:
    ticket = named.signed(timezone.now())
    services.note_inside(ticket.pk, "@周强 <b>看</b> @谁", by=named.reception)
    client = Client()
    client.force_login(named.leader)
    body = client.get(ticket.url).content.decode()
    assert '<mark class="named">@周强</mark> &lt;b&gt;看&lt;/b&gt; @谁' in body


def test_being_named_is_a_group_that_one_chooses_channels_for(named: House) -> None:
    choices.choose(named.leader, bell={group.code for group in choices.groups() if group.code != "named"}, email=set())
    ticket = named.report(timezone.now())
    services.note_inside(ticket.pk, "@陈芳", by=named.reception)
    assert "ticket.named" not in messages_of(named.leader)
