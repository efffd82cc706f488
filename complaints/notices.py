"""Who is told what about a ticket. Rows hold codes; the words are made in the reader's language when they are read."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Ticket, TicketTimer
from complaints.states import REPAIRS, Decision, EventKind, Severity, Target, grade_label
from portal.notifications import choices, outbox, wording
from portal.organization.duty import people_for
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages.houses import site_of
from portal.promises.sweeping import Telling


def for_roles(
    ticket: Ticket,
    roles: Iterable[Role],
    kind: str,
    params: Mapping[str, Any],
    *,
    now: datetime,
    but: User | None,
    department_id: int | None = None,
) -> list[outbox.Outgoing]:
    """For the people who hold those roles now, of the ticket's department unless another is named. No key yet."""
    department = department_id or ticket.department_id
    found = people_for(list(roles), site_id=ticket.site_id, department_id=department, at=now)
    people = [person.user_id for _role, people in found for person in people]
    return for_people(ticket, people, kind, params, now=now, but=but)


def for_people(
    ticket: Ticket, people: Iterable[int], kind: str, params: Mapping[str, Any], *, now: datetime, but: User | None
) -> list[outbox.Outgoing]:
    """For these very people. Until it is written the key is the place of its event in the change."""
    return outbox.messages_for(
        [user_id for user_id in people if but is None or user_id != but.pk],
        key="",
        kind=f"ticket.{kind}",
        params={"number": ticket.number, "severity": ticket.severity, **kind_of(ticket), **params},
        link=ticket.url,
        now=now,
    )


def once_each(messages: Iterable[outbox.Outgoing]) -> list[outbox.Outgoing]:
    """One event tells a person once a channel: what has come up to them if anything has, else what was said first."""
    first: dict[tuple[str, int, str], outbox.Outgoing] = {}
    for message in sorted(messages, key=lambda one: one.kind.removeprefix("ticket.") not in _COMES_UP):
        first.setdefault((message.key, message.recipient_id, message.channel), message)
    return list(first.values())


def telling_of(timer: TicketTimer) -> Telling:
    """What the sweep needs to tell about a ticket's timer; the ticket is joined to it."""
    ticket = timer.ticket
    site = site_of(ticket.site_id)
    return Telling(
        site_id=ticket.site_id,
        zone=site.zone,
        department_id=ticket.department_id,
        holder_id=ticket.handler_id,
        waits_for_morning=not goes_on_at_night(ticket),
        kind="ticket.timer",
        params={"number": ticket.number, "severity": ticket.severity, **kind_of(ticket), "zone": site.time_zone},
        link=ticket.url,
    )


def kind_of(ticket: Ticket) -> dict[str, str]:
    """What the word for its grade needs to know."""
    return {"of_kind": ticket.kind} if ticket.kind in REPAIRS else {}


def goes_on_at_night(ticket: Ticket) -> bool:
    """Major matters, danger and urgent repairs ignore the quiet hours."""
    return (
        ticket.severity == Severity.MAJOR
        or ticket.dangerous
        or (ticket.kind in REPAIRS and ticket.severity != Severity.MINOR)
    )


def register_wordings() -> None:
    for group in GROUPS:
        choices.register_group(group)
    for kind, words in _WORDINGS.items():
        wording.register(f"ticket.{kind}", words)
        choices.put_into_group(f"ticket.{kind}", functools.partial(_group_of, kind))


# What people choose channels for. Whatever has come up to somebody by name stays in their bell.
GROUPS = (
    choices.Group("came_up", gettext_lazy("Late, handed up to me, or called to the counter"), always_in_bell=True),
    choices.Group("due_soon", gettext_lazy("Something of mine is due soon")),
    choices.Group("work", gettext_lazy("Work comes to me or goes on: sent, handled, returned, not solved")),
    choices.Group("named", gettext_lazy("A colleague names me in a note")),
    choices.Group("resident", gettext_lazy("The resident: a message, a low score, praise, withdrawn")),
)
_OF_THE_RESIDENT = frozenset({"comment", "low_score", "praise", "withdrawn"})
_COMES_UP = frozenset(
    {
        "handed_up",
        "forwarded",
        "measure",
        "danger",
        "manager_called",
        "reminded",
        "overtime_asked",
        "claim",
        "incident",
        "incident_report",
        "forum_text",
    }
)


def _group_of(kind: str, params: Mapping[str, Any]) -> str:
    if kind == "timer":
        return "due_soon" if params.get("level") == "warning" else "came_up"
    if kind in _COMES_UP:
        return "came_up"
    if kind == "named":
        return "named"
    return "resident" if kind in _OF_THE_RESIDENT else "work"


def _values(params: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(params)
    if "target" in params:
        values["target"] = Target(params["target"]).label
    if "step" in params:
        values["step"] = EventKind(params["step"]).label
    if "decision" in params:
        values["decision"] = Decision(params["decision"]).label
    if "severity" in params:
        values["severity"] = grade_label(params.get("of_kind", ""), params["severity"])
    if params.get("due_at"):
        local = datetime.fromisoformat(params["due_at"]).astimezone(ZoneInfo(params["zone"]))
        values["due_at"] = date_format(local, "m-d H:i")
    return values


def _timer(params: Mapping[str, Any]) -> str:
    if params["level"] == "warning":
        return _("%(number)s (%(severity)s): “%(target)s” is due %(due_at)s.") % _values(params)
    if params["level"] == "step_1":
        return _("%(number)s (%(severity)s): “%(target)s” passed its limit at %(due_at)s.") % _values(params)
    return _(
        "%(number)s (%(severity)s): “%(target)s” is still late since %(due_at)s and has come up to you."
    ) % _values(params)


_WORDINGS: dict[str, wording.Wording] = {
    "timer": _timer,
    "dispatched": lambda p: (
        _("%(number)s (%(severity)s) has been sent to your department. Please sign for it.") % _values(p)
    ),
    "sent_back": lambda p: _("%(number)s came back from the department. Please dispatch it again.") % _values(p),
    "resolved": lambda p: _("%(number)s has been handled. Please return the form today.") % _values(p),
    "returned": lambda p: (
        _("%(number)s has been handled and its form returned. Please tell the resident today.") % _values(p)
    ),
    "result": lambda p: _("%(number)s (%(severity)s) has been handled.") % _values(p),
    "handed_up": lambda p: _("%(number)s (%(severity)s) is handed up to you. Please acknowledge it.") % _values(p),
    "forwarded": lambda p: (
        _("%(number)s (%(severity)s): %(by)s forwards it to you. Please acknowledge it.") % _values(p)
    ),
    "measure": lambda p: _("%(number)s: a corrective measure is yours, until %(on)s.") % _values(p),
    "danger": lambda p: _("%(number)s (%(severity)s): danger or damage is going on. Please see to it.") % _values(p),
    "reopened": lambda p: _("%(number)s is not solved: round %(round)d has begun.") % _values(p),
    "low_score": lambda p: _("%(number)s: the resident gave %(satisfaction)d of 5.") % _values(p),
    "reminded": lambda p: _("%(number)s (%(severity)s): you are reminded of it.") % _values(p),
    "named": lambda p: _("%(number)s (%(severity)s): %(by)s names you in a note.") % _values(p),
    "comment": lambda p: _("%(number)s: the resident has sent a message.") % _values(p),
    "undone": lambda p: _("%(number)s: what you were told last has been taken back.") % _values(p),
    "attached": lambda p: _("%(number)s: the resident has sent a photo or document.") % _values(p),
    "withdrawn": lambda p: _("%(number)s has been withdrawn by the resident.") % _values(p),
    "declined": lambda p: _("%(number)s (%(severity)s) has been declined: please stop working on it.") % _values(p),
    "merged": lambda p: _("%(number)s has been merged into %(into)s, where it goes on.") % _values(p),
    "voided": lambda p: _("%(number)s is void: it was registered by mistake. Nothing is left to do.") % _values(p),
    "praise": lambda p: _("%(number)s: a resident praises your department.") % _values(p),
    "incident": lambda p: _("%(number)s (%(severity)s) is marked as an incident.") % _values(p),
    "incident_report": lambda p: _("%(number)s: the written report of the incident is there.") % _values(p),
    "forum_watch": lambda p: _("%(number)s: you watch this post in the owners' forum.") % _values(p),
    "forum_text": lambda p: _("%(number)s: a forum reply waits for your confirmation.") % _values(p),
    "forum_confirmed": lambda p: _("%(number)s: the forum reply is confirmed. Please post it.") % _values(p),
    "forum_sent_back": lambda p: _("%(number)s: the forum reply came back. Please change it.") % _values(p),
    "overtime_asked": lambda p: _("%(number)s (%(severity)s): more time is asked for. Please decide.") % _values(p),
    "overtime_decided": lambda p: _("%(number)s (%(severity)s): more time: %(decision)s.") % _values(p),
    "tell_delay": lambda p: (
        _("%(number)s (%(severity)s) has got more time. Please tell the resident why, before the old limit.")
        % _values(p)
    ),
    "chased": lambda p: _("%(number)s: there is news about the wait.") % _values(p),
    "absorbed": lambda p: _("%(number)s: a later ticket about the same has been merged into it.") % _values(p),
    "helping": lambda p: _("%(number)s (%(severity)s): your department is asked to help.") % _values(p),
    "watched": lambda p: _("%(number)s, which you watch: %(step)s.") % _values(p),
    "responsible": lambda p: _("%(number)s: you are the first responsible person now.") % _values(p),
    "claim": lambda p: _("%(number)s: a claim for damages has come up to you.") % _values(p),
    "claim_decided": lambda p: _("%(number)s: the claim for damages is decided.") % _values(p),
    "manager_called": lambda p: _("%(number)s: you are asked to come to the counter.") % _values(p),
}
