"""A table's states and what may follow; rounds and gaps. Pure: values in, values out (DOMAIN B3, B4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TableState(models.TextChoices):
    FREE = "free", pgettext_lazy("table", "free")
    SEATED = "seated", pgettext_lazy("table", "seated")
    FIRST_DRINK = "first_drink", pgettext_lazy("table", "drinks to offer")
    REFILL = "refill", pgettext_lazy("table", "refill due")
    ASHTRAY = "ashtray", pgettext_lazy("table", "ashtray due")
    TO_CLEAR = "to_clear", pgettext_lazy("table", "to clear")


class ActKind(models.TextChoices):
    SEAT = "seat", _("A party sat down")
    OFFER = "offer", _("Drinks offered")
    NO_DRINKS = "no-drinks", _("No drinks")
    ORDER = "order", _("Ordered")
    SERVE = "serve", _("Served")
    CANCEL = "cancel", _("Order cancelled")
    REFILL = "refill", _("Refilled")
    ASHTRAY = "ashtray", _("Ashtray changed")
    ROUND = "round", _("Round made")
    LEAVE = "leave", _("They left")
    CLEAR = "clear", _("Table cleared")
    LEND = "lend", _("Lent out")
    NAME = "name", _("Borrower named")
    RETURN = "return", _("Returned")
    CLEAN = "clean", _("Cleaned")
    DAMAGE = "damage", _("Damaged")
    LOSE = "lose", _("Lost")
    PURCHASE = "purchase", _("Bought in")
    WASTE = "waste", _("Thrown away")
    COUNT = "count", pgettext_lazy("bar", "Counted")
    TICK = "tick", _("Checked")
    UNTICK = "untick", _("Unchecked")
    SIGN = "sign", _("Goods handed over, both signed")
    FINISH = "finish", _("Checklist done")
    PATROL = "patrol", _("Patrol")
    ENQUIRE = "enquire", _("Enquiry")
    ANSWER = "answer", _("Enquiry answered")
    ASK = "ask", _("Asked by sales")
    READY = "ready", _("Made ready")
    WITHDRAW = "withdraw", _("Request withdrawn")
    UNDO = "undo", _("Undone")


SERVICES_AT_A_TABLE = frozenset(
    {
        ActKind.OFFER, ActKind.NO_DRINKS, ActKind.ORDER, ActKind.SERVE, ActKind.CANCEL, ActKind.REFILL,
        ActKind.ASHTRAY, ActKind.ROUND, ActKind.LEAVE,
    }
)  # fmt: skip
# What may be done at a table in each state; the clock moves a table between the three states of a party.
MAY: dict[TableState, frozenset[ActKind]] = {
    TableState.FREE: frozenset({ActKind.SEAT}),
    TableState.SEATED: SERVICES_AT_A_TABLE,
    TableState.FIRST_DRINK: SERVICES_AT_A_TABLE,
    TableState.REFILL: SERVICES_AT_A_TABLE,
    TableState.ASHTRAY: SERVICES_AT_A_TABLE,
    TableState.TO_CLEAR: frozenset({ActKind.CLEAR}),
}
CANNOT_BE_UNDONE = frozenset({ActKind.SIGN, ActKind.UNDO})


@dataclass(frozen=True)
class Cared:
    """What is known of a party at a table: the last moment of each attention."""

    seated_at: datetime
    left_at: datetime | None
    poured_at: datetime | None  # served or refilled last
    ashtray_at: datetime | None
    smoking: bool
    unoffered: bool = False  # nobody has offered anything yet, and nothing was ordered or waved off


def state_of(
    cared: Cared | None, now: datetime, *, refill_after: timedelta, ashtray_after: timedelta, first_after: timedelta
) -> TableState:
    """What a table needs at ``now``. A cup is looked after before an ashtray."""
    if cared is None:
        return TableState.FREE
    if cared.left_at is not None:
        return TableState.TO_CLEAR
    if cared.unoffered and now - cared.seated_at > first_after:
        return TableState.FIRST_DRINK
    if cared.poured_at is not None and now - cared.poured_at > refill_after:
        return TableState.REFILL
    if cared.smoking and now - (cared.ashtray_at or cared.seated_at) > ashtray_after:
        return TableState.ASHTRAY
    return TableState.SEATED


def missed_between(since: datetime, until: datetime, every: timedelta) -> int:
    """How many rounds were missed from one look to the next; one at the very limit is in time."""
    if until <= since:
        return 0
    return max(-((since - until) // every) - 1, 0)


def missed_rounds(moments: Sequence[datetime], every: timedelta) -> int:
    """The gaps between looks, from sitting down to leaving; ``moments`` has both ends."""
    found = sorted(moments)
    return sum(missed_between(since, until, every) for since, until in pairwise(found))


def rounds_kept(moments: Sequence[datetime], every: timedelta) -> int:
    """The looks that came in time; ``moments`` begins with the sitting down."""
    found = sorted(moments)
    return sum(1 for since, until in pairwise(found) if until - since <= every)


def looks_and_gaps(moments: Sequence[datetime], every: timedelta) -> list[bool]:
    """In order: True for a look, False for a round that was missed; ``moments`` has both ends, which are no looks."""
    found: list[bool] = []
    in_order = sorted(moments)
    for since, until in pairwise(in_order):
        found += [False] * missed_between(since, until, every) + [True]
    return found[:-1]
