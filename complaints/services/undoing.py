"""Taking back one's own last step (docs/sla.md, "Undo"): a counter-event, never an erasure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from complaints.errors import NotPossible
from complaints.models import Callback, LastStep, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.services.change import SAVED_BY_CORRECTIONS, Change, changing
from complaints.services.keeping import put_back
from complaints.services.overtime import lapse
from complaints.services.voiding import voided
from complaints.states import EventKind
from portal.notifications import outbox
from portal.notifications.models import Channel, Message
from portal.organization.models import User
from portal.promises.models import TimerState

WITHIN = timedelta(minutes=10)
REGISTRATION = "registration"  # what stood before a registration: nothing


def can_undo(last: LastStep | None, ticket: Ticket, user: User, now: datetime) -> bool:
    """Whether the page offers it: one's own step, the last thing that happened, at most ten minutes ago."""
    return last is not None and last.by_id == user.pk and last.version == ticket.version and now - last.at <= WITHIN


def undo_last_step(ticket_id: int, *, by: User) -> Ticket:
    """Take back this person's last step. A second press changes nothing.

    Met timers run on and begun ones are cancelled; messages in the portal are withdrawn, those that went out are
    corrected. Raises NotPossible when it is not theirs, when somebody acted since, or after ten minutes.
    """
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        newest = ticket.events.latest("pk")
        if newest.kind in {EventKind.UNDONE, EventKind.VOIDED} and newest.by_id == by.pk:
            return ticket
        last = LastStep.objects.filter(ticket=ticket, by=by, version=ticket.version).first()
        if last is None:
            raise NotPossible(_("This can no longer be undone: somebody has acted on the ticket since."), ticket)
        if change.now - last.at > WITHIN:
            raise NotPossible(_("This can no longer be undone: more than ten minutes have passed."), ticket)
        if REGISTRATION in last.before:
            _unregister(change)
        else:
            _take_back(change, last)
    return ticket


def keep_registration(ticket: Ticket, *, by: User) -> None:
    """A registration, with what the same press did besides, can be taken back as one; within its transaction."""
    events = list(ticket.events.order_by("pk").values_list("pk", flat=True))
    kept = {"by": by, "at": ticket.events.latest("pk").at, "version": ticket.version, "events": events}
    LastStep.objects.update_or_create(ticket=ticket, defaults={**kept, "before": {REGISTRATION: True}})


def _unregister(change: Change) -> None:
    """It becomes void, and its number is not used again."""
    ticket = change.ticket
    told = Message.objects.filter(key__in=[event.message_key for event in ticket.events.all()])
    voided(change, "", undone=True)
    _withdraw_messages(change, told)


def _take_back(change: Change, last: LastStep) -> None:
    before = last.before
    put_back(change.ticket, before["ticket"])
    change.corrected = SAVED_BY_CORRECTIONS & before["ticket"].keys()
    step = TicketEvent.objects.get(pk=last.events[0])
    if step.kind == EventKind.OVERTIME_ASKED or not change.ticket.overtime_requests.filter(decided_at=None).exists():
        lapse(change)
    timers = {timer.pk: timer for timer in change.timers}
    for pk in before["begun"]:
        change.ledger.cancel(timers[pk], cause="undone")
    steps = _steps_of([kept["id"] for kept in before["timers"]])
    for kept in before["timers"]:
        _let_run_on(change, timers[kept["id"]], kept, steps.get(kept["id"], []))
    if before["callback"] is not None:
        callback = Callback.objects.select_for_update(no_key=True).get(pk=before["callback"]["id"])
        put_back(callback, {name: value for name, value in before["callback"].items() if name != "id"})
        change.callback = callback
    change.note(EventKind.UNDONE, undone=last.events, step=step.kind)
    _withdraw_messages(change, Message.objects.filter(key__in=before["messages"]))


def _steps_of(timers: list[int]) -> dict[int, list[TimerStep]]:
    found: dict[int, list[TimerStep]] = {}
    for step in TimerStep.objects.filter(timer__in=timers).order_by("pk"):
        found.setdefault(step.timer_id, []).append(step)
    return found


def _let_run_on(change: Change, timer: TicketTimer, kept: dict[str, Any], steps: list[TimerStep]) -> None:
    """As it was before the step: running or waiting, under the limit of that time."""
    fixed, paused_at = (datetime.fromisoformat(kept[n]) if kept[n] else None for n in ("fixed_due_at", "paused_at"))
    if (timer.policy_target_id, timer.fixed_due_at) != (kept["policy_target_id"], fixed):
        change.ledger.restate(
            timer, kept["policy_target_id"], change.pauses().get(timer.pk, ()), fixed_due_at=fixed, cause="undone"
        )
    else:
        change.ledger.undo(
            timer,
            TimerState(kept["state"]),
            paused_at,
            [step for step in steps if step.pk not in kept["steps"]],
            undone=kept["steps"],
        )


def _withdraw_messages(change: Change, sent: QuerySet[Message]) -> None:
    """Gone where nobody outside can have read them; whoever was told by another way is told again."""
    sent.filter(Q(channel=Channel.IN_APP) | Q(sent_at=None, lease_until=None)).delete()
    for message in sent:
        change.messages.append(
            outbox.Outgoing(
                key=str(len(change.events) - 1),
                recipient_id=message.recipient_id,
                channel=message.channel,
                kind="ticket.undone",
                params={"number": change.ticket.number, "severity": change.ticket.severity},
                link=change.ticket.url,
                created_at=change.now,
                not_before=change.now,
            )
        )
