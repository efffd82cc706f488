"""Everything that a person or the clock does to a visit; each call is one transaction."""

from visits.services.booking import Booking, Call, ask_for_visit, book_visit, record_call
from visits.services.change import Press, may_act
from visits.services.going import (
    Again,
    by_phone_first,
    cancel_visit,
    enter_home,
    finish_visit,
    knock,
    move_visit,
    next_try,
    nobody_home,
    start_visit,
    visit_refused,
)
from visits.services.opinions import make_ticket, note_opinion
from visits.services.rounds import Drawn, next_round, plan_round, tell_missing_rounds
from visits.services.staffing import Clash, change_staff, may_visit

__all__ = [
    "Again",
    "Booking",
    "Call",
    "Clash",
    "Drawn",
    "Press",
    "ask_for_visit",
    "book_visit",
    "by_phone_first",
    "cancel_visit",
    "change_staff",
    "enter_home",
    "finish_visit",
    "knock",
    "make_ticket",
    "may_act",
    "may_visit",
    "move_visit",
    "next_round",
    "next_try",
    "nobody_home",
    "note_opinion",
    "plan_round",
    "record_call",
    "start_visit",
    "tell_missing_rounds",
    "visit_refused",
]
