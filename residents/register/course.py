"""What people do with a register on its page: explain columns, let it in, take it back."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import User
from residents.models import ColumnMeaning, ImportRun, ImportState
from residents.register import undoing
from residents.register.undoing import TakenBack


class NotNow(Exception):
    """The run is not where this step begins; somebody, or the worker, was faster."""


def explain_columns(run_id: int, told: Mapping[str, str], buildings: Mapping[str, str] | None = None) -> None:
    """Remember for the site what its headers mean, for the file which building a sheet is about, and try it again.

    Raises NotNow.
    """
    with transaction.atomic():
        run = _locked(run_id, ImportState.TRIED)
        ColumnMeaning.objects.bulk_create(
            (ColumnMeaning(site_id=run.site_id, header=header, field=field) for header, field in told.items()),
            update_conflicts=True,
            unique_fields=["site", "header"],
            update_fields=["field"],
        )
        run.buildings |= buildings or {}
        run.state = ImportState.WAITING
        run.save(update_fields=["state", "buildings"])


def let_in(run_id: int, *, by: User) -> None:
    """The rows go in as soon as the worker takes them up. Raises NotNow."""
    with transaction.atomic():
        run = _locked(run_id, ImportState.TRIED)
        run.state = ImportState.APPROVED
        run.rows_done = 0
        run.save(update_fields=["state", "rows_done"])
        record(AuditAction.IMPORTED, by=by, subject=f"import {run.uuid}")


def take_back(run_id: int, *, by: User) -> TakenBack:
    """Raises undoing.NotToBeUndone."""
    with transaction.atomic():
        taken = undoing.undo(run_id)
        run = ImportRun.objects.only("uuid").get(pk=run_id)
        record(AuditAction.IMPORT_TAKEN_BACK, by=by, subject=f"import {run.uuid}")
    return taken


def _locked(run_id: int, expected: ImportState) -> ImportRun:
    run = ImportRun.objects.select_for_update(no_key=True).defer("sealed_file").get(pk=run_id)
    if run.state != expected:
        raise NotNow
    return run
