"""The administrator's pages: who leaves is out at once, nobody is left without an administrator, all is on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import Membership, User
from portal.organization.roles import Role

PASSWORD = "four-words-of-my-own"


@pytest.fixture
def admin(house: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.admin)
    return client


def _url(user: User, what: str = "") -> str:
    return f"/settings/people/{user.pk}/{what}"


def _link_on(client: Client, page: Any) -> str:
    assert page.status_code == 302
    shown = client.get(page["Location"])
    (_name, link, _mailed) = shown.context["links"][0]
    assert link in shown.content.decode()
    assert link not in client.get(page["Location"]).content.decode()  # once
    return str(link).removeprefix("http://testserver")


def _set_password(link: str, password: str) -> Any:
    visitor = Client(HTTP_ACCEPT_LANGUAGE="en")
    form = visitor.get(link, follow=True)
    if not form.context["validlink"]:
        return form
    return visitor.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_an_account_is_opened_its_owner_sets_the_password_and_the_link_is_dead(admin: Client, house: Any) -> None:
    typed = {"username": "YJW-0021", "name": "方晓", "role": Role.RECEPTIONIST, "place": f"s{house.site.pk}"}
    link = _link_on(admin, admin.post("/settings/people/new/", typed))
    person = User.objects.get(username="YJW-0021")
    assert not person.has_usable_password()

    assert _set_password(link, "12345").status_code == 422
    assert _set_password(link, PASSWORD).url == "/login/"
    assert not _set_password(link, "another-four-words-here").context["validlink"]
    client = Client()
    assert client.post("/login/", {"username": "YJW-0021", "password": PASSWORD}).url == "/"
    assert client.get("/queue/").status_code == 200


def test_a_staff_number_is_read_as_at_the_door_and_taken_in_any_capitals(admin: Client, house: Any) -> None:
    common = {"role": Role.RECEPTIONIST, "place": f"s{house.site.pk}"}
    admin.post("/settings/people/new/", {"username": "ＹＪＷ－００３１", "name": "方晓", **common})
    assert User.objects.filter(username="YJW-0031").count() == 1
    for same in ("yjw-0031", "YJW-0031", "Ｙjw-0031"):
        refused = admin.post("/settings/people/new/", {"username": same, "name": "别人", **common})
        assert refused.status_code in {200, 409, 422}
    assert User.objects.filter(username__iexact="YJW-0031").count() == 1


def test_a_new_link_ends_the_old_password_the_sessions_and_every_earlier_link(admin: Client, house: Any) -> None:
    house.reception.set_password(PASSWORD)
    house.reception.save()
    desk = Client()
    desk.post("/login/", {"username": "reception", "password": PASSWORD})
    assert desk.get("/queue/").status_code == 200
    first = _link_on(admin, admin.post(_url(house.reception, "link/")))
    second = _link_on(admin, admin.post(_url(house.reception, "link/")))

    assert desk.get("/queue/").status_code == 302
    assert not _set_password(first, PASSWORD).context["validlink"]
    assert _set_password(second, PASSWORD).status_code == 302


def test_who_is_suspended_is_out_with_the_next_request_and_old_sessions_stay_out(admin: Client, house: Any) -> None:
    desk = Client()
    desk.force_login(house.reception)
    ticket = house.signed()
    link = _link_on(admin, admin.post(_url(house.reception, "link/")))
    desk.force_login(User.objects.get(username="reception"))

    page = admin.post(_url(house.reception, "suspend/"), follow=True)

    assert desk.get("/queue/").status_code == 302
    assert ticket.number in page.content.decode()  # what must be taken over
    assert ticket.title not in page.content.decode()  # and no word of the matter itself
    assert not _set_password(link, PASSWORD).context["validlink"]
    admin.post(_url(house.reception, "take-back/"))
    assert desk.get("/queue/").status_code == 302  # a new sign-in, not the old session


def test_a_role_that_ended_is_gone_with_the_next_request(admin: Client, house: Any) -> None:
    desk = Client()
    desk.force_login(house.reception)
    membership = house.reception.memberships.get()
    admin.post(_url(house.reception, "end-role/"), {"membership": membership.pk})
    assert desk.get("/queue/").status_code == 403


def test_nobody_suspends_himself_and_the_last_administrator_stays(admin: Client, house: Any) -> None:
    own = house.admin.memberships.get()
    assert admin.post(_url(house.admin, "suspend/")).status_code == 422
    assert admin.post(_url(house.admin, "end-role/"), {"membership": own.pk}).status_code == 422
    Membership.objects.create(user=house.ops, role=Role.ADMINISTRATOR)
    house.ops.is_active = False
    house.ops.save()
    assert admin.post(_url(house.admin, "end-role/"), {"membership": own.pk}).status_code == 422
    house.ops.is_active = True
    house.ops.save()
    assert admin.post(_url(house.admin, "end-role/"), {"membership": own.pk}).status_code == 302


@pytest.mark.parametrize(
    ("role", "place"),
    [("administrator", "s{site}"), ("department_staff", "s{site}"), ("receptionist", "d{site}-{department}")],
)
def test_a_role_is_held_where_it_belongs(admin: Client, house: Any, role: str, place: str) -> None:
    where = place.format(site=house.site.pk, department=house.departments["security"].pk)
    before = Membership.objects.count()
    assert admin.post(_url(house.bar, "roles/"), {"role": role, "place": where}).status_code == 422
    assert Membership.objects.count() == before


def test_a_change_of_roles_asks_for_the_password_when_the_last_check_is_old(admin: Client, house: Any) -> None:
    house.admin.set_password(PASSWORD)
    house.admin.save()
    admin.force_login(house.admin)
    session = admin.session
    session["checked_at"] -= 301
    session.save()
    wanted = {"role": "shift_leader", "place": f"s{house.site.pk}"}

    assert admin.post(_url(house.bar, "roles/"), wanted).status_code == 422
    assert admin.post(_url(house.bar, "roles/"), {**wanted, "own_password": "wrong"}).status_code == 422
    assert admin.post(_url(house.bar, "suspend/")).status_code == 422
    assert admin.post(_url(house.bar, "roles/"), {**wanted, "own_password": PASSWORD}).status_code == 302
    assert house.bar.memberships.filter(role="shift_leader").exists()


def test_what_changed_stands_on_the_persons_page_with_who_and_never_the_value(admin: Client, house: Any) -> None:
    typed = {"username": "bar", "name": "林小雨", "phone": "13955550000", "email": ""}
    admin.post(_url(house.bar), typed)
    admin.post(_url(house.bar, "roles/"), {"role": "salesperson", "place": f"s{house.site.pk}"})

    history = admin.get(_url(house.bar)).context["history"]

    assert [(one["what"], one["of"], one["by"]) for one in history] == [
        ("Role given", "Salesperson (云景湾一期)", "admin"),
        ("Account changed", "name; phone", "admin"),
    ]
    entry = AuditEntry.objects.get(action=AuditAction.ACCOUNT_CHANGED)
    assert "13955550000" not in str(entry.__dict__)


def test_a_locked_out_person_is_found_and_let_in_again(admin: Client, house: Any) -> None:
    house.reception.set_password(PASSWORD)
    house.reception.save()
    desk = Client()
    for _attempt in range(6):
        desk.post("/login/", {"username": "reception", "password": "wrong"})
    assert desk.post("/login/", {"username": "reception", "password": PASSWORD}).status_code == 422

    assert [one["username"] for one in admin.get("/settings/people/?state=locked").context["people"]] == ["reception"]
    admin.post(_url(house.reception, "unlock/"))

    assert desk.post("/login/", {"username": "reception", "password": PASSWORD}).status_code == 302


def test_the_list_finds_and_filters_and_its_statements_do_not_follow_the_rows(
    admin: Client, house: Any, django_assert_num_queries: Any
) -> None:
    def listed(query: str) -> set[str]:
        return {one["username"] for one in admin.get(f"/settings/people/?{query}").context["people"]}

    assert listed("q=engineer") == {"engineer", "engineer_b", "engineering_head"}
    assert "neighbour" in listed(f"site={house.next_door.pk}")
    assert "reception" not in listed(f"site={house.next_door.pk}")
    assert listed("state=nonsense&site=x&page=%00") >= {"reception", "neighbour"}
    with django_assert_num_queries(7):
        admin.get("/settings/people/")


def test_a_site_administrator_has_no_settings(house: Any) -> None:
    """He would reach people of other sites, and could give himself everything."""
    Membership.objects.filter(user=house.director).update(role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(house.director)
    assert client.get("/settings/people/").status_code == 403


def test_a_receptionist_who_tries_every_form_of_the_settings_changes_nothing(house: Any) -> None:
    """As an attacker with a desk's session: more posts, another's link, another's session, a site, a mail."""
    desk = Client()
    desk.force_login(house.reception)
    more = {"role": "administrator", "place": "all"}
    tries: list[tuple[str, dict[str, Any]]] = [
        (_url(house.reception, "roles/"), more),
        (_url(house.gm, "link/"), {}),
        (_url(house.gm, "mail-link/"), {}),
        (_url(house.admin, "suspend/"), {}),
        (_url(house.admin, "end-role/"), {"membership": house.admin.memberships.get().pk}),
        (_url(house.gm), {"username": "gm", "name": "x", "email": "mine@example.com"}),
        ("/settings/people/new/", {"username": "me2", "name": "x", **more}),
        ("/setup/people/", {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0, "form-0-username": "me2"}),
        ("/setup/company/", {"name": "x"}),
        ("/settings/sites/", {"code": "XX", "name": "x", "time_zone": "Asia/Shanghai"}),
        ("/setup/departments/", {"site": house.site.pk, "take": "engineering"}),
        ("/setup/check/", {}),
        ("/settings/mail/test/", {}),
    ]
    before = _everything()
    assert {desk.post(address, typed).status_code for address, typed in tries} == {403}
    desk.post("/me/", {"language": "en", "is_active": "0", "role": "administrator", "session_round": "9"})
    desk.post("/switch/", {"kept": '{"to": "/settings/people/new/", "fields": [["username", "me2"]]}'})
    assert _everything() == before


def _everything() -> tuple[Any, ...]:
    return (
        sorted(Membership.objects.values_list("user", "role", "site", "department")),
        sorted(User.objects.values_list("pk", "password", "email", "is_active", "session_round")),
        AuditEntry.objects.exclude(action__in=["signed_in", "signed_out", "settings_changed"]).count(),
    )
