"""Views of the queue that people save for themselves: own only, ten at most, counted where that costs nothing."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from complaints.models import SavedView, Ticket
from complaints.saved_views import MOST_VIEWS, save_view
from complaints.states import Severity
from complaints.tests.house import House, rows_of


def _client(house: House, name: str = "reception") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(house.people[name])
    return client


def test_what_is_seen_now_becomes_a_tab_with_its_count_for_oneself_alone(house: House) -> None:
    for severity in (Severity.MAJOR, Severity.MINOR):
        house.report(timezone.now(), severity=severity)
    client = _client(house)
    answer = client.post("/queue/views/", {"tab": "all", "severity": "major", "name": "重大件"}, follow=True)

    own = answer.context["tabs"][-1]
    assert (own["label"], own["count"], own["current"]) == ("重大件", "1", True)
    assert [Ticket.objects.get(number=number).severity for number in rows_of(answer)] == ["major"]
    assert "重大件" not in _client(house, "leader").get("/queue/").content.decode()


def test_a_view_with_a_text_has_no_count(house: House) -> None:
    save_view(house.reception, "一期", {"tab": "all", "q": "8-1"})
    own = _client(house).get("/queue/").context["tabs"][-1]
    assert (own["label"], own["count"]) == ("一期", None)


def test_renaming_moving_and_deleting_without_script(house: House) -> None:
    first, second = (save_view(house.reception, name, {"tab": "all", "late": "1"}) for name in ("甲", "乙"))
    client = _client(house)
    client.post(f"/queue/views/{second.pk}/", {"do": "left", "name": "乙"})
    client.post(f"/queue/views/{first.pk}/", {"do": "rename", "name": "丙"})
    assert [view["name"] for view in client.get("/queue/views/").context["views"]] == ["乙", "丙"]

    assert client.post(f"/queue/views/{first.pk}/", {"do": "rename", "name": "乙"}).status_code == 409
    client.post(f"/queue/views/{second.pk}/", {"do": "delete"})
    assert [view["name"] for view in client.get("/queue/views/").context["views"]] == ["丙"]


def test_somebody_elses_view_is_not_there(house: House) -> None:
    view = save_view(house.leader, "甲", {"tab": "all"})
    client = _client(house)
    assert client.post(f"/queue/views/{view.pk}/", {"do": "rename", "name": "x"}).status_code == 404
    client.post(f"/queue/views/{view.pk}/", {"do": "delete"})
    assert SavedView.objects.get().name == "甲"


def test_the_eleventh_is_refused_and_the_same_name_replaces(house: House) -> None:
    for n in range(MOST_VIEWS):
        save_view(house.reception, f"视图{n}", {"tab": "all"})
    client = _client(house)
    assert client.post("/queue/views/", {"tab": "all", "name": "再一个"}).status_code == 409
    assert client.post("/queue/views/", {"tab": "to_sign", "name": "视图0"}).status_code == 302
    assert SavedView.objects.get(name="视图0").filter == {"tab": "to_sign"}
