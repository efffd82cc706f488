"""Parties at tables: seated, offered, refilled, looked after, left, cleared; rounds in the VIP rooms (B3, B4)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bar_service.errors import NotHere, Refused
from bar_service.hall import OF_A_TABLE, cared_of, state_now
from bar_service.models import BarTable, Party, Run
from bar_service.models.house import CheckItem
from bar_service.promised import Target, amount, bar_day
from bar_service.services.change import Change
from bar_service.states import MAY, TableState
from portal.organization.models import User
from portal.organization.roles import Role

MOST_PEOPLE = 40


def seat_party(change: Change, table: int, size: int, brought_by: User | None = None) -> None:
    """A party sits down; in a VIP room the first round runs from here. Raises Refused for a table that is taken."""
    found = table_of(change, table)
    _require(change, found, None)
    refuse_after_closing(change)
    if not 1 <= size <= MOST_PEOPLE:
        raise Refused(_("How many are they?"))
    if brought_by is not None and not brought_by.scope.holds({Role.SALESPERSON}, change.bar.site_id):
        raise Refused(_("Nobody of that name sells here."))
    party = Party(
        bar=change.bar, table=found, size=size, brought_by=brought_by, greeted_by=change.by, seated_at=change.at
    )
    if found.is_vip:
        party.matter = change.matter(found.name)
    change.party = change.make(party)
    if party.matter is not None:
        change.begin(Target.VIP_ROUND, party.matter, change.at)


def offer_drinks(change: Change, table: int) -> None:
    _here(change, table)
    _mark(change, "offered_at")


def note_no_drinks(change: Change, table: int, reason: str) -> None:
    party = _here(change, table)
    change.words = Party.NoDrinks(reason).value
    change.set(party, no_drinks=reason, offered_at=_later(party.offered_at, change.at))


def refill(change: Change, table: int) -> None:
    party = _here(change, table)
    change.set(party, poured_at=_later(party.poured_at, change.at), refills=party.refills + 1)


def change_ashtray(change: Change, table: int) -> None:
    _here(change, table)
    _mark(change, "ashtray_at")


def make_round(change: Change, table: int) -> None:
    """A look into the VIP room: this turn is kept, the next begins at the press."""
    party = _here(change, table)
    if party.matter is None:
        raise Refused(_("Rounds are made in VIP rooms."))
    behind = party.round_at is not None and change.at <= party.round_at
    _mark(change, "round_at")
    if not behind:  # a press that was overtaken on its way is one more look, and moves no clock
        _keep_round(change, party)


def _keep_round(change: Change, party: Party) -> None:
    assert party.matter is not None
    late_already = list(party.matter.timers.open().filter(breached_at__isnull=False, due_at__gte=change.at))
    change.meet(party.matter)
    change.begin(Target.VIP_ROUND, party.matter, change.at)
    for timer in late_already:  # told as late while the tablet had no line
        change.tell_role(
            Role.SUPERVISOR, "round_in_time", f"in-time:{timer.pk}", label=party.matter.label, at=change.at.isoformat()
        )


def see_party_off(change: Change, table: int) -> None:
    """They leave; the table is to be cleared at once."""
    party = _here(change, table)
    if party.orders.filter(status="placed").exists():
        raise Refused(_("Something they ordered is not served yet: serve it or cancel it."))
    change.cancel(party.matter, "left")
    change.set(party, left_at=max(change.at, party.seated_at))


def clear_table(change: Change, table: int) -> None:
    party = _here(change, table)
    assert party.left_at is not None
    change.set(party, cleared_at=max(change.at, party.left_at))


def table_of(change: Change, table: int) -> BarTable:
    found = BarTable.objects.filter(bar=change.bar, pk=table).first()
    if found is None:
        raise NotHere(_("There is no such table."))
    change.table, change.about = found, f"table:{found.pk}"
    return found


def party_at(change: Change, table: int) -> Party:
    """Who sits there, for an act that this table's state allows. Raises Refused."""
    return _here(change, table)


def refuse_after_closing(change: Change) -> None:
    day = bar_day(change.at, change.bar.site.zone)
    closed = Run.objects.filter(bar=change.bar, day=day, checklist=CheckItem.Checklist.CLOSE, done_at__lte=change.at)
    if closed.exists():
        raise Refused(_("The bar is closed for today. Take the closing back first."))


def _here(change: Change, table: int) -> Party:
    found = table_of(change, table)
    party = Party.objects.at_tables().select_related("matter", "table").filter(table=found).first()
    _require(change, found, party)
    assert party is not None
    if change.at < party.seated_at:
        raise Refused(_("Other guests sit there now: this was pressed before they came."))
    change.party = party
    return party


def _require(change: Change, table: BarTable, party: Party | None) -> None:
    if party is None:
        party = Party.objects.at_tables().filter(table=table).first()
    state = TableState.FREE if party is None else _state(change, party)
    if change.kind in MAY[state]:
        return
    raise Refused(
        {
            TableState.FREE: _("Nobody sits at %(table)s."),
            TableState.TO_CLEAR: _("%(table)s is to be cleared first."),
        }.get(state, _("%(table)s is taken."))
        % {"table": table}
    )


def _state(change: Change, party: Party) -> TableState:
    site = change.bar.site_id
    limits = {target: amount(site, target) for target in OF_A_TABLE}
    return state_now(cared_of(party, smoking=False, ordered=True), limits, change.now)


def _mark(change: Change, moment: str) -> None:
    """The last attention of its kind; one that was overtaken on its way does not turn the clock back."""
    assert change.party is not None
    change.set(change.party, **{moment: _later(getattr(change.party, moment), change.at)})


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)
