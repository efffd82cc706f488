"""A ticket's history in words: its own events, and what the clock did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.for_residents import is_shown
from complaints.models import TicketEvent, TicketTimer, TimerStep
from complaints.services import How
from complaints.services.correcting import OF_THE_REPORTER
from complaints.states import (
    HANDED_UP_TO,
    SHOWN_TO_RESIDENTS,
    WORDS_FOR_RESIDENTS,
    CallbackOutcome,
    Decision,
    EventKind,
    Severity,
    Target,
    WaitFor,
    grade_label,
)
from complaints.undone import undone_ids
from complaints.views.correction import lines_of
from complaints.views.shown import DUE
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.houses import departments
from portal.promises.models import TimerEventKind

MARKS = {
    EventKind.DISPATCHED: ("send", ""),
    EventKind.PASSED_ON: ("send", ""),
    EventKind.SIGNED: ("check", "ok"),
    EventKind.ARRIVED: ("check", "ok"),
    EventKind.MADE_SAFE: ("check", "ok"),
    EventKind.MEASURE_SET: ("wrench", ""),
    EventKind.MEASURE_TAKEN: ("check", "ok"),
    EventKind.APPOINTED: ("phone", "seen"),
    EventKind.RESOLVED: ("check", "ok"),
    EventKind.RETURNED: ("check", "ok"),
    EventKind.CLOSED: ("check", "ok"),
    EventKind.ACKNOWLEDGED: ("check", "ok"),
    EventKind.FORWARDED: ("up", ""),
    EventKind.NOTE: ("wrench", ""),
    EventKind.WAITING: ("hold", ""),
    EventKind.RESUMED: ("redo", ""),
    EventKind.REOPENED: ("redo", "late"),
    EventKind.SENT_BACK: ("back", ""),
    EventKind.REPLIED: ("phone", "seen"),
    EventKind.RESULT_SENT: ("send", "seen"),
    EventKind.INFORMED: ("phone", "seen"),
    EventKind.ANSWERED: ("phone", "seen"),
    EventKind.DECLINED: ("phone", "seen"),
    EventKind.CALLBACK: ("phone", ""),
    EventKind.RATED: ("person", "seen"),
    EventKind.COMMENT: ("person", "seen"),
    EventKind.ATTACHED: ("clip", "seen"),
    EventKind.UNDONE: ("undo", ""),
    EventKind.WITHDRAWN: ("person", "seen"),
    EventKind.INTERNAL_NOTE: ("lock", "inner"),
    EventKind.REGRADED: ("up", ""),
    EventKind.REMINDED: ("ok", "inner"),
    EventKind.INCIDENT: ("late", "late"),
    EventKind.INCIDENT_REPORTED: ("up", "ok"),
    EventKind.WRITTEN_REPORT: ("note", "ok"),
    EventKind.FORUM_SENT_BACK: ("back", "inner"),
    EventKind.FORUM_WRITTEN: ("note", "inner"),
    EventKind.FORUM_CONFIRMED: ("check", "inner"),
    EventKind.FORUM_POSTED: ("send", "seen"),
    EventKind.CHASED: ("redo", ""),
    EventKind.OVERTIME_ASKED: ("hold", ""),
    EventKind.OVERTIME_DECIDED: ("check", ""),
    EventKind.PROMISED: ("phone", "seen"),
    EventKind.PROMISE_KEPT: ("check", "ok"),
    EventKind.PROMISE_MOVED: ("redo", "seen"),
    EventKind.MERGED: ("back", ""),
    EventKind.CAME_BACK: ("redo", ""),
    EventKind.RESPONSIBLE: ("person", ""),
    EventKind.CLAIM_PASSED_UP: ("up", ""),
    EventKind.GROUPED: ("clip", "inner"),
    EventKind.CORRECTED: ("note", ""),
    EventKind.VOIDED: ("back", "late"),
}
# What the clock did and everybody should see; the rest stands in the view of the limits only.
LOUD = frozenset({TimerEventKind.BREACHED, TimerEventKind.LEVEL_FIRED})


@dataclass(slots=True)
class Entry:
    at: str
    iso: str
    moment: datetime
    who: str
    what: str
    text: str
    icon: str
    css: str
    inner: bool
    seen: bool
    of_clock: bool = False
    for_resident: bool = False
    loud: bool = True
    event: int = 0
    undone: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)


def entries(
    events: Iterable[TicketEvent],
    steps: Iterable[TimerStep],
    timers: dict[int, TicketTimer],
    zone: tzinfo,
    *,
    shielded: bool = False,
) -> list[Entry]:
    """Both histories as one, newest first. ``shielded``: without who reported it, and where they live (C23)."""
    events = list(events)
    gone = undone_ids(events)
    found = [_of_event(event, zone, undone=event.pk in gone, shielded=shielded) for event in events]
    found += [_of_clock(step, timers[step.timer_id], zone) for step in steps if step.timer_id in timers]
    found.sort(key=lambda entry: entry.moment)
    return found[::-1]  # not reverse=True: what followed at the very same moment stands above


def _of_event(event: TicketEvent, zone: tzinfo, *, undone: bool = False, shielded: bool = False) -> Entry:
    icon, css = MARKS.get(EventKind(event.kind), ("note", ""))
    words_shown = event.kind in WORDS_FOR_RESIDENTS
    who = event.by.name if event.by else (_("Resident") if event.by_resident_id else _("Portal"))
    return Entry(
        at=moments.with_today(event.at, zone),
        iso=moments.iso(event.at),
        moment=event.at,
        who=who,
        what=what_happened(event, shielded=shielded),
        text=with_marks(event.text, event.details.get("named", ())),
        icon=icon,
        css=css,
        inner=event.kind not in SHOWN_TO_RESIDENTS and bool(event.text),
        seen=words_shown,
        for_resident=is_shown(event) and not undone,
        event=event.pk,
        undone=undone,
        files=[_file(one) for one in getattr(event, "held", [])],
    )


def with_marks(text: str, names: Iterable[str]) -> str:
    """The text with the colleagues whom it names marked; nothing else in it is markup."""
    if not names:
        return text
    shown = "|".join(re.escape(escape(name)) for name in sorted(names, key=len, reverse=True))
    marked = re.sub(f"@(?:{shown})", r'<mark class="named">\g<0></mark>', escape(text))
    return mark_safe(marked)  # noqa: S308 - escaped above


def _file(held: dict[str, Any]) -> dict[str, Any]:
    address = f"files/{held['uuid']}/"
    return held | {"url": address, "preview": f"{address}preview/" if held["preview"] else ""}


def what_happened(event: TicketEvent, *, shielded: bool = False) -> str:
    """One line for an event: its name, and what its codes say."""
    label = str(EventKind(event.kind).label)
    if event.kind == EventKind.CORRECTED and shielded:
        more = lines_of(event.details, but=OF_THE_REPORTER)
        return _("%(what)s: %(more)s") % {"what": label, "more": more} if more else label
    detail = _DETAILS.get(EventKind(event.kind))
    more = detail(event.details) if detail else ""
    return _("%(what)s: %(more)s") % {"what": label, "more": more} if more else label


def _department(details: dict[str, Any]) -> str:
    found = departments().get(details.get("department") or 0)
    return str(found) if found else ""


def _severity(details: dict[str, Any]) -> str:
    return _grade(details, "severity")


def _grade(details: dict[str, Any], name: str) -> str:
    return str(grade_label(details.get("of_kind", ""), details[name])) if details.get(name) in Severity.values else ""


def _regraded(details: dict[str, Any]) -> str:
    return f"{_grade(details, 'was')} → {_severity(details)}"


def _measure(details: dict[str, Any]) -> str:
    return _("%(person)s, until %(on)s") % details


def _window(details: dict[str, Any]) -> str:
    return f"{_moment(details['at'])} – {_moment(details['until'])}"


def _informed(details: dict[str, Any]) -> str:
    how = str(How(details["how"]).label) if details.get("how") in How.values else ""
    said = details.get("said")
    return _("%(how)s; the resident said: %(said)s") % {"how": how, "said": said} if said else how


def _callback(details: dict[str, Any]) -> str:
    outcome = details.get("outcome")
    said = [str(CallbackOutcome(outcome).label)] if outcome in CallbackOutcome.values else []
    if details.get("satisfaction"):
        said.append(_("%(score)s of 5 points") % {"score": details["satisfaction"]})
    if details.get("solved") is False:
        said.append(_("not solved"))
    if details.get("attempt"):
        said.append(_("attempt %(count)s") % {"count": details["attempt"]})
    return pgettext("between facts", ", ").join(said)


def _acknowledged(details: dict[str, Any]) -> str:
    return str(HANDED_UP_TO[Target(details["target"])].label) if details.get("target") in HANDED_UP_TO else ""


def _to_roles(details: dict[str, Any]) -> str:
    return pgettext("between names", ", ").join(str(Role(role).label) for role in details.get("to", ()))


def _declined(details: dict[str, Any]) -> str:
    if details.get("understood") is None:
        return ""
    answer = _("the resident understands") if details["understood"] else _("the resident does not agree")
    return pgettext("between facts", ", ").join(filter(None, [_informed(details), answer]))


def _wish(details: dict[str, Any]) -> str:
    try:
        return date_format(date.fromisoformat(details.get("wished_on", "")), "Y-m-d")
    except ValueError:
        return ""


def _reminded(details: dict[str, Any]) -> str:
    return details.get("person") or told(details)


def _grouped(details: dict[str, Any]) -> str:
    return _("no longer “%(title)s”") % details if details.get("out") else f"“{details.get('title', '')}”"


def _undone(details: dict[str, Any]) -> str:
    return str(EventKind(details["step"]).label) if details.get("step") in EventKind.values else ""


def _until(details: dict[str, Any]) -> str:
    return _moment(details.get("until", ""))


def _moment(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "m-d H:i") if text else ""


def _waiting(details: dict[str, Any]) -> str:
    whom = str(WaitFor(details["waits_for"]).label) if details.get("waits_for") in WaitFor.values else ""
    until = _until(details)
    return _("%(whom)s, until %(until)s") % {"whom": whom, "until": until} if until else whom


def _overtime(details: dict[str, Any]) -> str:
    decision = str(Decision(details["decision"]).label) if details.get("decision") in Decision.values else ""
    until = _until(details)
    if not until:
        return decision
    was = _moment(details.get("was", ""))
    said = _("until %(until)s, before %(was)s") if was else _("until %(until)s")
    return pgettext("between facts", ", ").join(filter(None, [decision, said % {"until": until, "was": was}]))


def _asked(details: dict[str, Any]) -> str:
    how = str(How(details["told_how"]).label) if details.get("told_how") in How.values else ""
    told = _("the resident was told why: %(how)s") % {"how": how} if how else _("the resident is still to be told")
    return pgettext("between facts", ", ").join([_("until %(until)s") % {"until": _until(details)}, told])


def _promise(details: dict[str, Any]) -> str:
    was = _moment(details.get("was", ""))
    at = f"{was} → {_moment(details['at'])}" if was else _moment(details.get("at", ""))
    return pgettext("between facts", ", ").join(filter(None, [at, details.get("of", "")]))


def _number(details: dict[str, Any]) -> str:
    return details.get("into") or details.get("number") or ""


def _person(details: dict[str, Any]) -> str:
    return details.get("person") or ""


def _claim(details: dict[str, Any]) -> str:
    cents = details.get("amount_cents", details.get("granted_cents"))
    level = str(Role(details["level"]).label) if details.get("level") in Role.values else ""
    amount = _("%(amount)s yuan") % {"amount": f"{cents / 100:,.2f}"} if cents is not None else ""
    return pgettext("between facts", ", ").join(filter(None, [amount, level]))


def _corrected(details: dict[str, Any]) -> str:
    return lines_of(details)


def _voided(details: dict[str, Any]) -> str:
    return _("its registration was undone") if details.get("undone") else ""


def _said_on(details: dict[str, Any]) -> str:
    """A message that a merged ticket led here, or that went on to where it was merged."""
    return details.get("of") or details.get("into") or ""


_DETAILS = {
    EventKind.COMMENT: _said_on,
    EventKind.CORRECTED: _corrected,
    EventKind.VOIDED: _voided,
    EventKind.WAITING: _waiting,
    EventKind.CHASED: _until,
    EventKind.APPOINTED: _window,
    EventKind.MEASURE_SET: _measure,
    EventKind.OVERTIME_ASKED: _asked,
    EventKind.OVERTIME_DECIDED: _overtime,
    EventKind.PROMISED: _promise,
    EventKind.PROMISE_MOVED: _promise,
    EventKind.MERGED: _number,
    EventKind.CAME_BACK: _number,
    EventKind.ABSORBED: _number,
    EventKind.LINKED: _number,
    EventKind.HELPER_ADDED: _department,
    EventKind.HELPER_GONE: _department,
    EventKind.RESPONSIBLE: _person,
    EventKind.ABOUT_SET: _person,
    EventKind.FORUM_POST: _person,
    EventKind.CLAIMED: _claim,
    EventKind.CLAIM_PASSED_UP: _claim,
    EventKind.CLAIM_DECIDED: _claim,
    EventKind.UNDONE: _undone,
    EventKind.GROUPED: _grouped,
    EventKind.REGISTERED: _severity,
    EventKind.REMINDED: _reminded,
    EventKind.DISPATCHED: _department,
    EventKind.SENT_BACK: _department,
    EventKind.PASSED_ON: _department,
    EventKind.REGRADED: _regraded,
    EventKind.SEVERITY_CONFIRMED: _severity,
    EventKind.INFORMED: _informed,
    EventKind.CALLBACK: _callback,
    EventKind.RATED: _callback,
    EventKind.ACKNOWLEDGED: _acknowledged,
    EventKind.FORWARDED: _to_roles,
    EventKind.DECLINED: _declined,
    EventKind.WISH_CONFIRMED: _wish,
}


def _of_clock(step: TimerStep, timer: TicketTimer, zone: tzinfo) -> Entry:
    loud = step.kind in LOUD and step.level != "warning"
    return Entry(
        at=moments.with_today(step.at, zone),
        iso=moments.iso(step.at),
        moment=step.at,
        who=_("Portal"),
        what=_clock_words(step, timer, zone),
        text="",
        icon="up"
        if step.kind == TimerEventKind.LEVEL_FIRED
        else "late"
        if step.kind == TimerEventKind.BREACHED
        else "ok",
        css="late" if loud else "",
        inner=False,
        seen=False,
        of_clock=True,
        loud=loud,
    )


def _clock_words(step: TimerStep, timer: TicketTimer, zone: tzinfo) -> str:
    what = str(DUE.get(Target(timer.target), timer.target)) if timer.target in Target.values else timer.target
    due = moments.short(step.due_at, zone) if step.due_at else ""
    values = {"what": what, "due": due, "who": told(step.details)}
    if step.kind == TimerEventKind.LEVEL_FIRED:
        if step.level == "warning":
            return _("%(what)s: due soon; told: %(who)s") % values
        return _("%(what)s: late; told: %(who)s") % values
    patterns = {
        TimerEventKind.STARTED: _("%(what)s: the clock started, due %(due)s"),
        TimerEventKind.PAUSED: _("%(what)s: the clock stands"),
        TimerEventKind.RESUMED: _("%(what)s: the clock runs again, due %(due)s"),
        TimerEventKind.MET: _("%(what)s: done"),
        TimerEventKind.BREACHED: _("%(what)s: passed its limit %(due)s"),
        TimerEventKind.RECOMPUTED: _("%(what)s: the deadline moved to %(due)s"),
        TimerEventKind.CANCELLED: _("%(what)s: no longer due"),
        TimerEventKind.UNDONE: _("%(what)s: undone, the clock runs again, due %(due)s")
        if due
        else _("%(what)s: undone"),
    }
    return patterns.get(TimerEventKind(step.kind), "%(what)s") % values


def told(details: dict[str, Any]) -> str:
    """The roles that a level told."""
    roles = [one.get("role") for one in details.get("told", [])] or details.get("to", [])
    return pgettext("between facts", ", ").join(str(Role(role).label) for role in roles if role in Role.values)
