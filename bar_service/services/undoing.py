"""Taking back one's own press: a counter-act that puts back exactly what it changed (docs/sla.md, "Undo")."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _

from bar_service.errors import NotHere, NotYours, Refused
from bar_service.models import Act, BarTimer, BarTimerStep, DrinkOrder, Movement
from bar_service.services import stock
from bar_service.services.change import ArrivedBefore, Change, row_named
from bar_service.states import CANNOT_BE_UNDONE, ActKind
from portal.promises.models import TimerEventKind, TimerState
from portal.promises.timekeeping import standing

WITHIN = timedelta(minutes=10)  # the bar on the screen stays ten seconds


def undo(change: Change, act: int) -> None:
    """Refused when somebody acted on the same table, hat or list since, after ten minutes, and for signatures."""
    found = Act.objects.select_related("table", "party").filter(bar=change.bar, pk=act).first()
    if found is None:
        raise NotHere(_("There is nothing to undo."))
    if found.by_id != change.by.pk:
        raise NotYours(_("Only who did it takes it back."))
    if Act.objects.filter(undoes=found).exists():
        raise ArrivedBefore
    _refuse_too_late(change, found)
    change.undoes, change.about, change.table, change.party = found, found.about, found.table, found.party
    change.words = found.words
    for entry in reversed(found.details["before"]):
        _put_back(change, entry)
    for name, pk in reversed(found.details["made"]):
        _take_away(change, row_named(name, pk))
    for pk in found.details["begun"]:
        timer = BarTimer.objects.select_for_update(no_key=True).get(pk=pk)
        change.ledger.cancel(timer, cause="undone")
    for pk, how in found.details["closed"]:
        _let_run_on(change, pk, how)


def can_undo(act: Act, by_id: int, now: datetime) -> bool:
    """Whether a page offers it; the service looks again."""
    return act.by_id == by_id and act.kind not in CANNOT_BE_UNDONE and now - act.arrived_at <= WITHIN


def _refuse_too_late(change: Change, act: Act) -> None:
    if act.kind in CANNOT_BE_UNDONE:
        raise Refused(_("This cannot be taken back."))
    if change.now - act.arrived_at > WITHIN:
        raise Refused(_("This can no longer be undone: more than ten minutes have passed."))
    since = Act.objects.filter(bar=change.bar, about=act.about, pk__gt=act.pk, undone_by=None)
    if since.exclude(kind=ActKind.UNDO).exists():
        raise Refused(_("This can no longer be undone: something was done there since."))


def _put_back(change: Change, entry: dict[str, object]) -> None:
    row = row_named(str(entry["row"]), entry["pk"])  # type: ignore[arg-type]
    was, now = entry["was"], entry["is"]
    assert isinstance(was, dict)
    assert isinstance(now, dict)
    fields = {name: row._meta.get_field(name) for name in was}
    if any(getattr(row, name) != field.to_python(now[name]) for name, field in fields.items()):  # type: ignore[union-attr]
        raise Refused(_("This can no longer be undone: something was done there since."))
    change.set(row, **{name: field.to_python(was[name]) for name, field in fields.items()})  # type: ignore[union-attr]


def _take_away(change: Change, row: models.Model) -> None:
    """Nothing is deleted: a movement gets its counter-movement, an order is cancelled, the rest withdrawn."""
    if isinstance(row, Movement):
        stock.put_back(change, row)
    elif isinstance(row, DrinkOrder):
        change.set(row, status=DrinkOrder.Status.CANCELLED)
    else:
        change.set(row, withdrawn_at=change.now)


def _let_run_on(change: Change, pk: int, how: str) -> None:
    timer = BarTimer.objects.select_for_update(no_key=True).get(pk=pk)
    kind = TimerEventKind.MET if how == "met" else TimerEventKind.CANCELLED
    steps = list(BarTimerStep.objects.filter(timer=timer).order_by("pk"))
    ended = [step.pk for step in standing(steps) if step.kind == kind]
    change.ledger.undo(timer, TimerState.RUNNING, None, [step for step in steps if step.pk not in ended], undone=ended)
