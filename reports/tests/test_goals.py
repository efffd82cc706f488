"""The goals of the house: set by the administrator, for the company and for a site, and read from the next look on."""

from __future__ import annotations

import pytest
from django.test import Client

from complaints.models import Goal
from complaints.remembered import goal_percent
from complaints.tests.house import House
from portal import memo
from portal.audit.models import AuditEntry
from reports.goals import AIMS, goals_of
from visits.goals import goal_of
from visits.models import VisitGoal


@pytest.fixture
def admin(house: House) -> Client:
    found = Client(HTTP_ACCEPT_LANGUAGE="en")
    found.force_login(house.people["admin"])
    return found


def the_company_s(**other: int) -> dict[str, int]:
    return {code: aim.shipped for code, aim in AIMS.items()} | other


def test_a_site_s_goal_stands_before_the_company_s_and_goes_when_emptied(
    house: House, admin: Client, django_capture_on_commit_callbacks: object
) -> None:
    site = f"/settings/goals/{house.site.pk}/"
    assert admin.post("/settings/goals/", the_company_s(in_limit=90, coverage=70)).status_code == 302
    assert admin.post(site, dict.fromkeys(AIMS, "") | {"in_limit": "97", "coverage": "100"}).status_code == 302
    memo.forget()
    assert goal_percent(Goal.Code.IN_LIMIT, house.site.pk) == 97
    assert goal_percent(Goal.Code.IN_LIMIT, None) == 90
    assert goal_of(VisitGoal.Code.COVERAGE, house.site.pk) == 100
    assert "97" in admin.get(site).content.decode()

    written = AuditEntry.objects.filter(subject=f"goals site {house.site.pk}")
    assert sorted(written.get().fields) == ["coverage", "in_limit"]
    admin.post(site, dict.fromkeys(AIMS, "") | {"in_limit": "97", "coverage": "100"})
    assert written.count() == 1, "sent twice"

    admin.post(site, dict.fromkeys(AIMS, ""))
    memo.forget()
    assert goals_of(house.site) == {}
    assert goal_percent(Goal.Code.IN_LIMIT, house.site.pk) == 90


@pytest.mark.parametrize(("code", "typed"), [("in_limit", "101"), ("satisfied", "viel"), ("coverage", "0")])
def test_what_is_no_goal_is_said_and_changes_nothing(house: House, admin: Client, code: str, typed: str) -> None:
    before = goals_of(None)
    page = admin.post("/settings/goals/", the_company_s(requests_called=50) | {code: typed})
    assert page.status_code == 422
    assert f'href="#id_{code}"' in page.content.decode()
    assert goals_of(None) == before
