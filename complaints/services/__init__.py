"""Everything that a person or the clock does to a ticket; each call is one transaction."""

from complaints.services.attaching import MOST_OF_RESIDENTS, attach_as_resident, attach_to_step
from complaints.services.box import Slip, open_box, tell_missed_week
from complaints.services.callbacks import (
    answer_within_a_day,
    rate_ticket,
    record_callback,
    reopen_ticket,
)
from complaints.services.cases import may_write_case, write_case
from complaints.services.change import has_in_hand, may_take, steps_open_to
from complaints.services.claiming import decide_claim, decides_claims_at, make_claim, pass_claim_up
from complaints.services.correcting import correct_ticket
from complaints.services.dispatching import (
    agree_window,
    answer_at_once,
    answer_on_the_spot,
    dispatch_ticket,
    may_agree_window,
    pass_on_praise,
    record_arrival,
    record_safe,
    send_back,
    sign_for_ticket,
)
from complaints.services.forum import (
    add_courtesy,
    choose_courtesy,
    confirm_courtesy,
    confirm_forum_reply,
    note_forum_post,
    post_forum_reply,
    send_forum_reply_back,
    write_forum_reply,
)
from complaints.services.grading import confirm_wish, set_severity
from complaints.services.handling import note_handling, resolve_ticket, return_form
from complaints.services.incidents import mark_incident, report_incident, write_incident_report
from complaints.services.intake import Report, register, register_ticket
from complaints.services.issues import join_issue, leave_issue, open_issue, publish_issue, tell_callers
from complaints.services.joining import add_helper, link_tickets, merge_tickets, remove_helper, watch
from complaints.services.measures import may_have_measures, need_no_measure, set_measure, take_measure
from complaints.services.mentioning import Colleague, colleagues_of, named_in
from complaints.services.overtime import approver_of, ask_for_overtime, decide_overtime
from complaints.services.persons import hide_name, name_person_complained_about, name_responsible, person_called
from complaints.services.promising import keep_promise, move_promise, promise_resident
from complaints.services.reminding import remind_holder
from complaints.services.repeats import (
    dismiss_repeat,
    look_for_repeats,
    look_once_a_night,
    may_decide_repeat,
    open_root_cause,
)
from complaints.services.sending_later import note_sent_later
from complaints.services.telling import (
    WAYS,
    How,
    acknowledge,
    call_manager_to_counter,
    comment_as_resident,
    decline_ticket,
    forward,
    inform_resident,
    note_inside,
    reply_to_resident,
    result_delivered,
    withdraw_ticket,
)
from complaints.services.undoing import can_undo, keep_registration, undo_last_step
from complaints.services.voiding import void_ticket
from complaints.services.waiting import chase_wait, resume, wait

__all__ = [
    "MOST_OF_RESIDENTS",
    "WAYS",
    "Colleague",
    "How",
    "Report",
    "Slip",
    "acknowledge",
    "add_courtesy",
    "add_helper",
    "agree_window",
    "answer_at_once",
    "answer_on_the_spot",
    "answer_within_a_day",
    "approver_of",
    "ask_for_overtime",
    "attach_as_resident",
    "attach_to_step",
    "call_manager_to_counter",
    "can_undo",
    "chase_wait",
    "choose_courtesy",
    "colleagues_of",
    "comment_as_resident",
    "confirm_courtesy",
    "confirm_forum_reply",
    "confirm_wish",
    "correct_ticket",
    "decide_claim",
    "decide_overtime",
    "decides_claims_at",
    "decline_ticket",
    "dismiss_repeat",
    "dispatch_ticket",
    "forward",
    "has_in_hand",
    "hide_name",
    "inform_resident",
    "join_issue",
    "keep_promise",
    "keep_registration",
    "leave_issue",
    "link_tickets",
    "look_for_repeats",
    "look_once_a_night",
    "make_claim",
    "mark_incident",
    "may_agree_window",
    "may_decide_repeat",
    "may_have_measures",
    "may_take",
    "may_write_case",
    "merge_tickets",
    "move_promise",
    "name_person_complained_about",
    "name_responsible",
    "named_in",
    "need_no_measure",
    "note_forum_post",
    "note_handling",
    "note_inside",
    "note_sent_later",
    "open_box",
    "open_issue",
    "open_root_cause",
    "pass_claim_up",
    "pass_on_praise",
    "person_called",
    "post_forum_reply",
    "promise_resident",
    "publish_issue",
    "rate_ticket",
    "record_arrival",
    "record_callback",
    "record_safe",
    "register",
    "register_ticket",
    "remind_holder",
    "remove_helper",
    "reopen_ticket",
    "reply_to_resident",
    "report_incident",
    "resolve_ticket",
    "result_delivered",
    "resume",
    "return_form",
    "send_back",
    "send_forum_reply_back",
    "set_measure",
    "set_severity",
    "sign_for_ticket",
    "steps_open_to",
    "take_measure",
    "tell_callers",
    "tell_missed_week",
    "undo_last_step",
    "void_ticket",
    "wait",
    "watch",
    "withdraw_ticket",
    "write_case",
    "write_forum_reply",
    "write_incident_report",
]
