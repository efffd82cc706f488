"""What stands beside a ticket: the facts of its form, the resident, who has it, its clocks, hand-ups and rounds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from complaints.models import Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.states import HANDED_UP_TO, EventKind, Target
from complaints.views import history, shown
from portal.notifications.models import Channel, Message
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.houses import departments
from portal.promises import policies
from portal.promises.models import TimerEventKind, TimerState
from residents.models import Contact

JOINED = frozenset({EventKind.LINKED, EventKind.ABSORBED, EventKind.CAME_BACK})


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
        (_("Appointment"), _window(found, zone), False),
        (_("Danger"), _("yes: somebody has to be on site") if found.dangerous else "", False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _window(found: Ticket, zone: ZoneInfo) -> str:
    if found.window_from is None or found.window_until is None:
        return ""
    return f"{moments.short(found.window_from, zone)} – {moments.short(found.window_until, zone)}"


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
        (_("Called by"), found.visitor_name if found.resident else "", True),
        (_("Prefers"), str(Contact(prefers).label) if prefers in Contact.values else "", False),
        (_("Do not call"), pgettext("between facts", ", ").join(spans), False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def duty_facts(found: Ticket) -> list[dict[str, Any]]:
    facts = [
        (_("Department"), str(found.department) if found.department else _("nobody yet"), False),
        (_("Handled by"), found.handler.name if found.handler else "", True),
        (_("First responsible"), found.first_responsible.name if found.first_responsible else "", True),
        (_("Second departments"), _second(found), False),
        (_("Person complained about"), found.about_person.name if found.about_person else "", True),
        (_("Name"), _("hidden from the department") if found.name_hidden else "", False),
        (_("Watched by"), _people(len(found.watchers)) if found.watchers else "", False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _second(found: Ticket) -> str:
    known = departments()
    return pgettext("between names", ", ").join(str(known[pk]) for pk in found.also_with if pk in known)


def _people(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d persons", count) % {"count": count}


def waiting_words(found: Ticket, now: datetime, zone: ZoneInfo) -> str:
    """For whom it waits, until when, and what that does to the clock."""
    if not found.waits_for:
        return _("Waiting. The resolution clock stands; what is not pausable runs on.")
    values = {"whom": found.get_waits_for_display()}
    if found.waits_until is None:
        return _("Waits for: %(whom)s. The resolution clock stands; what is not pausable runs on.") % values
    values["until"] = moments.short(found.waits_until, zone)
    if found.waits_until <= now:
        return _("Waited for: %(whom)s, until %(until)s. The clock runs again: take it up, or ask anew.") % values
    return _("Waits for: %(whom)s, until %(until)s. The resolution clock stands until then.") % values


def promises_to_choose(found: Ticket) -> list[tuple[int, str]]:
    """The promises that are still to be kept, by their turn: what was said, and for when; two statements."""
    zone = found.site.zone
    running = found.timers.open().filter(target=Target.PROMISE, round=found.round).order_by("due_at")
    said = {
        event.details["turn"]: event.text for event in found.events.filter(kind=EventKind.PROMISED, round=found.round)
    }
    return [
        (timer.turn, f"{moments.short(timer.due_at, zone)} {said.get(timer.turn, '')}".strip())
        for timer in running
        if timer.due_at is not None
    ]


def overtime(found: Ticket, events: list[TicketEvent], zone: ZoneInfo) -> dict[str, Any] | None:
    """The request that waits for a decision, in its own words."""
    if not found.overtime_asked_of:
        return None
    asked = next((event for event in reversed(events) if event.kind == EventKind.OVERTIME_ASKED), None)
    if asked is None:
        return None
    return {
        "who": asked.by.name if asked.by else "",
        "at": moments.short(asked.at, zone),
        "until": moments.with_today(datetime.fromisoformat(asked.details["until"]), zone),
        "reason": asked.text,
        "of": Role(found.overtime_asked_of).label,
        "after": found.resolve_due_at is not None and asked.at > found.resolve_due_at,
    }


def relatives(found: Ticket, events: list[TicketEvent], user: User) -> list[dict[str, Any]]:
    """The tickets linked with it, merged into it, or into which it went, as far as they may be seen.

    One statement, where its history says that there are any.
    """
    if found.merged_into_id is None and not any(event.kind in JOINED for event in events):
        return []
    related = Q(linked_from__ticket=found) | Q(links__other=found) | Q(merged_into=found) | Q(pk=found.merged_into_id)
    rows = Ticket.objects.visible_to(user).filter(related).distinct().order_by("received_at", "pk")
    return [{"url": one.url, "number": one.number, "matter": one.title, "how": _how(one, found)} for one in rows]


def _how(one: Ticket, found: Ticket) -> str:
    if one.pk == found.merged_into_id:
        return _("goes on there")
    return _("merged into this one") if one.merged_into_id == found.pk else str(one.get_status_display())


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
        lines.append(
            {"left": left, "clock": shown.clock_attributes(left, zone), "limit": limit, "why": f"why/?timer={timer.pk}"}
        )
    return lines


def hand_ups(timers: Iterable[TicketTimer], events: list[TicketEvent], zone: ZoneInfo) -> list[dict[str, Any]]:
    """To whom it was handed up 转呈, when, and when they acknowledged 阅知: two moments.

    Handed up is what stands in the manager's bell: the moment is the message's own, and without one there is none.
    """
    by_whom = {
        event.details.get("target"): event for event in events if event.kind == EventKind.ACKNOWLEDGED and event.by
    }
    timers = [timer for timer in timers if timer.target in HANDED_UP_TO and timer.state != TimerState.CANCELLED]
    told = handed_up_at(events) if timers else {}
    lines = []
    for timer in timers:
        role = str(HANDED_UP_TO[Target(timer.target)].label)
        event = by_whom.get(timer.target)
        stood = told.get((timer.target, timer.round))
        said = {
            "handed": moments.short(stood, zone) if stood else "",
            "met": moments.short(timer.met_at, zone) if timer.met_at else "",
        }
        if timer.met_at:
            who = event.by.name if event and event.by else ""
            words = _("handed up %(handed)s, acknowledged %(met)s") if stood else _("acknowledged %(met)s")
            lines.append({"icon": "check", "name": f"{role} {who}".strip(), "at": words % said})
        else:
            words = _("handed up %(handed)s, not acknowledged yet") if stood else _("not handed up yet")
            lines.append({"icon": "ok" if stood else "late", "name": role, "at": words % said})
    return lines


def with_hand_ups(events: QuerySet[TicketEvent]) -> QuerySet[TicketEvent]:
    """Each with the messages that handed the ticket up and stand in a bell: to what end and since when."""
    key = Concat(Value("ticketevent:"), Cast(OuterRef("pk"), CharField()))
    told = Message.objects.filter(key=key, kind="ticket.handed_up", channel=Channel.IN_APP).exclude(sent_at=None)
    return events.annotate(handed_up=ArraySubquery(told.values(told=JSONObject(at="sent_at", params="params"))))


def handed_up_at(events: Iterable[TicketEvent]) -> dict[tuple[str, int], datetime]:
    """Since when the message of each hand-up (target and round) stands in a bell."""
    found: dict[tuple[str, int], datetime] = {}
    for told in (told for event in events for told in getattr(event, "handed_up", ())):
        at = datetime.fromisoformat(told["at"])
        for target in told["params"].get("targets", ()):
            found[target, told["params"]["round"]] = at
    return found


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
