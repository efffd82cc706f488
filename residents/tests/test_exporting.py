"""What leaves the archive as a workbook: masked, or whole with a reason; and what an import makes of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from portal.audit.models import AuditAction, AuditEntry
from portal.organization.models import Company, Site
from residents.models import IdentityNumber, Phone, Residence, Unit, Vehicle
from residents.register import runs
from residents.tests.test_registers import EXPECTED, REGISTER


@pytest.fixture
def filled(house: Any) -> Site:
    """A site with the whole register of 1,157 homes."""
    site = Site.objects.create(company=Company.objects.get(), code="FUL", name="满")
    runs.import_at_once(io.BytesIO(REGISTER.read_bytes()), "register.xlsx", site)
    return site


def client_of(house: Any, who: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.people[who])
    return client


def brought_in(content: bytes) -> tuple[Site, runs.Tally]:
    other = Site.objects.create(company=Company.objects.get(), code="OTH", name="另一个")
    return other, runs.import_at_once(io.BytesIO(content), "export.xlsx", other)


def codes(tally: runs.Tally) -> set[str]:
    return {wrong.code for _row, wrong in tally.problems}


def test_the_whole_export_is_read_again_as_it_was(house: Any, filled: Site) -> None:
    answer = client_of(house, "gm").post("/residents/export/?site=FUL", {"reason": "年度核对"})
    other, tally = brought_in(answer.getvalue())

    assert tally.problems == []
    assert {name: tally.counts[name] for name in ("units", "people", "phones", "plates", "tenants")} == {
        name: EXPECTED[name] for name in ("units", "people", "phones", "plates", "tenants")
    }
    for table, path in ((Phone, "resident__residences__unit__site"), (Vehicle, "unit__site"), (Unit, "site")):
        kept = table._default_manager.filter(**{path: filled}).distinct().count()
        assert table._default_manager.filter(**{path: other}).distinct().count() == kept
    cards = IdentityNumber.objects.filter(resident__residences__unit__site=filled).distinct().count()
    assert IdentityNumber.objects.filter(resident__residences__unit__site=other).distinct().count() == cards > 0
    entry = AuditEntry.objects.get(action=AuditAction.EXPORTED)
    assert (entry.by, entry.subject, entry.reason) == (house.people["gm"], "site FUL", "年度核对")
    assert {"phone", "plate", "identity"} <= set(entry.fields)


def test_the_masked_export_says_what_it_is_and_an_import_leaves_its_numbers_out(house: Any, filled: Site) -> None:
    answer = client_of(house, "gm").get("/residents/export.xlsx?site=FUL")
    assert "masked" in answer["Content-Disposition"]
    other, tally = brought_in(answer.getvalue())

    assert codes(tally) == {"phone_masked", "plate_masked"}
    assert tally.counts["refused"] == 0
    assert (tally.counts["units"], tally.counts["people"]) == (EXPECTED["units"], EXPECTED["people"])
    assert tally.skipped == [("号码已遮蔽", "no_header")]
    assert not Phone.objects.filter(resident__residences__unit__site=other).exists()
    assert Residence.objects.filter(unit__site=other).count() == EXPECTED["people"]


def test_without_a_reason_nothing_leaves_and_who_may_not_sees_no_link(house: Any) -> None:
    address = f"/residents/export/?site={house.site.code}"
    assert client_of(house, "supervisor").post(address, {"reason": " "}).status_code == 422
    assert not AuditEntry.objects.filter(action=AuditAction.EXPORTED).exists()
    assert client_of(house, "reception").post(address, {"reason": "x"}).status_code in (403, 404)
    assert "/residents/export/" in client_of(house, "supervisor").get("/residents/").content.decode()
    assert "/residents/export/" not in client_of(house, "reception").get("/residents/").content.decode()
