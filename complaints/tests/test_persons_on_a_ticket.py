"""Nobody judges a complaint about himself, a name can stay at the desk, claims go up level by level (C22, C23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from complaints import services
from complaints.errors import NotPossible, NotYours
from complaints.models import Claim
from complaints.models.cases import CASE_TEXTS
from complaints.states import Status
from complaints.tests.house import MORNING, House, messages_of, rows_of
from portal.promises import clock

HOUR = timedelta(hours=1)


def test_whoever_is_complained_about_by_name_does_not_handle_it_and_the_next_role_up_does(house: House) -> None:
    ticket = house.report(about="engineering_head")
    assert ticket.about_person_id == house.engineering_head.pk, "found by the name on the form"
    services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)

    with pytest.raises(NotYours):
        services.sign_for_ticket(ticket.pk, by=house.engineering_head)
    services.sign_for_ticket(ticket.pk, by=house.engineer)
    services.resolve_ticket(ticket.pk, "已道歉", by=house.engineer)
    with pytest.raises(NotYours):
        services.return_form(ticket.pk, by=house.engineering_head)
    services.return_form(ticket.pk, by=house.ops)  # above the department head stands the operations manager
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waits_for_form) == (Status.RESOLVED, False)


def test_a_receptionist_complained_about_leaves_it_to_a_colleague(house: House) -> None:
    ticket = house.report()
    services.name_person_complained_about(ticket.pk, house.reception, by=house.reception_b)
    ticket.refresh_from_db()
    assert ticket.first_responsible is None

    with pytest.raises(NotYours):
        services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)
    with pytest.raises(NotPossible):
        services.name_person_complained_about(ticket.pk, None, by=house.reception)
    with pytest.raises(NotPossible):
        services.name_responsible(ticket.pk, house.reception, by=house.reception_b)
    services.name_responsible(ticket.pk, house.reception_b, by=house.leader)
    assert "ticket.responsible" in messages_of(house.reception_b)


def test_a_hidden_name_reaches_no_page_of_the_department_and_cannot_be_found_or_dialled_there(house: House) -> None:
    ticket = house.signed(visitor_phone="13911112222")
    services.hide_name(ticket.pk, by=house.reception)
    who, room = "王建国1", "8-1-1203"
    engineer, desk = Client(), Client()
    engineer.force_login(house.engineer)
    desk.force_login(house.reception)

    for address in (ticket.url, f"{ticket.url}form/", f"{ticket.url}preview/", "/queue/?tab=all"):
        page = engineer.get(address).content.decode()
        assert ticket.number in page
        for told in (who, room, "1391111", "1380000"):
            assert told not in page, (address, told)
        assert who in desk.get(address).content.decode(), address
    for asked in (who, room, "13911112222"):
        assert rows_of(engineer.get("/queue/", {"tab": "all", "q": asked})) == []
        assert ticket.number not in engineer.get("/find/", {"q": asked}).content.decode()
    phone = house.homes[0].resident.phones.get().pk
    shown = {"what": "phone", "id": phone, "reason": "identify"}
    assert engineer.post("/residents/show/", shown).status_code in {403, 404}
    assert desk.post("/residents/show/", shown).status_code < 400


def test_a_claim_goes_up_level_by_level_and_the_general_manager_decides(house: House) -> None:
    ticket = house.signed()
    claim = services.make_claim(ticket.pk, "地板泡坏", 250_000, by=house.reception)
    services.make_claim(ticket.pk, "地板泡坏", 250_000, by=house.reception)
    assert Claim.objects.count() == 1

    for level, person in enumerate(("engineering_head", "ops", "manager")):
        with pytest.raises(NotYours):
            services.pass_claim_up(ticket.pk, "?", by=house.security_head)
        with pytest.raises(NotPossible):
            services.decide_claim(ticket.pk, 1, "?", by=house.people[person])
        services.pass_claim_up(ticket.pk, f"意见{level}", by=house.people[person])
    assert messages_of(house.gm)[-1] == "ticket.claim"
    gm = Client()
    gm.force_login(house.gm)
    assert ticket.number in rows_of(gm.get("/queue/?tab=mine"))
    services.decide_claim(ticket.pk, 200_000, "按定损", by=house.gm)

    claim.refresh_from_db()
    assert (claim.granted_cents, claim.decided_by_id) == (200_000, house.gm.pk)
    assert [event.kind for event in ticket.events.all()][-5:] == ["claimed", *["claim_passed_up"] * 3, "claim_decided"]
    with clock.standing_at(MORNING + HOUR), pytest.raises(NotPossible):
        services.pass_claim_up(ticket.pk, "?", by=house.gm)


def test_a_claim_passes_over_whoever_is_complained_about(house: House) -> None:
    ticket = house.signed()
    services.make_claim(ticket.pk, "地板泡坏", 100, by=house.reception)
    services.name_person_complained_about(ticket.pk, house.engineering_head, by=house.reception)
    services.pass_claim_up(ticket.pk, "属实", by=house.ops)
    assert Claim.objects.get().level == "supervising_manager"


def test_who_does_not_know_a_hidden_name_cannot_find_it_out_by_guessing(house: House) -> None:
    ticket = house.informed()
    words = dict.fromkeys(CASE_TEXTS, "王建国1家漏水")
    with pytest.raises(NotPossible):
        services.write_case(ticket.pk, words, by=house.engineer)

    services.hide_name(ticket.pk, by=house.reception)

    services.write_case(ticket.pk, words, by=house.engineer)
    with pytest.raises(NotPossible):
        services.write_case(ticket.pk, dict.fromkeys(CASE_TEXTS, "王建国1"), by=house.supervisor, version=1)
