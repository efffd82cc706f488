"""Hats and boots: out by name, back, cleaned, damaged, lost (B5)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bar_service.errors import NotHere, Refused
from bar_service.models import Gear, Loan, Party
from bar_service.promised import Target
from bar_service.services.change import Change

State = Gear.State


def lend(change: Change, gear: int, to: str = "", party: int | None = None) -> None:
    """In a rush the name may follow; without one the bar does not close. Raises Refused for what is not ready."""
    found = _gear(change, gear)
    if found.state != State.READY:
        raise Refused(_("%(item)s is not ready: %(state)s.") % {"item": found, "state": found.get_state_display()})
    if Loan.objects.out().filter(gear=found).exists():
        raise Refused(_("%(item)s is out already.") % {"item": found})
    name = " ".join(to.split())[:40]
    matter = change.matter(f"{found.number} {name}")
    whose = Party.objects.filter(bar=change.bar, pk=party).first() if party else None
    change.make(Loan(gear=found, to=name, party=whose, lent_at=change.at, lent_by=change.by, matter=matter))
    change.words = f"{found.number} {name}".strip()
    change.begin(Target.GEAR_BACK, matter, change.at)


def name_borrower(change: Change, gear: int, to: str) -> None:
    loan = _loan(change, gear)
    name = " ".join(to.split())[:40]
    if not name:
        raise Refused(_("Who has it?"))
    change.words = f"{loan.gear.number} {name}"
    change.set(loan, to=name)
    if loan.matter is not None:
        change.set(loan.matter, label=change.words)


def take_back(change: Change, gear: int) -> None:
    """It comes back and is cleaned before the next head."""
    _bring_back(change, gear, State.DIRTY)


def note_damaged(change: Change, gear: int) -> None:
    _bring_back(change, gear, State.DAMAGED)


def note_lost(change: Change, gear: int) -> None:
    _bring_back(change, gear, State.LOST)


def note_clean(change: Change, gear: int) -> None:
    """Cleaned, mended or found again: ready for the next."""
    found = _gear(change, gear)
    if Loan.objects.out().filter(gear=found).exists():
        raise Refused(_("%(item)s is out.") % {"item": found})
    if found.state != State.READY:
        change.set(found, state=State.READY)


def _bring_back(change: Change, gear: int, state: State) -> None:
    """The loan ends where there is one: also on the shelf something can be found broken, or missing."""
    found = _gear(change, gear)
    loan = Loan.objects.out().select_related("matter").filter(gear=found).first()
    if loan is None and state == State.DIRTY:
        raise Refused(_("%(item)s is not out.") % {"item": found})
    if loan is not None:
        change.meet(loan.matter)
        change.set(loan, back_at=max(change.at, loan.lent_at), back_as=state)
        change.words = f"{found.number} {loan.to}".strip()
    change.set(found, state=state)


def _loan(change: Change, gear: int) -> Loan:
    found = _gear(change, gear)
    loan = Loan.objects.out().select_related("gear", "matter").filter(gear=found).first()
    if loan is None:
        raise Refused(_("%(item)s is not out.") % {"item": found})
    return loan


def _gear(change: Change, gear: int) -> Gear:
    found = Gear.objects.filter(bar=change.bar, pk=gear, retired_at=None).first()
    if found is None:
        raise NotHere(_("There is no such hat or pair of boots."))
    change.about, change.words = f"gear:{found.pk}", found.number
    return found
