"""Taking a whole import back: what came with it goes, what it changed stands as before; what is in use stays."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from portal.promises import clock
from residents.finding import index_again
from residents.models import (
    ChangedByImport,
    IdentityNumber,
    ImportRun,
    ImportState,
    Phone,
    Residence,
    Resident,
    Unit,
    Vehicle,
)

TABLES: dict[str, type[models.Model]] = {"unit": Unit, "residence": Residence}
OURS = "residents"
BATCH = 1000


@dataclass(frozen=True)
class TakenBack:
    units: int
    people: int
    kept_units: int
    kept_people: int
    kept_by_hand: list[str]  # rooms of which a person has changed something since


class NotToBeUndone(Exception):
    """Only an import that is in, and after which no other went in, can be taken back."""


@transaction.atomic
def undo(run_id: int) -> TakenBack:
    """Take the import back. Raises NotToBeUndone; repeating it is refused the same way."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state != ImportState.DONE:
        raise NotToBeUndone
    if ImportRun.objects.filter(site=run.site, state=ImportState.DONE, pk__gt=run.pk).exists():
        raise NotToBeUndone
    kept_by_hand = _restore(run)
    busy = _in_use(Resident)
    gone = Resident.objects.filter(~busy, arrived_with=run)
    kept_people = Resident.objects.filter(busy, arrived_with=run).count()
    # Explicit and in order: a cascade would fetch a hundred thousand rows first.
    here = Q(arrived_with=run) | Q(resident__arrived_with=run)
    leaving = ~Exists(Resident.objects.filter(busy, pk=OuterRef("resident"), arrived_with=run))
    grown = set(
        Phone.objects.filter(arrived_with=run).exclude(resident__arrived_with=run).values_list("resident_id", flat=True)
    )
    for table in (Phone, IdentityNumber, Residence):
        table.objects.filter(leaving, here).delete()
    index_again(Resident.objects.filter(pk__in=grown))
    people = gone.filter(~Exists(Residence.objects.filter(resident=OuterRef("pk"))))._raw_delete("default")
    units = Unit.objects.filter(arrived_with=run)
    lived = Exists(Residence.objects.filter(unit=OuterRef("pk")))
    kept = units.filter(_in_use(Unit) | lived)
    kept_units = kept.count()
    empty = units.exclude(pk__in=kept.values("pk"))
    Vehicle.objects.filter(Q(arrived_with=run, until=None) | Q(unit__in=empty)).delete()
    homes = empty._raw_delete("default")
    run.state, run.finished_at = ImportState.UNDONE, clock.now()
    run.save(update_fields=["state", "finished_at"])
    return TakenBack(homes, people, kept_units, kept_people, kept_by_hand)


def _restore(run: ImportRun) -> list[str]:
    """Put back what the import changed, but for what a person has changed since; the rooms where that is so."""
    kept: dict[str, None] = {}
    for kind, table in TABLES.items():
        changes = ChangedByImport.objects.filter(run=run, kind=kind).order_by("-pk")
        for change in changes.iterator(BATCH):
            row = table._default_manager.filter(pk=change.row_id).first()
            if row is None:
                continue
            by_hand = set(getattr(row, "by_hand", ()))
            before = {name: value for name, value in change.before.items() if name not in by_hand}
            if len(before) < len(change.before):
                kept[str(row)] = None
            if before:
                table._default_manager.filter(pk=change.row_id).update(**before)
    return list(kept)


def _in_use(table: type[models.Model]) -> Q:
    """Rows that something outside the archive names (a ticket, say), or a note that somebody wrote since."""
    found = Q(pk__in=())
    for relation in table._meta.related_objects:
        model = relation.related_model
        if model._meta.app_label != OURS or model._meta.model_name == "unitnote":
            found |= Q(Exists(model._default_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return found | ~Q(by_hand=[])  # what a person did there outlives the file
