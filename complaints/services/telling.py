"""What is said to the resident and what stays inside: replies, the result 通报, declining 婉拒, notes (C5, C8, C9)."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from complaints.errors import NotPossible, NotYours, TransitionNotAllowed
from complaints.models import Ticket
from complaints.services.callbacks import close_or_call_back
from complaints.services.change import Change, changing, require_text
from complaints.services.joining import bring_back, changing_both, survivor_of
from complaints.services.mentioning import colleagues_of, named_in
from complaints.services.overtime import lapse
from complaints.services.promising import call_in_the_morning, how_it_stands, polite_calls_from
from complaints.services.waiting import end_wait
from complaints.states import HANDED_UP_TO, OVER, EventKind, Status, Step, Target
from portal.organization.models import User
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.models import TimerState
from residents.models import ApiAccount, ApiToken, Contact, Phone

DOUBLE_CLICK = timedelta(seconds=30)


class How(models.TextChoices):
    """How a resident was told."""

    PHONE = "phone", pgettext_lazy("how", "By phone")
    IN_PERSON = "in_person", pgettext_lazy("how", "In person")
    MESSAGE = "message", pgettext_lazy("how", "By message")
    NOBODY = "nobody", pgettext_lazy("how", "Nobody to tell: anonymous")


# How somebody who is named was told.
WAYS = [(one.value, one.label) for one in How if one != How.NOBODY]


def reply_to_resident(ticket_id: int, text: str, *, by: User, version: int | None = None) -> Ticket:
    """A clear answer that the resident reads: it meets a major ticket's promised reply (C5)."""
    words = require_text(text, _("Write down what the resident is told."))
    with changing(ticket_id, by=by) as change:
        change.require_desk(version)
        change.meet(Target.REPLY)
        change.note(EventKind.REPLIED, words)
        how_it_stands(change, told=True)
    return change.ticket


def note_inside(ticket_id: int, text: str, *, by: User, with_files: bool = False) -> Ticket:
    """A note that stays in the house. Anybody who sees the ticket may write one, also when it is over.

    Colleagues named in it (``@name``) are told. The same words of the same person again at once are a double click.
    """
    words = text.strip() if with_files else require_text(text, _("Write the note first."))
    with changing(ticket_id, by=by) as change:
        if not Ticket.objects.visible_to(by).filter(pk=ticket_id).exists():
            raise NotYours(_("This ticket is not yours to see."), change.ticket)
        if not _just_did(change, EventKind.INTERNAL_NOTE, words):
            named = named_in(words, colleagues_of(change.ticket)) if "@" in words else []
            details = {"named": [one.name for one in named]} if named else {}
            change.note(EventKind.INTERNAL_NOTE, words, **details)
            change.tell_people([one.user_id for one in named], "named", by=by.name)
    return change.ticket


def _just_did(change: Change, kind: EventKind, words: str) -> bool:
    """Whether the last entry is this very one, by this person, a moment ago."""
    last, by = change.ticket.events.last(), change.by
    same = last is not None and by is not None and (last.kind, last.text, last.by_id) == (kind, words, by.pk)
    return same and last is not None and change.now - last.at <= DOUBLE_CLICK


def call_manager_to_counter(ticket_id: int, *, by: User) -> Ticket:
    """The supervising manager is asked to come to the counter, on record (C1). Again at once is a double click."""
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        if not _just_did(change, EventKind.MANAGER_CALLED, ""):
            change.note(EventKind.MANAGER_CALLED)
            change.tell([Role.SUPERVISING_MANAGER], "manager_called")
    return change.ticket


def inform_resident(
    ticket_id: int, how: How, text: str, said: str = "", *, by: User, version: int | None = None
) -> Ticket:
    """The resident is told the result: who, when, how, and what they said (C8). The callback is due from here."""
    words = require_text(text, _("Write down what the resident was told."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.informed_at is not None and ticket.status in {Status.INFORMED, Status.CLOSED} and version is None:
            return ticket
        change.require(Step.INFORM, version)
        if how == How.NOBODY and not ticket.names_nobody:
            raise NotPossible(_("Somebody is named here: tell them."), ticket)
        if ticket.waits_for_form:
            raise TransitionNotAllowed(_("The department has not returned the form yet."), ticket)
        if how == How.MESSAGE and not _calls_are_over(change):
            _send_result(change, words)
            return ticket
        informed(change, How(how), words, said.strip())
        bring_back(change)
        close_or_call_back(change)
    return ticket


def result_delivered(ticket_id: int, *, resident: ApiAccount) -> None:
    """The app has fetched the result that was sent to it: now the resident has been told. Again changes nothing."""
    with changing(ticket_id, resident=resident) as change:
        ticket = change.ticket
        if ticket.result_sent_at is None or ticket.status != Status.RESOLVED:
            return
        sent = ticket.events.filter(kind=EventKind.RESULT_SENT, round=ticket.round).last()
        informed(change, How.MESSAGE, sent.text if sent else "", "")
        bring_back(change)
        close_or_call_back(change)


def _send_result(change: Change, words: str) -> None:
    """Into the app; the promise to tell runs on until the app has fetched it (C8)."""
    refuse_message_alone(change)
    change.ticket.result_sent_at = change.now
    change.note(EventKind.RESULT_SENT, words)


def refuse_message_alone(change: Change) -> None:
    """While one may call, a message counts only for who chose messages and has the app (C8). Raises NotPossible."""
    if _calls_are_over(change):
        return
    if not chose_messages(change.ticket) or not has_the_app(change.ticket):
        raise NotPossible(
            _("A message alone does not count here: this resident has not chosen messages, or has no app. Call them."),
            change.ticket,
        )


def _calls_are_over(change: Change) -> bool:
    """Whether it is too late, or too early, to call: then the message counts, and the call at nine is a promise."""
    return polite_calls_from(change.ticket, change.now) > change.now


def chose_messages(ticket: Ticket) -> bool:
    return bool((ticket.contact or (ticket.resident.contact if ticket.resident else "")) == Contact.MESSAGE)


def has_the_app(ticket: Ticket) -> bool:
    """Whether a phone of whoever is told is signed in to the residents' API now; one statement."""
    whose = Q(user=ticket.reported_by_id)
    if ticket.resident_id is not None:
        whose |= Q(user__phone__in=Phone.objects.filter(resident=ticket.resident_id).values("number"))
    return bool(ApiToken.objects.filter(whose, user__is_active=True, expiry__gt=clock.now()).exists())


def informed(change: Change, how: How, words: str, said: str) -> None:
    change.ticket.status, change.ticket.informed_at = Status.INFORMED, change.now
    change.ticket.result_sent_at = None
    change.meet(Target.INFORM, Target.REPLY)
    change.note(EventKind.INFORMED, words, how=how.value, said=said)
    if how == How.MESSAGE:
        call_in_the_morning(change)


def decline_ticket(
    ticket_id: int,
    reason: str,
    understood: bool,
    *,
    by: User,
    version: int | None = None,
    how: How = How.PHONE,
    said: str = "",
) -> Ticket:
    """A wish that cannot be met, declined with the reason; by which means, their answer, whether they understood (C9).

    Declining tells the resident: informing is met, and the callback is due like any other. Major tickets: the
    supervising manager.
    """
    why = require_text(reason, _("Give the reason: the resident has a right to it."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if ticket.status == Status.DECLINED:
            return ticket
        change.require(Step.DECLINE, version)
        if how == How.MESSAGE:
            refuse_message_alone(change)
        declined(change, why, understood, how, said.strip())
        change.tell_all_concerned("declined", also=[Role.OPERATIONS_MANAGER])
        bring_back(change)
        close_or_call_back(change)
    return ticket


def declined(change: Change, why: str, understood: bool, how: How, said: str) -> None:
    end_wait(change, cause="declined")
    if change.ticket.overtime_asked_of:
        lapse(change)
    change.meet(Target.DISPATCH, Target.REPLY, Target.RESOLVE, cause="declined")
    change.cancel(Target.SIGN, Target.ARRIVE, Target.MADE_SAFE, Target.PROGRESS, cause="declined")
    change.ticket.status, change.ticket.informed_at = Status.DECLINED, change.now
    change.begin(Target.INFORM, change.now)
    change.meet(Target.INFORM, cause="declined")
    change.note(EventKind.DECLINED, why, understood=understood, how=how.value, said=said)


def acknowledge(ticket_id: int, *, by: User) -> Ticket:
    """A manager has seen what was handed up 阅知: each hand-up that is this person's stops. Again changes nothing."""
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        mine = [target for target, role in HANDED_UP_TO.items() if by.scope.holds({role}, ticket.site_id)]
        if not mine:
            raise NotYours(_("This was not handed up to you."), ticket)
        for timer in change.running(*mine):
            change.ledger.meet(timer)
            change.note(EventKind.ACKNOWLEDGED, target=timer.target)
    return ticket


def forward(ticket_id: int, text: str = "", *, by: User) -> Ticket:
    """The operations manager forwards it 经…转呈 to whoever it is handed up to, with a word of his own (C4).

    Their hand-up runs on until they acknowledge it. Again, with nothing new to say, changes nothing.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        if not by.scope.holds({Role.OPERATIONS_MANAGER}, ticket.site_id):
            raise NotYours(_("The operations manager forwards it."), ticket)
        waiting = change.running(Target.VIA_OPERATIONS)
        if not waiting and (not text.strip() or _just_did(change, EventKind.FORWARDED, text.strip())):
            return ticket
        to = [HANDED_UP_TO[target] for target in HANDED_UP_TO if target != Target.VIA_OPERATIONS]
        handed = [role for role in to if _handed_to(change, role)]
        if not handed:
            raise NotPossible(_("This ticket is handed up to nobody above you."), ticket)
        change.meet(Target.VIA_OPERATIONS)
        change.note(EventKind.FORWARDED, text.strip(), to=handed)
        change.tell(handed, "forwarded", by=by.name)
    return ticket


def _handed_to(change: Change, role: Role) -> bool:
    return any(
        HANDED_UP_TO.get(Target(timer.target)) == role
        and timer.round == change.ticket.round
        and timer.state != TimerState.CANCELLED
        for timer in change.timers
    )


def comment_as_resident(ticket_id: int, text: str, *, resident: ApiAccount) -> Ticket:
    """A message from the resident to the desk. Raises TransitionNotAllowed once the ticket is over.

    Of a ticket that was merged it leads to the one that goes on: there it stands as what the other ticket's resident
    said, and whoever reported that one does not read it.
    """
    require_text(text, _("The message is empty."))
    goes_on = survivor_of(ticket_id)
    if goes_on == ticket_id:
        with changing(ticket_id, resident=resident) as change:
            _comment(change, text)
        return change.ticket
    with changing_both(ticket_id, goes_on, resident=resident) as (change, into):
        _comment(into, text, of=change.ticket.number)
        change.note(EventKind.COMMENT, text, into=into.ticket.number)
    return change.ticket


def _comment(change: Change, text: str, **details: str) -> None:
    ticket = change.ticket
    if ticket.status in OVER:
        raise TransitionNotAllowed(_("%(number)s is over.") % {"number": ticket.number}, ticket)
    change.note(EventKind.COMMENT, text, **details)
    change.tell([Role.RECEPTIONIST], "comment")


def withdraw_ticket(
    ticket_id: int,
    reason: str = "",
    *,
    resident: ApiAccount | None = None,
    by: User | None = None,
    version: int | None = None,
) -> Ticket:
    """Whoever reported takes it back before it is resolved, or told the desk so 代撤 (C25). Again changes nothing.

    Its timers lapse; who has it, helps, watches or was handed it hears. The desk writes down what was said.
    """
    words = require_text(reason, _("Write down what they said.")) if by is not None else reason
    with changing(ticket_id, by=by, resident=resident) as change:
        ticket = change.ticket
        if ticket.status == Status.WITHDRAWN:
            return ticket
        change.require(Step.WITHDRAW, version)
        end_wait(change, cause="withdrawn")
        if ticket.overtime_asked_of:
            lapse(change)
        ticket.status = Status.WITHDRAWN
        change.note(EventKind.WITHDRAWN, words)
        change.tell_all_concerned("withdrawn", also=[] if by is not None else [Role.RECEPTIONIST])
        bring_back(change)
    return ticket
