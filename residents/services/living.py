"""Who lives where, how they are reached, and what staff must know about a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import sealing
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.promises import clock
from residents import phones as numbers
from residents.errors import NotYours, Refused
from residents.finding import index_again
from residents.models import ApiToken, IdentityNumber, Phone, Relation, Residence, Resident, Unit, UnitNote, Vehicle


@dataclass(frozen=True)
class Newcomer:
    """Somebody who moves in, as the form says it; ``numbers`` are as phones.normalized gives them."""

    name: str
    relation: Relation
    form_of_address: str = ""
    numbers: list[str] = field(default_factory=list)
    since: date | None = None


@transaction.atomic
def move_in(unit_id: int, newcomer: Newcomer, *, by: User) -> Residence:
    """A new relation to the unit; who is known on the site by this name and number is the same person."""
    unit = _unit(unit_id, by)
    already = unit.residences.filter(resident__name=newcomer.name, until=None).select_related("resident").first()
    if already is not None:
        return already  # a double click
    known = Resident.objects.filter(
        name=newcomer.name, phones__number__in=newcomer.numbers, residences__unit__site=unit.site_id
    ).first()
    resident = known or Resident.objects.create(name=newcomer.name, form_of_address=newcomer.form_of_address)
    Phone.objects.bulk_create(
        (Phone(resident=resident, number=number) for number in newcomer.numbers), ignore_conflicts=True
    )
    index_again(Resident.objects.filter(pk=resident.pk))
    residence = Residence.objects.create(unit=unit, resident=resident, relation=newcomer.relation, since=newcomer.since)
    _note(by, f"unit {unit.uuid}", ["residents"])
    return residence


@transaction.atomic
def move_out(residence_id: int, until: date, *, by: User) -> Residence:
    """The last day of somebody in a unit. Raises Refused for a day before the first one."""
    residence = Residence.objects.select_for_update(no_key=True).select_related("unit", "resident").get(pk=residence_id)
    _unit(residence.unit_id, by)
    if residence.since is not None and until < residence.since:
        raise Refused(_("The last day lies before the first."))
    residence.until = until
    residence.save(update_fields=["until"])
    _by_hand(residence.resident, ["until"])
    _note(by, f"unit {residence.unit.uuid}", ["until"])
    return residence


@transaction.atomic
def change_resident(resident_id: int, changes: Mapping[str, Any], *, by: User) -> Resident:
    """Set some of name, form_of_address, birthday, contact, do_not_call, remarks, language."""
    resident = _resident(resident_id, by)
    named = resident.name
    changed = _set(resident, changes)
    if "name" in changed:
        resident.former_names = [*resident.former_names, named]
        resident.save(update_fields=["former_names"])
    if changed:
        index_again(Resident.objects.filter(pk=resident.pk))
        _note(by, f"resident {resident.uuid}", changed)
    return resident


@transaction.atomic
def add_number(resident_id: int, number: str, *, by: User) -> None:
    resident = _resident(resident_id, by)
    _added, new = Phone.objects.get_or_create(resident=resident, number=number)
    if new:
        print_of_it = numbers.fingerprint(number)
        resident.dropped_numbers = [one for one in resident.dropped_numbers if one != print_of_it]
        resident.save(update_fields=["dropped_numbers"])
        _by_hand(resident, ["phone"])
        index_again(Resident.objects.filter(pk=resident.pk))
        _note(by, f"resident {resident.uuid}", ["phone"])


@transaction.atomic
def drop_number(phone_id: int, *, by: User) -> None:
    """A number that is no longer theirs opens nothing any more, and no file brings it back; repeating it is nothing."""
    phone = Phone.objects.filter(pk=phone_id).first()
    if phone is None:
        return
    resident = _resident(phone.resident_id, by)
    resident.dropped_numbers = [*resident.dropped_numbers, numbers.fingerprint(phone.number)]
    resident.save(update_fields=["dropped_numbers"])
    _by_hand(resident, ["phone"])
    phone.delete()
    index_again(Resident.objects.filter(pk=resident.pk))
    _note(by, f"resident {resident.uuid}", ["phone"])


@transaction.atomic
def set_identity(resident_id: int, number: str, *, by: User) -> None:
    resident = _resident(resident_id, by)
    IdentityNumber.objects.update_or_create(
        resident=resident,
        defaults={
            "sealed": sealing.seal(number.encode()).decode(),
            "fingerprint": sealing.fingerprint(number),
        },
    )
    _by_hand(resident, ["identity"])
    _note(by, f"resident {resident.uuid}", ["identity"])


@transaction.atomic
def add_vehicle(unit_id: int, plate: str, space: str, *, by: User) -> None:
    unit = _unit(unit_id, by)
    Vehicle.objects.update_or_create(unit=unit, plate=plate, defaults={"space": space, "until": None})
    _note(by, f"unit {unit.uuid}", ["vehicle"])


@transaction.atomic
def end_vehicle(vehicle_id: int, until: date, *, by: User) -> None:
    vehicle = Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle_id)
    unit = _unit(vehicle.unit_id, by)
    vehicle.until = until
    vehicle.save(update_fields=["until"])
    _note(by, f"unit {unit.uuid}", ["vehicle"])


@transaction.atomic
def sign_out_of_app(resident_id: int, *, by: User) -> int:
    """A phone is lost: whoever holds it is signed out of the residents' API at once; how many tokens went."""
    resident = _resident(resident_id, by)
    numbers = Phone.objects.filter(resident=resident).values("number")
    gone, _rows = ApiToken.objects.filter(user__phone__in=numbers).delete()
    _note(by, f"resident {resident.uuid}", ["app"])
    return int(gone)


@transaction.atomic
def write_note(unit_id: int, text: str, until: date | None, review_on: date | None, *, by: User) -> UnitNote:
    """What staff must see at this unit, to a last day or to be looked at again on one."""
    unit = _unit(unit_id, by)
    note, _new = UnitNote.objects.get_or_create(
        unit=unit,
        text=text,
        ended_at=None,
        defaults={"until": until, "review_on": review_on, "by": by, "made_at": clock.now()},
    )
    _note(by, f"unit {unit.uuid}", ["note"])
    return note


@transaction.atomic
def end_note(note_id: int, *, by: User) -> None:
    note = UnitNote.objects.select_for_update(no_key=True).get(pk=note_id)
    unit = _unit(note.unit_id, by)
    if note.ended_at is None:
        note.ended_at = clock.now()
        note.save(update_fields=["ended_at"])
        _note(by, f"unit {unit.uuid}", ["note"])


@transaction.atomic
def change_unit(unit_id: int, changes: Mapping[str, Any], *, by: User) -> Unit:
    """Set some of status, area, layout, use, remarks."""
    unit = _unit(unit_id, by)
    changed = _set(unit, changes)
    if changed:
        _note(by, f"unit {unit.uuid}", changed)
    return unit


def _unit(unit_id: int, by: User) -> Unit:
    """The unit, held until the end of the transaction. Raises NotYours."""
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit_id)
    if not by.scope.holds(DESK, site_id=unit.site_id):
        raise NotYours(_("Only the front desk of the site changes its archive."))
    return unit


def _resident(resident_id: int, by: User) -> Resident:
    """The person, held, if one of their homes is at a site of this desk. Raises NotYours."""
    resident = Resident.objects.select_for_update(no_key=True).get(pk=resident_id)
    sites = resident.residences.values_list("unit__site_id", flat=True)
    if not any(by.scope.holds(DESK, site_id=site) for site in sites):
        raise NotYours(_("Only the front desk of the site changes its archive."))
    return resident


def _set(row: Unit | Resident, changes: Mapping[str, Any]) -> list[str]:
    """Save what is otherwise than it was; the names of those fields."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.save(update_fields=changed)
        _by_hand(row, changed)
    return changed


def _by_hand(row: Unit | Resident, fields: Iterable[str]) -> None:
    """Remember that a person did this: what an import brings does not undo it."""
    row.by_hand = sorted({*row.by_hand, *fields})
    row.save(update_fields=["by_hand"])


def _note(by: User, subject: str, fields: Iterable[str]) -> None:
    record(AuditAction.ARCHIVE_CHANGED, by=by, subject=subject, fields=list(fields))
