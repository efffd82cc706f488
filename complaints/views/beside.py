"""What stands beside a ticket: the facts of its form, the resident, who has it, its clocks, hand-ups and rounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.states import HANDED_UP_TO, EventKind, Target
from complaints.views import history, shown
from portal.organization.roles import Role
from portal.pages import moments
from portal.promises import policies
from portal.promises.models import TimerEventKind, TimerState
from residents.models import Contact


def facts(found: Ticket, zone: ZoneInfo) -> list[dict[str, Any]]:
    facts = [
        (_("Received"), moments.short(found.received_at, zone), False),
        (_("Channel"), found.get_channel_display(), False),
        (_("When it happened"), moments.short(found.occurred_at, zone) if found.occurred_at else "", False),
        (_("Where"), found.place, True),
        (_("About"), found.about, True),
        (_("Asks for"), found.demand, True),
        (_("Category"), str(found.category) if found.category else "", False),
        (_("Wished date"), _wish(found), False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _wish(found: Ticket) -> str:
    if found.wished_on is None:
        return ""
    day = date_format(found.wished_on, "Y-m-d")
    return (
        _("%(day)s, confirmed") % {"day": day}
        if found.wish_confirmed_at
        else _("%(day)s, not confirmed yet") % {"day": day}
    )


def resident_facts(found: Ticket) -> list[dict[str, Any]]:
    prefers = found.contact or (found.resident.contact if found.resident else "")
    spans = [f"{span['start']}–{span['end']}" for span in (found.resident.do_not_call if found.resident else [])]
    facts = [
        (_("Unit"), found.unit.room if found.unit else "–", False),
        (_("Prefers"), str(Contact(prefers).label) if prefers in Contact.values else "", False),
        (_("Do not call"), pgettext("between facts", ", ").join(spans), False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def duty_facts(found: Ticket) -> list[dict[str, Any]]:
    facts = [
        (_("Department"), str(found.department) if found.department else _("nobody yet"), False),
        (_("Handled by"), found.handler.name if found.handler else "", True),
        (_("First responsible"), found.first_responsible.name if found.first_responsible else "", True),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def timer_lines(timers: Iterable[TicketTimer], words: shown.Words, zone: ZoneInfo) -> list[dict[str, Any]]:
    lines = []
    for timer in sorted((t for t in timers if t.is_open), key=lambda t: (t.due_at is None, t.due_at or t.started_at)):
        left = words.left(timer.due_at, timer.started_at, timer.warn_at)
        if timer.state == TimerState.PAUSED:
            left = shown.on_hold()
        rule = policies.limit_of(timer.policy_target_id).rule
        limit = words.limit(timer.target, rule, timer.started_at, timer.due_at, zone) or words.due.get(timer.target, "")
        if timer.target in words.role:  # several may run at once: whose it is
            limit = pgettext("whose limit", "%(who)s: %(limit)s") % {"who": words.role[timer.target], "limit": limit}
        lines.append({"left": left, "clock": shown.clock_attributes(left, zone), "limit": limit})
    return lines


def hand_ups(timers: Iterable[TicketTimer], events: list[TicketEvent], zone: ZoneInfo) -> list[dict[str, Any]]:
    """To whom it was handed up 转呈, when, and when they acknowledged 阅知: two moments."""
    by_whom = {
        event.details.get("target"): event for event in events if event.kind == EventKind.ACKNOWLEDGED and event.by
    }
    lines = []
    for timer in timers:
        if timer.target not in HANDED_UP_TO or timer.state == TimerState.CANCELLED:
            continue
        role = str(HANDED_UP_TO[Target(timer.target)].label)
        handed = moments.short(timer.started_at, zone)
        event = by_whom.get(timer.target)
        if timer.met_at:
            who = event.by.name if event and event.by else ""
            at = _("handed up %(handed)s, acknowledged %(met)s") % {
                "handed": handed,
                "met": moments.short(timer.met_at, zone),
            }
            lines.append({"icon": "check", "name": f"{role} {who}".strip(), "at": at})
        else:
            lines.append(
                {"icon": "ok", "name": role, "at": _("handed up %(handed)s, not acknowledged yet") % {"handed": handed}}
            )
    return lines


def ladder(
    found: Ticket, timers: Iterable[TicketTimer], clock_steps: list[TimerStep], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Of the promise that is due first: each level with the moment it is due, and when it was sent."""
    timer = next(
        (
            t
            for t in timers
            if t.is_open and t.target == found.next_target and t.round == found.round and t.due_at == found.next_due_at
        ),
        None,
    )
    if timer is None:
        return []
    fired = {
        step.level: step
        for step in clock_steps
        if step.timer_id == timer.pk and step.kind == TimerEventKind.LEVEL_FIRED
    }
    lines = []
    for level, moment in zip(policies.limit_of(timer.policy_target_id).levels, timer.moments, strict=False):
        step = fired.get(level.name)
        names = pgettext("between facts", ", ").join(
            str(Role(role).label) for role in level.roles if role in Role.values
        )
        due = moments.short(moment, zone)
        if step is not None:
            lines.append(
                {
                    "fired": level.percent is None,
                    "icon": "up",
                    "name": history.told(step.details) or names,
                    "at": _("due %(due)s, sent %(sent)s") % {"due": due, "sent": moments.short(step.at, zone)},
                }
            )
        else:
            lines.append({"fired": False, "icon": "ok", "name": names, "at": _("due %(due)s") % {"due": due}})
    return lines


def rounds(found: Ticket, events: list[TicketEvent], zone: ZoneInfo) -> list[str]:
    if found.round == 1:
        return []
    lines = [_("Round 1: received %(moment)s") % {"moment": moments.short(found.received_at, zone)}]
    for event in events:
        if event.kind == EventKind.REOPENED:
            lines.append(
                _("Round %(round)d: reopened %(moment)s")
                % {"round": event.round, "moment": moments.short(event.at, zone)}
            )
    return lines
