"""From an empty database to the first ticket: what an administrator and then a receptionist do, without the ORM."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from complaints.defaults.loading import load_defaults
from complaints.models import Category, Ticket
from complaints.tests.test_access import PAGES
from portal.organization.models import Department, Membership, Site, User
from portal.organization.roles import Role

PASSWORD = "four-words-of-my-own"


@pytest.fixture
def empty(db: None) -> None:
    load_defaults()  # what the first start does


@pytest.fixture
def first(empty: None) -> Client:
    user = User.objects.create_user("first", PASSWORD, name="first")
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.post("/login/", {"username": "first", "password": PASSWORD})
    return client


def _row(number: int, **typed: str) -> dict[str, str]:
    return {f"form-{number}-{name}": value for name, value in typed.items()}


def _people(*rows: dict[str, str]) -> dict[str, str]:
    typed = {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0"}
    for row in rows:
        typed |= row
    return typed


def _owner_sets_a_password(link: str) -> None:
    visitor = Client()
    form = visitor.get(link.removeprefix("http://testserver"), follow=True)
    answer = visitor.post(form.request["PATH_INFO"], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer.status_code == 302


def test_from_the_first_sign_in_to_a_dispatched_ticket_of_a_walk_in(first: Client) -> None:
    assert first.get("/", follow=True).request["PATH_INFO"] == "/setup/company/"
    first.post("/setup/company/", {"name": "新物业", "hotline": "0755-0000 0000"})
    assert first.get("/setup/").url == "/setup/sites/"
    assert first.post("/setup/sites/", {"code": "x y", "name": "x", "time_zone": "Nowhere/Land"}).status_code == 422
    first.post("/setup/sites/", {"code": "NEW", "name": "新城一期", "time_zone": "Asia/Shanghai"})
    site = Site.objects.get()
    first.post("/setup/departments/", {"site": site.pk, "take": ["engineering", "greening"], "outside": ["greening"]})
    assert dict(Department.objects.values_list("code", "outside_firm")) == {"engineering": False, "greening": True}
    engineering = Department.objects.get(code="engineering")
    reception = _row(0, username="A1", name="李娜", role="receptionist", place=f"s{site.pk}")
    engineer = _row(2, username="A2", name="周强", role="department_staff", place=f"d{site.pk}-{engineering.pk}")
    wrong = _row(2, username="A2", name="周强", role="department_staff", place=f"s{site.pk}")
    assert first.post("/setup/check/").status_code == 422  # nobody could work yet
    assert first.post("/setup/people/", _people(reception, wrong)).status_code == 422
    assert not User.objects.filter(username="A1").exists()  # all of them or none
    first.post("/setup/people/", _people(reception, engineer))
    links = first.get("/setup/people/").context["links"]
    assert [name for name, _link, _mailed in links] == ["李娜", "周强"]
    for _name, link, _mailed in links:
        _owner_sets_a_password(link)
    assert "Resolve" in first.get("/setup/limits/").content.decode()
    assert first.post("/setup/check/").url == "/settings/people/"
    assert first.get("/").url == "/settings/"

    desk = Client()
    assert desk.post("/login/", {"username": "A1", "password": PASSWORD}).url == "/"
    form = desk.get("/tickets/new/").context["form"]
    category = Category.objects.filter(parent=None, department_code="engineering").first()
    assert category is not None
    sent = desk.post(
        "/tickets/new/",
        {
            "request_key": form["request_key"].value(),
            "kind": "complaint",
            "channel": "counter",
            "visitor_name": "访客",
            "visitor_phone": "13900000000",
            "category": category.code,
            "severity": "minor",
            "description": "楼道灯不亮",
            "dispatch_now": "1",
        },
    )
    assert sent.status_code == 302, sent.context["errors"]
    ticket = Ticket.objects.get()
    if ticket.status == "registered":
        desk.post(f"/tickets/{ticket.number}/dispatch/", {"department": engineering.pk, "version": ticket.version})
        ticket.refresh_from_db()
    assert (ticket.status, ticket.department, ticket.site) == ("dispatched", engineering, site)
    assert ticket.timers.filter(target="sign").exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.RECEPTIONIST, Role.SUPERVISOR, Role.GENERAL_MANAGER])
def test_a_portal_without_company_and_sites_shows_no_page_that_breaks(empty: None, role: Role) -> None:
    user = User.objects.create_user("first", PASSWORD, name="first")
    Membership.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    broken: list[Any] = []
    for method, address, _allowed in PAGES.values():
        if "{" in address or address == "/logout/":
            continue
        status = getattr(client, method)(address).status_code
        if status >= 500:
            broken.append((address, status))
    assert broken == []
    assert get_resolver().resolve("/setup/")
