"""Everything that a person or the clock does to a ticket; each call is one transaction."""

from complaints.services.attaching import MOST_OF_RESIDENTS, attach_as_resident, attach_to_step
from complaints.services.callbacks import (
    answer_within_a_day,
    rate_ticket,
    record_callback,
    reopen_ticket,
)
from complaints.services.change import may_take, steps_open_to
from complaints.services.dispatching import (
    answer_on_the_spot,
    dispatch_ticket,
    pass_on_praise,
    record_arrival,
    send_back,
    sign_for_ticket,
)
from complaints.services.grading import confirm_wish, set_severity
from complaints.services.handling import note_handling, resolve_ticket, resume, return_form, wait
from complaints.services.incidents import mark_incident, report_incident, write_incident_report
from complaints.services.intake import Report, register, register_ticket
from complaints.services.mentioning import Colleague, colleagues_of, named_in
from complaints.services.reminding import remind_holder
from complaints.services.sending_later import has_arrived, note_sent_later
from complaints.services.telling import (
    How,
    acknowledge,
    call_manager_to_counter,
    comment_as_resident,
    decline_ticket,
    inform_resident,
    note_inside,
    reply_to_resident,
    withdraw_ticket,
)
from complaints.services.undoing import can_undo, undo_last_step

__all__ = [
    "MOST_OF_RESIDENTS",
    "Colleague",
    "How",
    "Report",
    "acknowledge",
    "answer_on_the_spot",
    "answer_within_a_day",
    "attach_as_resident",
    "attach_to_step",
    "call_manager_to_counter",
    "can_undo",
    "colleagues_of",
    "comment_as_resident",
    "confirm_wish",
    "decline_ticket",
    "dispatch_ticket",
    "has_arrived",
    "inform_resident",
    "mark_incident",
    "may_take",
    "named_in",
    "note_handling",
    "note_inside",
    "note_sent_later",
    "pass_on_praise",
    "rate_ticket",
    "record_arrival",
    "record_callback",
    "register",
    "register_ticket",
    "remind_holder",
    "reopen_ticket",
    "reply_to_resident",
    "report_incident",
    "resolve_ticket",
    "resume",
    "return_form",
    "send_back",
    "set_severity",
    "sign_for_ticket",
    "steps_open_to",
    "undo_last_step",
    "wait",
    "withdraw_ticket",
    "write_incident_report",
]
