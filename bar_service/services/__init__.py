"""Everything that is done at the bar, one verb each; pages and the demo do it through ``take`` alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bar_service.models import Act
from bar_service.roles import ASK, SERVE
from bar_service.services import asking, checklists, drinks, gear, stock, tables, undoing
from bar_service.services.change import ArrivedBefore, changing
from bar_service.services.days import plan_days
from bar_service.states import ActKind
from portal.organization.models import User
from portal.organization.roles import Role

__all__ = ["VERBS", "plan_days", "take"]


@dataclass(frozen=True)
class Verb:
    do: Callable[..., None]
    roles: frozenset[Role] = SERVE


K = ActKind
VERBS: dict[ActKind, Verb] = {
    K.SEAT: Verb(tables.seat_party),
    K.OFFER: Verb(tables.offer_drinks),
    K.NO_DRINKS: Verb(tables.note_no_drinks),
    K.ORDER: Verb(drinks.order_drink),
    K.SERVE: Verb(drinks.serve_order),
    K.CANCEL: Verb(drinks.cancel_drink_order),
    K.REFILL: Verb(tables.refill),
    K.ASHTRAY: Verb(tables.change_ashtray),
    K.ROUND: Verb(tables.make_round),
    K.LEAVE: Verb(tables.see_party_off),
    K.CLEAR: Verb(tables.clear_table),
    K.LEND: Verb(gear.lend),
    K.NAME: Verb(gear.name_borrower),
    K.RETURN: Verb(gear.take_back),
    K.CLEAN: Verb(gear.note_clean),
    K.DAMAGE: Verb(gear.note_damaged),
    K.LOSE: Verb(gear.note_lost),
    K.PURCHASE: Verb(stock.buy_in),
    K.WASTE: Verb(stock.throw_away),
    K.COUNT: Verb(stock.count_item),
    K.TICK: Verb(checklists.tick),
    K.UNTICK: Verb(checklists.untick),
    K.SIGN: Verb(checklists.hand_goods_over),
    K.FINISH: Verb(checklists.finish_checklist),
    K.PATROL: Verb(asking.patrol),
    K.ENQUIRE: Verb(asking.note_enquiry),
    K.ANSWER: Verb(asking.answer_enquiry, SERVE | ASK),
    K.ASK: Verb(asking.ask_for, ASK),
    K.READY: Verb(asking.make_ready),
    K.WITHDRAW: Verb(asking.withdraw_request, ASK),
    K.UNDO: Verb(undoing.undo, SERVE | ASK),
}


def take(
    bar_id: int, kind: ActKind, *, by: User, key: UUID | None = None, at: datetime | None = None, **said: Any
) -> Act | None:
    """Do it, in one transaction. None where this very press had arrived before: success, and nothing changes.

    ``at`` is the moment of the press; a promise counts with it. Raises Refused with words for the person.
    """
    verb = VERBS[kind]
    try:
        with changing(bar_id, kind, verb.roles, by=by, key=key, at=at) as change:
            verb.do(change, **said)
    except ArrivedBefore:
        return None
    return change.act
